//! Small pieces of sentences that every text for people shares: names in quotes, lists, counts.

use std::path::Path;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A path in quotes. A name is input: what would break a line or steer a terminal is escaped.
pub fn path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// A word from the machine in quotes, on one line.
pub fn quoted(word: &str) -> String {
    format!("`{}`", one_line(word))
}

/// Whether a terminal obeys the character instead of showing it, or it changes how others are read:
/// control characters, line separators, marks that turn the reading direction, invisible ones. The
/// joiners of Persian and of emoji are no harm.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Text from the machine on one line: what is unsafe is escaped, line breaks among it.
pub fn one_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The same for text that may hold an indented list of ours: only what is indented as it is starts
/// a line.
pub fn indented_lines(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        match lines.last_mut() {
            Some(last) if !line.starts_with("  ") => {
                last.push_str("\\n");
                last.push_str(&one_line(line));
            }
            _ => lines.push(one_line(line)),
        }
    }
    lines.join("\n")
}

/// How many columns of a terminal a text takes: a wide character takes two, a combining one none.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The beginning of a text that fits into so many columns.
pub fn cut(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find_map(|(at, character)| {
        taken += UnicodeWidthChar::width(character).unwrap_or(0);
        (taken > columns).then_some(at)
    });
    &text[..end.unwrap_or(text.len())]
}

/// A text with blanks behind it, so many columns wide.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Names in quotes, with commas between: `` `gcc`, `make` ``.
pub fn names<S: AsRef<str>>(names: &[S]) -> String {
    listed(names.iter().map(|name| quoted(name.as_ref())), ", ")
}

/// Texts with something between each two.
pub fn listed(texts: impl IntoIterator<Item = String>, between: &str) -> String {
    texts.into_iter().collect::<Vec<_>>().join(between)
}

/// `a, b and c`.
pub fn and_listed(mut texts: Vec<String>) -> String {
    match texts.pop() {
        Some(last) if texts.is_empty() => last,
        Some(last) => format!("{} and {last}", texts.join(", ")),
        None => String::new(),
    }
}

/// `0.2 ms`, `35 ms`, `1.02 s`.
pub fn time(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms.abs() < 0.05 => "0 ms".into(),
        ms if ms.abs() < 10.0 => format!("{ms:.1} ms"),
        ms if ms.abs() < 995.0 => format!("{ms:.0} ms"),
        ms => format!("{:.2} s", ms / 1e3),
    }
}

/// `1 step`, `3 steps`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `is` or `are`.
pub fn is_are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// The first line that says anything, without the spaces around it.
pub fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_line() {
        let name = Path::new("/home/a/x\nhint: run `rm -r ~`\u{1b}[2J");
        assert_eq!(path(name), r"`/home/a/x\nhint: run `rm -r ~`\u{1b}[2J`");
        assert_eq!(names(&["gcc", "make"]), "`gcc`, `make`");
    }
}
