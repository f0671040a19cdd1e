//! The small texts that the renderers share, and the one place that makes foreign text harmless.

use std::fmt::Write;

use crate::apt::offers::Sizes;
use crate::facts::venv::Venv;
use crate::problem::{Id, ProblemRecord, Severity};
use crate::request::VenvSource;
pub(crate) use crate::words::count;
use crate::words::{is_unsafe, width as columns};

/// Text from the machine (a file name, a program's message) made safe for a terminal: control
/// characters and marks that change the reading direction become visible escapes. Line breaks stay.
pub(crate) fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => harmless.push('\n'),
            '\t' => harmless.push(' '),
            c if is_unsafe(c) => {
                // Writing to a String cannot fail.
                let _ = write!(harmless, "{}", c.escape_unicode());
            }
            c => harmless.push(c),
        }
    }
    harmless
}

/// Foreign text as XML can hold it.
pub(super) fn xml(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            character => xml.push(character),
        }
    }
    xml
}

/// Lines of so many characters at the most, broken between words; a word that is longer keeps a
/// line of its own.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    // A line of a list, which may be a command, is copied as a whole.
    let lines = text.lines().flat_map(|line| match line.starts_with("  ") {
        true => vec![line.to_owned()],
        false => wrapped_words(line.split_whitespace(), width),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The same of words that are not to be broken, whatever is in them. There is always a line.
pub(super) fn wrapped_words<'a>(words: impl Iterator<Item = &'a str>, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in words {
        let is_full = !line.is_empty() && columns(&line) + 1 + columns(word) > width;
        if is_full {
            lines.push(std::mem::take(&mut line));
        }
        line += if line.is_empty() { "" } else { " " };
        line += word;
    }
    lines.push(line);
    lines
}

/// Text behind a mark, broken between words; what goes on stands below its beginning.
pub(super) fn hanging(mark: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(mark.chars().count());
    let lines = wrapped_words(text.split_whitespace(), width.saturating_sub(indent.len()));
    let start = |index| if index == 0 { mark } else { indent.as_str() };
    let lines = lines.iter().enumerate().map(|(index, line)| format!("{}{line}\n", start(index)));
    lines.collect()
}

/// A page of Markdown for a narrow terminal: paragraphs and lists are broken between words, titles
/// and code stay as they are.
pub(super) fn wrapped_page(text: &str, width: usize) -> String {
    let (mut page, mut mark, mut paragraph) = (String::new(), String::new(), String::new());
    let mut is_code = false;
    for line in text.lines().chain([""]) {
        let is_fence = line.starts_with("```");
        let item = list_mark(line);
        let ends = is_fence || is_code || line.is_empty() || line.starts_with('#');
        if (ends || item > 0) && !(mark.is_empty() && paragraph.is_empty()) {
            page += &hanging(&std::mem::take(&mut mark), &std::mem::take(&mut paragraph), width);
        }
        is_code ^= is_fence;
        if ends {
            page += &format!("{line}\n");
            continue;
        }
        if item > 0 {
            mark = line[..item].to_owned();
        }
        paragraph += &format!(" {}", &line[item..]);
    }
    page.trim_end().to_owned() + "\n"
}

/// How long the mark of a list's item is, in bytes: `1. `, `- `.
fn list_mark(line: &str) -> usize {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match &line.as_bytes()[digits..] {
        [b'.', b' ', ..] if digits > 0 => digits + 2,
        [b'-', b' ', ..] if digits == 0 => 2,
        _ => 0,
    }
}

/// A problem's label: `error[disk-full]`. The id is left out where its page has nothing to add.
pub(crate) fn label(severity: Severity, id: Option<Id>) -> String {
    let word = match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    match id.filter(|id| id.is_worth_explaining()) {
        Some(id) => format!("{word}[{}]", id.name()),
        None => word.to_owned(),
    }
}

/// What to do about a problem, on one line: its fix or a hint.
pub(super) fn remedy(problem: &ProblemRecord) -> Option<String> {
    let fix = problem.fix.as_ref().map(|fix| format!("fix: {fix}"));
    fix.or_else(|| problem.advice.as_ref().map(|advice| format!("hint: {advice}")))
}

/// Which virtual environment is meant, where that is not the current folder's or the one that was
/// named.
pub(super) fn found_venv(venv: &Venv) -> Option<String> {
    let folder = venv.folder.display();
    match venv.source {
        VenvSource::Folder | VenvSource::Named => None,
        VenvSource::Activated => {
            Some(format!("The virtual environment of this course: `{folder}`, which is activated."))
        }
        VenvSource::Journal => Some(format!(
            "The virtual environment of this course: `{folder}`, which setup has created."
        )),
        VenvSource::Above => Some(format!("The virtual environment of this course: `{folder}`.")),
    }
}

/// Where to read more about these problems; nothing where no page says more.
pub(super) fn more(ids: impl IntoIterator<Item = Id>) -> Option<String> {
    let mut ids: Vec<Id> = ids.into_iter().filter(|id| id.is_worth_explaining()).collect();
    ids.sort_unstable();
    ids.dedup();
    match ids.as_slice() {
        [] => None,
        [id] => Some(format!("Run `labready explain {}` to learn more.", id.name())),
        _ => Some("Run `labready explain ID` to learn more about each.".into()),
    }
}

/// `850 ms`, `12.3 s`, `2 min 5 s`.
pub(super) fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{:.1} s", milliseconds as f64 / 1000.0),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds % 60_000 / 1000),
    }
}

/// `14.1 MB`, in apt's units (1 MB = 1,000,000 bytes).
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// The same without a fraction where it says nothing more: `92 MB`.
pub(super) fn rounded_bytes(number: u64) -> String {
    match number {
        10_000_000..999_500_000 => format!("{:.0} MB", number as f64 / 1e6),
        _ => bytes(number),
    }
}

/// What apt will download and use on disk, as a sentence.
pub(super) fn sizes(sizes: &Sizes) -> String {
    format!(
        "{} with dependencies: {} to download, {} on disk.",
        count(sizes.packages, "package"),
        bytes(sizes.download_bytes),
        bytes(sizes.disk_bytes)
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terminal_escapes_in_foreign_text_are_made_visible() {
        assert_eq!(
            harmless("a\u{1b}[31mred\u{7}\u{202e}\n\tb"),
            "a\\u{1b}[31mred\\u{7}\\u{202e}\n b"
        );
    }

    #[test]
    fn lines_are_broken_between_words_and_a_long_word_is_kept_whole() {
        assert_eq!(
            wrapped("one two three\nfour incomprehensibilities five", 9),
            "one two\nthree\nfour\nincomprehensibilities\nfive"
        );
    }

    #[test]
    fn a_page_is_broken_between_words_but_for_titles_and_code() {
        let page = "# a title of a page that is long\n\nOne two three four\nfive six.\n\n1. Run what is\n   said: `x`\n\
                    2. Then go on\n\n```sh\na command of many words that is long\n```\n- one\n- two\n";
        insta::assert_snapshot!(wrapped_page(page, 20));
    }

    #[test]
    fn durations_and_sizes_are_read_at_a_glance() {
        assert_eq!([42, 1_250, 61_000].map(duration), ["42 ms", "1.2 s", "1 min 1 s"]);
        assert_eq!(
            [512_000, 14_100_000, 2_000_000_000].map(bytes),
            ["512 kB", "14.1 MB", "2.0 GB"]
        );
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_is_left_in_foreign_text(text in "(?s)[\\PC\\x00-\\x1f\\x7f-\\x9f\u{200e}-\u{202e}\u{2066}-\u{2069}]{0,60}") {
            let harmless = harmless(&text);
            let turns = |c: char| ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
            prop_assert!(harmless.chars().all(|c| c == '\n' || !c.is_control() && !turns(c)), "{}", harmless);
            prop_assert_eq!(harmless.matches('\n').count(), text.matches('\n').count());
        }
    }
}
