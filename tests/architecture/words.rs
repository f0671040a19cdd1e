//! Nobody has to read around home-made English: words that were once everywhere stay out of the
//! program and of every text that comes with it.

use std::fs;
use std::path::Path;

use super::{expect_none, sources};

/// Each has a plain form: fix, is, who owns, blocks, prints.
const WORST: [&str; 9] = [
    "mend",
    "mends",
    "mended",
    "mending",
    "is had",
    "whose the",
    "stands in the way",
    "is told",
    "did not get there",
];

#[test]
fn texts_for_people_are_in_plain_words() {
    let code = sources().into_iter().map(|source| {
        let lines: Vec<&str> =
            source.code.iter().map(|(_, line)| line.trim().trim_end_matches('\\').trim()).collect();
        (format!("src/{}", source.path), lines.join(" "))
    });
    let texts = documents().into_iter().chain(code);
    let found = texts.flat_map(|(path, text)| {
        let words = WORST.into_iter().filter(move |word| says(&text, word));
        words.map(move |word| format!("{path}: {word}"))
    });
    expect_none(found.collect(), "these words have a plain form");
}

/// Every text that is written as such: what comes with the program, and the pages in it.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    for folder in ["src/course", "src/problem/pages", "src/lab/explain/pages"] {
        let files = fs::read_dir(root.join(folder)).unwrap();
        let files = files.map(|entry| entry.unwrap().path());
        paths.extend(files.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    assert!(paths.len() > 50, "{} documents", paths.len());
    let read = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        let shown = path.strip_prefix(root).unwrap().display().to_string();
        (shown, text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    paths.iter().map(|path| read(path)).collect()
}

/// Whether a text has these words as words.
fn says(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(words).any(|(at, _)| {
        !text[..at].ends_with(is_letter) && !text[at + words.len()..].starts_with(is_letter)
    })
}

#[test]
fn a_word_within_a_word_is_another_word() {
    assert!(says("what mends it", "mends") && says("Mend it", "mend"));
    assert!(!says("amendment", "mend") && !says("recommend", "mend"));
}
