//! What Python cannot read: signs that are missing, indentation, words in the wrong place.

use super::code::{is_name, words};
use super::{CodeLine, Crash, Mistake};

/// Words that begin a block.
const BLOCKS: [&str; 12] = [
    "def", "async", "class", "if", "elif", "else", "for", "while", "with", "try", "except",
    "finally",
];
/// Words of Python's own.
const KEYWORDS: [&str; 30] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "not", "or", "pass", "raise", "return", "try", "while", "with",
];
/// Words that begin a statement and nothing else.
const BEGINNINGS: [&str; 8] =
    ["def ", "async def ", "class ", "import ", "from ", "return ", "with ", "async with "];

/// Messages that say enough by themselves: what they mean, and what to do.
const ROWS: [(&str, &str, &str, &str); 5] = [
    (
        "SyntaxError",
        "Missing parentheses in call to 'print'",
        "this is `print` as Python 2 had it; since Python 3 it needs parentheses",
        "write `print(…)`, with what is printed between the parentheses",
    ),
    (
        "TabError",
        "",
        "tabs and spaces are mixed in the indentation",
        "indent with spaces only; most editors can convert tabs",
    ),
    (
        "IndentationError",
        "unexpected indent",
        "it is indented more than the block that it belongs to",
        "start it in the same column as the line above it",
    ),
    (
        "IndentationError",
        "unindent does not match",
        "its indentation matches no block above it",
        "start all lines of a block in the same column",
    ),
    (
        "SyntaxError",
        "'return' outside function",
        "`return` is not inside a function",
        "check the indentation of this line and of the `def` above it",
    ),
];

pub(super) fn mistake(crash: Crash<'_>) -> Option<Mistake> {
    let row = ROWS.iter().find(|(kind, text, ..)| crash.is(kind, text));
    if let Some((_, _, means, fix)) = row {
        return crash.here(*means, *fix);
    }
    let line = crash.line()?;
    match crash.exception.kind() {
        "IndentationError" => no_body(crash),
        "SyntaxError" => {
            let rules =
                [outside, unclosed_string, unclosed_bracket, capital, colon, comparison, comma];
            rules.iter().find_map(|rule| rule(crash, line))
        }
        _ => None,
    }
}

fn no_body(crash: Crash<'_>) -> Option<Mistake> {
    if !crash.exception.message().contains("expected an indented block") {
        return None;
    }
    let above =
        crash.code.before(crash.exception.line?).filter(|line| line.bare().ends_with(':'))?;
    crash.here(
        format!(
            "it is not indented, but it belongs to `{}` in line {}",
            above.bare(),
            above.number
        ),
        "put four spaces before it, and before the rest of that block",
    )
}

/// `await` in a function that is none of asyncio's.
fn outside(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let message = crash.exception.message();
    if !message.starts_with('\'') || !message.contains("' outside") {
        return None;
    }
    let word = crash
        .between("'", "'")
        .filter(|word| ["await", "async with", "async for"].contains(word))?;
    match crash.code.around(line.number) {
        Some((definition, name, false)) => Mistake::at(
            definition.number,
            format!("`{name}` uses `{word}` in line {}, so it must be an `async def`", line.number),
            format!("write `async {}`", definition.bare()),
        ),
        Some(_) => None,
        None => crash.here(
            format!("`{word}` works only inside an `async def`"),
            "move it into a coroutine, and run that with `asyncio.run(…)`",
        ),
    }
}

fn unclosed_string(crash: Crash<'_>, _: &CodeLine) -> Option<Mistake> {
    let message = crash.exception.message();
    let is_of_line = ["unterminated string", "unterminated f-string", "EOL while scanning"];
    let is_of_lines = ["unterminated triple-quoted", "EOF while scanning triple-quoted"];
    if is_of_line.iter().any(|text| message.contains(text)) {
        return crash.here(
            "the quote at the end of a text is missing",
            "end the text with the same quote that it begins with",
        );
    }
    is_of_lines.iter().any(|text| message.contains(text)).then(|| {
        crash.here(
            "the three quotes at the end of a text are missing",
            "end the text with the same three quotes that it begins with",
        )
    })?
}

/// `'(' was never closed`, which an older Python notices only in a later line.
fn unclosed_bracket(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let told = crash.between("'", "' was never closed").and_then(|sign| sign.chars().next());
    let (bracket, number) = match (told, line.open.last()) {
        (Some(bracket), _) => (bracket, line.number),
        (None, Some((bracket, number))) if is_cut_off(crash, line) => (*bracket, *number),
        _ => return None,
    };
    let end = match bracket {
        '[' => ']',
        '{' => '}',
        _ => ')',
    };
    Mistake::at(
        number,
        format!("the `{bracket}` is never closed"),
        format!("add the `{end}` that is missing"),
    )
}

/// Whether a bracket must have been closed before this line.
fn is_cut_off(crash: Crash<'_>, line: &CodeLine) -> bool {
    let before = crash.code.before(line.number).map_or("", CodeLine::bare);
    let goes_on = before.ends_with([',', '(', '[', '{', '+', '-', '*', '/', '=']);
    let begins = BEGINNINGS.iter().any(|word| line.bare().starts_with(word));
    crash.exception.message().contains("unexpected EOF") || begins && !goes_on
}

/// `Import asyncio`
fn capital(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    if !crash.exception.message().starts_with("invalid syntax") {
        return None;
    }
    let mut first = words(&line.code).map(|(_, word)| word).take(2);
    let wrong = first.find(|word| {
        let small = word.to_lowercase();
        *word != small && KEYWORDS.contains(&small.as_str())
    })?;
    let small = wrong.to_lowercase();
    crash.here(
        format!("Python knows `{small}`, but not `{wrong}`"),
        format!("write `{small}` in small letters"),
    )
}

/// `async def main()`
fn colon(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let message = crash.exception.message();
    let bare = line.bare();
    let first = words(bare).next()?.1;
    let is_at_end = crash.exception.column.is_some_and(|column| column >= bare.chars().count());
    let is_told = message == "expected ':'"
        || message.starts_with("invalid syntax") && is_at_end && bare.ends_with([')', ']', '_']);
    let is_closed = bare.matches('(').count() == bare.matches(')').count();
    let is_missing = is_told && is_closed && BLOCKS.contains(&first) && !bare.contains(':');
    // What stands in strings is not in `bare`.
    let shown = line.raw.split('#').next().unwrap_or_default().trim();
    is_missing.then(|| crash.here("the `:` at its end is missing", format!("write `{shown}:`")))?
}

/// `if __name__ = "__main__":`
fn comparison(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let first = words(line.bare()).next()?.1;
    let double =
        line.bare().replace("==", "").replace("!=", "").replace("<=", "").replace(">=", "");
    let is_single = double.replace(":=", "").contains('=') && !double.contains('(');
    (["if", "elif", "while"].contains(&first) && is_single).then(|| {
        crash.here("`=` assigns a value; a comparison needs `==`", "write `==` instead of `=`")
    })?
}

/// `gather(first second)`
fn comma(crash: Crash<'_>, line: &CodeLine) -> Option<Mistake> {
    let message = crash.exception.message();
    if !message.starts_with("invalid syntax") {
        return None;
    }
    let code = line.code.as_str();
    let begins: Vec<(usize, &str)> = words(code).collect();
    let mut pairs = begins.windows(2).filter_map(|pair| {
        let ((at, one), (next, other)) = (pair[0], pair[1]);
        let between = code.get(at + one.len()..next)?;
        let is_plain = |word: &str| is_name(word) && !KEYWORDS.contains(&word);
        let depth = code[..at].matches(['(', '[']).count() as isize
            - code[..at].matches([')', ']']).count() as isize;
        (between == " " && depth > 0 && is_plain(one) && is_plain(other)).then_some((one, other))
    });
    let (one, other) = pairs.next()?;
    pairs.next().is_none().then(|| {
        crash.here(
            format!("a comma is missing between `{one}` and `{other}`"),
            format!("write `{one}, {other}`"),
        )
    })?
}
