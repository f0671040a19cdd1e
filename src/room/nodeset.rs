//! Names of machines, folded and expanded as ClusterShell's nodeset does: `pc-[03,07,12-14]`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::problem::NodesetFault;
use crate::words::one_line;

/// More machines than anybody expects by one option.
const LIMIT: usize = 200_000;

/// Digits as they stand in a name, leading zeros included. Shorter ones come first, as nodeset sorts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Number(String);

impl Ord for Number {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Number {
    /// The next one: of the same length, or longer by a digit after all nines.
    fn next(&self) -> Self {
        let mut digits = self.0.clone().into_bytes();
        for digit in digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return Self(digits.into_iter().map(char::from).collect());
            }
            *digit = b'0';
        }
        Self(format!("1{}", "0".repeat(digits.len())))
    }

    fn is_padded(&self) -> bool {
        self.0.len() > 1 && self.0.starts_with('0')
    }
}

/// A name with a set of numbers in the place of each number: the texts around them, and the sets.
type NamePattern = (Vec<String>, Vec<BTreeSet<Number>>);

/// Folds names, each counted once. A name that nodeset could not read back is escaped.
pub fn fold<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let (plain, odd): (BTreeSet<&str>, BTreeSet<&str>) =
        names.into_iter().partition(|name| is_plain(name));
    let mut patterns: Vec<NamePattern> = plain.into_iter().map(pattern).collect();
    let axes = patterns.iter().map(|(_, sets)| sets.len()).max().unwrap_or_default();
    for axis in (0..axes).rev() {
        patterns = merged(patterns, axis);
    }
    let folded = patterns.iter().map(written);
    folded.chain(odd.into_iter().map(escaped)).collect::<Vec<_>>().join(",")
}

/// Whether nodeset takes the name for one name, and nothing in it steers a terminal.
fn is_plain(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.:+~=".contains(c);
    !name.is_empty() && name.chars().all(is_plain)
}

/// A name that is none, harmless in a list.
fn escaped(name: &str) -> String {
    let mut shown = String::new();
    for letter in one_line(name).chars() {
        if letter.is_whitespace() || ",[]".contains(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    if shown.is_empty() { "?".into() } else { shown }
}

/// The texts of a name, and its numbers between them.
fn pattern(name: &str) -> NamePattern {
    let (mut texts, mut sets) = (vec![String::new()], Vec::new());
    let mut rest = name;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[at..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| at + end);
        if let Some(text) = texts.last_mut() {
            text.push_str(&rest[..at]);
        }
        sets.push(BTreeSet::from([Number(rest[at..end].to_owned())]));
        texts.push(String::new());
        rest = &rest[end..];
    }
    if let Some(text) = texts.last_mut() {
        text.push_str(rest);
    }
    (texts, sets)
}

/// Patterns that differ in one place alone, as one.
fn merged(patterns: Vec<NamePattern>, axis: usize) -> Vec<NamePattern> {
    let mut groups: BTreeMap<NamePattern, BTreeSet<Number>> = BTreeMap::new();
    let mut merged = Vec::new();
    for (texts, mut sets) in patterns {
        match sets.get_mut(axis).map(std::mem::take) {
            Some(numbers) => groups.entry((texts, sets)).or_default().extend(numbers),
            None => merged.push((texts, sets)),
        }
    }
    merged.extend(groups.into_iter().map(|((texts, mut sets), numbers)| {
        sets[axis] = numbers;
        (texts, sets)
    }));
    merged.sort();
    merged
}

fn written((texts, sets): &NamePattern) -> String {
    let mut written = texts.first().cloned().unwrap_or_default();
    for (numbers, text) in sets.iter().zip(texts.iter().skip(1)) {
        match numbers.first().filter(|_| numbers.len() == 1) {
            Some(number) => written += &number.0,
            None => written += &format!("[{}]", ranges(numbers)),
        }
        written += text;
    }
    written
}

/// `03,07,12-14`. A range with leading zeros keeps its width.
fn ranges(numbers: &BTreeSet<Number>) -> String {
    let mut ranges: Vec<(&Number, &Number)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((first, last))
                if last.next() == *number
                    && (last.0.len() == number.0.len() || !first.is_padded()) =>
            {
                *last = number;
            }
            _ => ranges.push((number, number)),
        }
    }
    let mut text = String::new();
    for (index, (first, last)) in ranges.into_iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        // Writing to a String cannot fail.
        let _ = match first == last {
            true => write!(text, "{comma}{}", first.0),
            false => write!(text, "{comma}{}-{}", first.0, last.0),
        };
    }
    text
}

/// Every name of a list such as `pc-[01-30], door`: commas and white space separate, each name
/// counts once.
///
/// # Errors
/// [`NodesetFault`].
pub fn expand(text: &str) -> Result<BTreeSet<String>, NodesetFault> {
    let mut names = BTreeSet::new();
    let mut depth = 0;
    let is_separator = |letter: char| {
        depth += i32::from(letter == '[') - i32::from(letter == ']');
        depth <= 0 && (letter == ',' || letter.is_whitespace())
    };
    for word in text.split(is_separator).filter(|word| !word.is_empty()) {
        if word.contains(['!', '&', '^', '@', '*', '?']) {
            return Err(NodesetFault::Operator { word: word.into() });
        }
        names.extend(expanded(word)?);
        if names.len() > LIMIT {
            return Err(NodesetFault::TooMany { limit: LIMIT });
        }
    }
    if names.is_empty() { Err(NodesetFault::Empty) } else { Ok(names) }
}

/// Every name of one word.
fn expanded(word: &str) -> Result<Vec<String>, NodesetFault> {
    let broken = || NodesetFault::Brackets { word: word.into() };
    let mut names = vec![String::new()];
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('[') {
        let (inside, behind) = after.split_once(']').ok_or_else(broken)?;
        if before.contains(']') {
            return Err(broken());
        }
        let numbers = numbers(word, inside)?;
        if names.len().saturating_mul(numbers.len()) > LIMIT {
            return Err(NodesetFault::TooMany { limit: LIMIT });
        }
        let longer = names
            .iter()
            .flat_map(|name| numbers.iter().map(move |number| format!("{name}{before}{number}")));
        names = longer.collect();
        rest = behind;
    }
    if rest.contains(']') {
        return Err(broken());
    }
    names.iter_mut().for_each(|name| name.push_str(rest));
    Ok(names)
}

/// The numbers of `01-03,7,0-10/5`.
fn numbers(word: &str, inside: &str) -> Result<Vec<String>, NodesetFault> {
    let broken = || NodesetFault::Range { word: word.into() };
    let mut numbers = Vec::new();
    for range in inside.split(',').map(str::trim) {
        let (range, step) = range.split_once('/').unwrap_or((range, "1"));
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let is_number = |text: &str| {
            (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if ![first, last, step].into_iter().all(is_number) {
            return Err(broken());
        }
        let is_padded = [first, last].iter().any(|number| Number((*number).into()).is_padded());
        if is_padded && first.len() != last.len() {
            return Err(broken());
        }
        let number = |text: &str| text.parse::<u64>().map_err(|_| broken());
        let (from, to, step) = (number(first)?, number(last)?, number(step)?);
        if to < from || step == 0 {
            return Err(broken());
        }
        if (to - from) / step >= LIMIT as u64 {
            return Err(NodesetFault::TooMany { limit: LIMIT });
        }
        let width = if is_padded { first.len() } else { 0 };
        let steps = (0..=(to - from) / step).map(|index| from + index * step);
        numbers.extend(steps.map(|number| format!("{number:0width$}")));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(names: &str) -> String {
        fold(names.split(','))
    }

    #[test]
    fn names_are_folded_as_nodeset_folds_them() {
        for (names, expected) in [
            ("pc-03,pc-07,pc-12,pc-13,pc-14", "pc-[03,07,12-14]"),
            ("pc-8,pc-9,pc-10", "pc-[8-10]"),
            ("pc-8,pc-09,pc-10", "pc-[8,09-10]"),
            ("pc-1,pc-01,pc-02,pc-2", "pc-[1-2,01-02]"),
            ("pc-098,pc-099,pc-100,pc-101", "pc-[098-101]"),
            ("pc-99,pc-099,pc-100", "pc-[99,099-100]"),
            ("pc-099,pc-999,pc-1000", "pc-[099,999-1000]"),
            ("r1n01,r2n01,r1n02,r2n02", "r[1-2]n[01-02]"),
            ("r1n1,r2n2", "r1n1,r2n2"),
            ("pc-01.lab2.example,pc-02.lab2.example", "pc-[01-02].lab2.example"),
            ("pc,pc-1", "pc,pc-1"),
            ("1,2,3", "[1-3]"),
            ("door", "door"),
        ] {
            assert_eq!(folded(names), expected);
        }
        assert_eq!(fold([]), "");
    }

    #[test]
    fn a_name_that_is_none_cannot_forge_another() {
        let odd = ["a,b", "pc-[1-9]", "x\u{1b}[31m", "line\nbreak", "", "pc-2"];
        insta::assert_snapshot!(fold(odd), @r"pc-2,?,a\u{2c}b,line\nbreak,pc-\u{5b}1-9\u{5d},x\u{1b}\u{5b}31m");
    }

    #[test]
    fn a_list_is_expanded_to_its_names() {
        let names = |text| expand(text).unwrap().into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(names("pc-[08-11], door\nx[0-10/5]"), "door pc-08 pc-09 pc-10 pc-11 x0 x10 x5");
        assert_eq!(names("r[1-2]n[1,3]-a"), "r1n1-a r1n3-a r2n1-a r2n3-a");
    }

    #[test]
    fn a_list_that_cannot_be_meant_is_refused() {
        let faults = [
            "",
            " , ",
            "pc-[1-3",
            "pc-1]",
            "pc-[]",
            "pc-[a-b]",
            "pc-[3-1]",
            "pc-[9-011]",
            "pc-[1-3/0]",
            "pc-[1-1000000000]",
            "a[1-999]b[1-999]",
            "@room",
            "pc-[1-3]!pc-2",
        ];
        let shown: Vec<String> =
            faults.map(|text| format!("{text:?}: {:?}", expand(text).unwrap_err())).into();
        insta::assert_snapshot!(shown.join("\n"));
    }

    proptest! {
        #[test]
        fn folding_and_expanding_is_a_round_trip(
            names in prop::collection::btree_set("[a-c]{0,2}-?[0-9]{1,3}(n[0-9]{1,2})?(\\.x1)?", 1..40)
        ) {
            let folded = fold(names.iter().map(String::as_str));
            prop_assert_eq!(expand(&folded).unwrap(), names, "{}", folded);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\PC\\n]{0,30}", list in "[a-b0-9\\[\\],/ -]{0,20}") {
            let _ = (expand(&text), expand(&list), fold([text.as_str(), list.as_str()]));
        }
    }
}
