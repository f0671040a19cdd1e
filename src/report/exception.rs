//! Python's own words at the end of a script: where, the line with a mark below it, the exception.
//! Pure.

use crate::lab::Exception;
use crate::words::{one_line, width};

/// As Python shows it, in so many columns at the most where that can be:
///
/// ```text
///   File "learning_tasks.py", line 6, in swiss
///     await asyncio.Sleep(1)
///           ^^^^^^^^^^^^^
/// AttributeError: module 'asyncio' has no attribute 'Sleep'
/// ```
pub fn shown(exception: &Exception, script: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(line) = exception.line {
        let function = exception.function.as_deref();
        let function = function.map_or(String::new(), |name| format!(", in {}", one_line(name)));
        lines.push(format!("  File \"{}\", line {line}{function}", one_line(script)));
    }
    if let Some(source) = exception.source.as_deref().filter(|source| !source.is_empty()) {
        let mark = exception.column.map(|column| (column.saturating_sub(1), exception.width));
        let (source, mark) = cut_out(source, mark, columns.saturating_sub(4));
        lines.push(format!("    {source}"));
        let marked = |(blank, marks)| format!("    {}{}", " ".repeat(blank), "^".repeat(marks));
        lines.extend(mark.map(marked));
    }
    lines.push(one_line(&exception.text));
    lines
}

/// The same in words, a sentence a line.
pub fn words(exception: &Exception) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(number), Some(source)) = (exception.line, &exception.source) {
        lines.push(format!("Line {number} says: {}", one_line(source)));
    }
    lines.push(format!("Python says: {}", one_line(&exception.text)));
    lines
}

/// The part of a line that has room, with the marked part in it: its text, and how many blanks and
/// marks stand below it.
fn cut_out(
    source: &str,
    mark: Option<(usize, usize)>,
    columns: usize,
) -> (String, Option<(usize, usize)>) {
    // A tab is a blank here, and a sign that a terminal obeys is as wide as its name.
    let signs: Vec<String> = source
        .chars()
        .map(|sign| if sign == '\t' { " ".into() } else { one_line(&sign.to_string()) })
        .collect();
    let wide = |signs: &[String]| signs.iter().map(|sign| width(sign)).sum::<usize>();
    let (at, count) = mark.unwrap_or_default();
    let (at, end) = (at.min(signs.len()), (at + count).min(signs.len()));
    let room = columns.saturating_sub(2);
    let mut from = 0;
    while wide(&signs) > columns && wide(&signs[from..end]) > room && from < at {
        from += 1;
    }
    let mut until = signs.len();
    while wide(&signs[from..until]) > if from > 0 { room } else { columns - 1 }
        && until > from
        && wide(&signs) > columns
    {
        until -= 1;
    }
    let (before, after) =
        (if from > 0 { "…" } else { "" }, if until < signs.len() { "…" } else { "" });
    let text = format!("{before}{}{after}", signs[from..until].concat());
    let mark = mark.map(|_| {
        let blank = width(before) + wide(&signs[from..at.clamp(from, until)]);
        let marked = wide(&signs[at.clamp(from, until)..end.clamp(from, until)]);
        (blank, marked.max(1))
    });
    (text, mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exception(source: &str, column: usize, width: usize) -> Exception {
        Exception {
            text: "NameError: name 'x' is not defined".into(),
            line: Some(3),
            source: Some(source.into()),
            column: Some(column),
            width,
            ..Exception::default()
        }
    }

    #[test]
    fn the_mark_stands_below_what_is_marked_whatever_is_before_it() {
        let screen = |source, column, width, columns| {
            shown(&exception(source, column, width), "lab.py", columns)[1..3].join("\n")
        };
        assert_eq!(screen("print(x)", 7, 1, 80), "    print(x)\n          ^");
        assert_eq!(screen("f(\"時計\", x)", 9, 1, 80), "    f(\"時計\", x)\n              ^");
        assert_eq!(screen("\u{feff}a\tx", 4, 1, 80), "    \\u{feff}a x\n              ^");
        let long = format!("{}(x, {})", "f".repeat(40), "y".repeat(40));
        let cut = screen(&long, 42, 1, 40);
        assert!(cut.lines().all(|line| width(line) <= 40), "{cut}");
        let (text, mark) = cut.split_once('\n').unwrap();
        assert_eq!(text.chars().nth(mark.find('^').unwrap()), Some('x'), "{cut}");
    }
}
