//! One line of a timeline as a pattern: its text, `{stamp}` for a time, `{any}` for free text.

use jiff::civil::DateTime;
use jiff::tz::Offset;

/// How long free text may be, in bytes.
pub(super) const ANY_LIMIT: usize = 4096;
/// A stamp without its fraction: `2024-01-31 12:34:56`.
const STAMP_LENGTH: usize = 19;
/// What `datetime.now()` prints behind the point, in digits.
const FULL_FRACTION: usize = 6;

/// A line to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    Stamp,
    Any,
}

/// Where a pattern fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matched {
    /// Where it ends.
    pub end: usize,
    /// Its stamp: microseconds since 1970, and how many milliseconds its missing digits leave open.
    pub stamp: Option<(i64, f64)>,
}

impl Pattern {
    /// Reads a line of a course file, which was checked when it was loaded. Several blanks count as
    /// one.
    pub fn new(line: &str) -> Self {
        let mut line = line.replace('\t', " ");
        while line.contains("  ") {
            line = line.replace("  ", " ");
        }
        let mut parts = Vec::new();
        let mut rest = line.as_str();
        while !rest.is_empty() {
            let placeholders = [("{stamp}", Part::Stamp), ("{any}", Part::Any)];
            let next = placeholders
                .into_iter()
                .filter_map(|(name, part)| Some((rest.find(name)?, name, part)));
            match next.min_by_key(|(at, ..)| *at) {
                Some((at, name, part)) => {
                    parts.extend((at > 0).then(|| Part::Text(rest.as_bytes()[..at].to_vec())));
                    parts.push(part);
                    rest = &rest[at + name.len()..];
                }
                None => {
                    parts.push(Part::Text(rest.as_bytes().to_vec()));
                    rest = "";
                }
            }
        }
        Self { parts }
    }

    /// More is tried first: free text comes last, longer text before shorter.
    pub fn specificity(&self) -> (bool, usize) {
        (!self.parts.contains(&Part::Any), self.literals().map(<[u8]>::len).sum())
    }

    /// Whether it has a stamp and is otherwise plain text.
    pub fn has_stamp(&self) -> bool {
        self.parts.contains(&Part::Stamp) && !self.parts.contains(&Part::Any)
    }

    /// Its texts without the blanks around them.
    pub fn literals(&self) -> impl Iterator<Item = &[u8]> {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.trim_ascii()),
            _ => None,
        });
        texts.filter(|text| !text.is_empty())
    }

    /// What stands before, between and behind its free texts.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.parts.split(|part| *part == Part::Any).map(Segment)
    }

    /// Whether its first part stands there.
    pub fn begins(&self, bytes: &[u8], at: usize) -> bool {
        let first = self.parts.first().filter(|part| **part != Part::Any);
        first.is_some_and(|part| part.fit(bytes, Matched { end: at, stamp: None }).is_some())
    }
}

/// Texts and stamps, one behind the other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Segment<'a>(&'a [Part]);

impl Segment<'_> {
    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether it stands behind what was matched.
    pub fn fit(self, bytes: &[u8], from: Matched) -> Option<Matched> {
        self.0.iter().try_fold(from, |matched, part| part.fit(bytes, matched))
    }

    /// Every place where it stands; nothing stands everywhere.
    pub fn places(self, bytes: &[u8]) -> Vec<usize> {
        let stands = |at: &usize| self.fit(bytes, Matched { end: *at, stamp: None }).is_some();
        if self.is_empty() { Vec::new() } else { (0..bytes.len()).filter(stands).collect() }
    }
}

impl Part {
    fn fit(&self, bytes: &[u8], matched: Matched) -> Option<Matched> {
        match self {
            Self::Text(text) => bytes[matched.end..]
                .starts_with(text)
                .then(|| Matched { end: matched.end + text.len(), ..matched }),
            Self::Stamp => {
                stamp_at(bytes, matched.end).map(|(end, stamp)| Matched { end, stamp: Some(stamp) })
            }
            Self::Any => Some(matched),
        }
    }
}

/// Reads `2024-01-31 12:34:56.123456` (the fraction and its digits, a `T`, and an offset are up to
/// the printer): where it ends, microseconds since 1970, and how many milliseconds the missing
/// digits leave open.
pub(super) fn stamp_at(bytes: &[u8], at: usize) -> Option<(usize, (i64, f64))> {
    let rest = bytes.get(at..)?;
    let text = std::str::from_utf8(rest.get(..STAMP_LENGTH)?).ok()?;
    let shape = "dddd-dd-dd dd:dd:dd";
    let fits = shape.bytes().zip(text.bytes()).all(|(wanted, is)| match wanted {
        b'd' => is.is_ascii_digit(),
        b' ' => is == b' ' || is == b'T',
        other => is == other,
    });
    let time: DateTime = fits.then(|| text.parse().ok()).flatten()?;
    let mut end = STAMP_LENGTH;
    let digits = match rest.get(end) {
        Some(b'.') => rest[end + 1..]
            .iter()
            .take(FULL_FRACTION)
            .take_while(|byte| byte.is_ascii_digit())
            .count(),
        _ => 0,
    };
    let mut fraction_us = 0;
    if digits > 0 {
        let fraction = std::str::from_utf8(&rest[end + 1..=end + digits]).ok()?;
        fraction_us = fraction.parse::<i64>().ok()? * 10_i64.pow((FULL_FRACTION - digits) as u32);
        end += 1 + digits;
    }
    let (offset, offset_length) = offset_at(&rest[end..]);
    let unix_us = offset.to_timestamp(time).ok()?.as_microsecond() + fraction_us;
    let coarse_ms = if digits == FULL_FRACTION { 0.0 } else { 10_f64.powi(3 - digits as i32) };
    Some((at + end + offset_length, (unix_us, coarse_ms)))
}

/// `+02:00` or `-05:00`, and its length; nothing is UTC, in which every lab runs.
fn offset_at(rest: &[u8]) -> (Offset, usize) {
    let read = |sign: i32, text: &[u8]| {
        let [h1 @ b'0'..=b'2', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'5', m2 @ b'0'..=b'9'] = text
        else {
            return None;
        };
        let digit = |byte: &u8| i32::from(byte - b'0');
        Offset::from_seconds(
            sign * ((digit(h1) * 10 + digit(h2)) * 3600 + (digit(m1) * 10 + digit(m2)) * 60),
        )
        .ok()
    };
    let offset = match rest.split_first() {
        Some((b'+', text)) => text.get(..5).and_then(|text| read(1, text)),
        Some((b'-', text)) => text.get(..5).and_then(|text| read(-1, text)),
        _ => None,
    };
    offset.map_or((Offset::UTC, 0), |offset| (offset, 6))
}

#[cfg(test)]
mod tests {
    use super::super::places::Places;
    use super::*;

    fn fit(line: &str, text: &str) -> Option<(usize, bool)> {
        let patterns = [Pattern::new(line)];
        let matched = Places::new(text.as_bytes(), &patterns, &[0]).fit(0, 0)?;
        Some((matched.end, matched.stamp.is_some()))
    }

    #[test]
    fn free_text_may_hold_what_stands_behind_it() {
        assert_eq!(fit("{any}: {stamp}", "Job: one: 2026-01-01 00:00:01"), Some((29, true)));
        assert_eq!(fit("{any} at {any} s", "Ada at table at 3 s"), Some((19, false)));
        assert_eq!(fit("{any}: {stamp}", "Job: one"), None);
    }

    #[test]
    fn free_text_at_the_end_ends_with_its_line_or_before_a_torn_one() {
        assert_eq!(fit("took {any}", "took 3 s\nmore"), Some((8, false)));
        assert_eq!(fit("took {any}", "took 3 stook 4 s\n\n"), Some((8, false)));
        assert_eq!(
            fit("{stamp} {any}", "2026-01-01 00:00:01 A2026-01-01 00:00:01 B\n\n"),
            Some((21, true))
        );
    }
}
