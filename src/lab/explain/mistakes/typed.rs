//! What got into the file with the program: prompts, line numbers, output, signs that only look like
//! Python's, and files that are not UTF-8.

use super::{CodeLine, Crash, Mistake};

/// Signs that look like one of Python's, and the sign that they look like.
const LOOKALIKES: [(&str, char); 14] = [
    ("“”„‟″＂«»", '"'),
    ("‘’‚‛′＇´", '\''),
    ("–—−‐‑－", '-'),
    ("（", '('),
    ("）", ')'),
    ("［", '['),
    ("］", ']'),
    ("｛", '{'),
    ("｝", '}'),
    ("：", ':'),
    ("，", ','),
    ("；", ';'),
    ("．。", '.'),
    ("＝", '='),
];
/// Signs that look like a space, or like nothing, and their names.
const BLANKS: [(char, &str); 8] = [
    ('\u{a0}', "a no-break space"),
    ('\u{202f}', "a narrow no-break space"),
    ('\u{3000}', "a wide space"),
    ('\u{2003}', "a wide space"),
    ('\u{200b}', "an invisible space"),
    ('\u{feff}', "an invisible byte order mark"),
    ('\u{ad}', "an invisible hyphen"),
    ('\u{2060}', "an invisible joiner"),
];
/// Programs that are typed at the terminal's prompt.
const COMMANDS: [&str; 12] = [
    "python", "python3", "pip", "pip3", "labready", "cd", "ls", "source", "nano", "sudo", "cat",
    "mkdir",
];

pub(super) fn mistake(crash: Crash<'_>) -> Option<Mistake> {
    if !["SyntaxError", "IndentationError", "ValueError"].contains(&crash.exception.kind()) {
        return None;
    }
    encoding(crash).or_else(|| {
        let line = crash.line().filter(|_| crash.exception.kind() != "ValueError")?;
        let rules = [prompt, python_prompt, fence, line_numbers, output, lookalike];
        rules.iter().find_map(|rule| rule(crash, line))
    })
}

/// A file that Python cannot decode.
fn encoding(crash: Crash<'_>) -> Option<Mistake> {
    let message = crash.exception.message();
    let is_undecoded = message.contains("Non-UTF-8 code starting with");
    let first = crash.code.lines.first().map_or("", |line| line.raw.as_str());
    let is_wide = first.contains('\0') && (is_undecoded || message.contains("null bytes"));
    if is_wide {
        return Some(Mistake {
            line: None,
            means: "is saved as UTF-16, and Python reads UTF-8".into(),
            fix: "save it again with the encoding UTF-8, which your editor's “Save as” offers"
                .into(),
        });
    }
    let byte = crash.between("starting with '\\x", "'").filter(|_| is_undecoded)?;
    // Python 3.10 names the line behind it.
    let mut lines = crash.code.lines.iter().filter(|line| line.raw.contains('\u{fffd}'));
    let line = match (lines.next(), lines.next()) {
        (Some(line), None) => Some(line.number),
        _ => crash.exception.line,
    };
    Some(Mistake {
        line,
        means: format!("a letter in it is not saved as UTF-8 (byte 0x{byte})"),
        fix: "save the file again with the encoding UTF-8, which your editor's “Save as” offers"
            .into(),
    })
}

/// `$ python3 lab.py`, `ada@desk:~$ python3 lab.py`, `pip install x`
fn prompt(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let text = line.raw.trim();
    let first = text.split_whitespace().next()?;
    let is_shell = first == "$" || first.ends_with('$') && first.contains('@');
    let command = if is_shell { text.split_once("$ ")?.1.trim() } else { text };
    let program = command.split_whitespace().next()?;
    let is_command =
        COMMANDS.contains(&program) && command.contains(' ') && !command.contains(['=', '(']);
    match (is_shell, is_command) {
        (_, true) => crash.here(
            format!("`{text}` is a command for the terminal, not a line of Python"),
            "delete the line",
        ),
        (true, false) => crash.here(
            "it starts with `$`, which is the terminal's prompt and not part of the program",
            "delete the `$` and the space behind it",
        ),
        (false, false) => None,
    }
}

/// `>>> import asyncio`
fn python_prompt(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let starts = |line: &CodeLine, sign| line.raw.trim_start().starts_with(sign);
    let is_prompt = starts(line, ">>>")
        || starts(line, "...") && crash.code.lines.iter().any(|line| starts(line, ">>>"));
    let sign = if starts(line, ">>>") { ">>>" } else { "..." };
    let fix = "delete `>>>` and `...`, each with the space behind it, from the start of every line";
    is_prompt.then(|| {
        crash.here(
            format!(
                "it starts with `{sign}`, which is Python's prompt and not part of the program"
            ),
            fix,
        )
    })?
}

/// Three backquotes around a block of code.
fn fence(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    line.raw.trim_start().starts_with("```").then(|| {
        crash.here(
            "the three backquotes around the program were copied with it",
            "delete every line that starts with three backquotes",
        )
    })?
}

/// `1  import asyncio`
fn line_numbers(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let number = |line: &CodeLine| {
        let text = line.raw.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse::<usize>().ok()
    };
    let here = number(line)?;
    let mut numbers = crash.code.lines.iter().filter_map(number);
    let first = numbers.next()?;
    let follow = numbers.zip(first + 1..).take_while(|(is, due)| is == due).count();
    (follow >= 2).then(|| {
        crash.here(
            format!("it starts with the line number {here}, which was copied with the program"),
            "delete the number at the start of every line",
        )
    })?
}

/// `Swiss: 2026-03-02 10:15:31.201934`
fn output(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let text = line.raw.trim();
    let shape = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_digit() { 'd' } else { c }).collect()
    };
    let is_stamp = text.split_once(": ").is_some_and(|(label, rest)| {
        label.chars().all(|c| c.is_alphanumeric() || c == ' ')
            && shape(rest).starts_with("dddd-dd-dd dd:dd:dd")
    });
    (is_stamp || text.starts_with("Traceback (most recent call last)")).then(|| {
        crash.here(
            format!("`{text}` is what the program printed, not part of it"),
            "delete what was copied from the terminal",
        )
    })?
}

/// `“`, `（`, and a no-break space.
fn lookalike(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let message = crash.exception.message();
    let is_of_sign = ["invalid character", "invalid non-printable character"]
        .iter()
        .any(|text| message.contains(text));
    let is_of_string =
        ["unterminated string", "unterminated f-string", "EOL while scanning string"]
            .iter()
            .any(|text| message.contains(text));
    if !is_of_sign && !is_of_string {
        return None;
    }
    let text = if is_of_sign { &line.code } else { &line.raw };
    let of = |sign: char| LOOKALIKES.iter().find(|(signs, _)| signs.contains(sign));
    let blank = |sign: char| BLANKS.iter().find(|(blank, _)| *blank == sign);
    let is_quote = |like: char| like == '"' || like == '\'';
    text.chars().find_map(|sign| match (of(sign), blank(sign)) {
        (Some((_, like)), _) if is_of_sign || is_quote(*like) => crash.here(
            format!("`{sign}` looks like `{like}`, but is another character"),
            format!("type `{like}` in its place, wherever `{sign}` is meant to be one"),
        ),
        (_, Some((_, name))) if is_of_sign => crash.here(
            format!("it contains {name} (U+{:04X})", u32::from(sign)),
            "delete the spaces in this line and type them again",
        ),
        _ => None,
    })
}
