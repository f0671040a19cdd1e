//! Finds the marks of a timeline in what a script printed: in the whole stream, not line by line.
//!
//! `print` is two writes, so two threads tear each other's lines now and then (`Sundial: ASundial:
//! B` and an empty line). Colours, carriage returns, blank lines, and how many blanks stand between
//! words are nobody's fault and are overlooked; anything else that is no mark is extra.

use std::ops::Range;

use super::observation::{Chunk, Output};
use super::pattern::{Matched, Pattern, stamp_at};
use super::places::Places;
use crate::course::Timeline;

/// How many pieces of extra output are named, and how much of each, in characters.
const EXTRA_LIMIT: usize = 12;
const EXTRA_LENGTH: usize = 100;

/// Stamps whose missing digits leave more than this open are too coarse to measure with, in
/// milliseconds.
const FINE_MS: f64 = 10.0;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    /// For each mark of the timeline, in its order, what was seen of it.
    pub marks: Vec<Option<Seen>>,
    /// Marks that were printed more often than they are due.
    pub doubled: Vec<Seen>,
    /// Everything else that was printed, piece by piece, shortened.
    pub extra: Vec<String>,
}

/// A mark that was seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    /// As it was printed.
    pub text: String,
    /// Where it begins in the text, in bytes.
    pub position: usize,
    /// Its stamp.
    pub stamp: Option<Stamp>,
    /// When we last saw that it had not come yet.
    pub empty_ms: f64,
    /// When it had come.
    pub arrival_ms: f64,
}

/// A stamp, in milliseconds after the spawn: the clock was read at `at_ms` or up to `coarse_ms`
/// later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stamp {
    /// What it says.
    pub at_ms: f64,
    /// What its missing digits leave open.
    pub coarse_ms: f64,
}

/// Looks for the timeline's marks in the output of a run that was spawned at that time, in
/// microseconds since 1970.
pub(super) fn find(timeline: &Timeline, output: &Output, spawned_unix_us: i64) -> Found {
    let text = Text::new(output);
    let patterns: Vec<Pattern> =
        timeline.marks.iter().map(|mark| Pattern::new(&mark.line)).collect();
    let (mut hits, rest) = scan(&text, &patterns);
    let mut extra: Vec<Range<usize>> = rest;
    let mut found = Found { marks: vec![None; patterns.len()], ..Found::default() };
    if let Some(torn) = torn_hits(&text, &patterns, &hits, &extra) {
        hits.extend(torn);
        extra.clear();
    }
    let mut seen: Vec<(usize, Seen)> =
        hits.iter().map(|hit| (hit.pattern, text.seen(hit, spawned_unix_us))).collect();
    seen.sort_by(|(_, one), (_, other)| moment(one).total_cmp(&moment(other)));
    let mut dues: Vec<usize> = (0..patterns.len()).collect();
    dues.sort_by(|one, other| {
        timeline.marks[*one].due.at.total_cmp(&timeline.marks[*other].due.at)
    });
    for (pattern, seen) in seen {
        let free = dues
            .iter()
            .find(|mark| found.marks[**mark].is_none() && patterns[**mark] == patterns[pattern]);
        match free {
            Some(mark) => found.marks[*mark] = Some(seen),
            None => found.doubled.push(seen),
        }
    }
    found.extra = text.pieces(&extra);
    found
}

/// What its place among its like is decided by. Lines without a stamp come in the order in which
/// they were printed.
fn moment(seen: &Seen) -> f64 {
    seen.fine_stamp().map_or(seen.arrival_ms, |stamp| stamp.at_ms)
}

impl Seen {
    /// Its stamp, unless that is too coarse to measure with.
    pub fn fine_stamp(&self) -> Option<Stamp> {
        self.stamp.filter(|stamp| stamp.coarse_ms <= FINE_MS)
    }

    /// Between which two moments it was printed: by its stamp, else by when it came.
    pub fn between(&self) -> (f64, f64) {
        let stamped = self.fine_stamp().map(|stamp| (stamp.at_ms, stamp.at_ms + stamp.coarse_ms));
        stamped.unwrap_or((self.empty_ms, self.arrival_ms))
    }
}

/// A place where a pattern fits: positions in the cleaned text.
struct Hit {
    pattern: usize,
    range: Range<usize>,
    stamp: Option<(i64, f64)>,
}

/// Output without colours and carriage returns, with single blanks, and where each byte of it came
/// from.
struct Text<'a> {
    bytes: Vec<u8>,
    origins: Vec<usize>,
    chunks: &'a [Chunk],
}

impl<'a> Text<'a> {
    fn new(output: &'a Output) -> Self {
        let mut text = Self { bytes: Vec::new(), origins: Vec::new(), chunks: &output.chunks };
        let raw = output.text.as_bytes();
        let mut at = 0;
        while at < raw.len() {
            match raw[at] {
                b'\r' => at += 1,
                b' ' | b'\t' if text.bytes.last() == Some(&b' ') => at += 1,
                0x1b if raw.get(at + 1) == Some(&b'[') => {
                    // A control sequence ends with its first letter or sign from `@` on.
                    let end = raw[at + 2..].iter().position(|byte| (0x40..0x7f).contains(byte));
                    at = end.map_or(raw.len(), |end| at + 2 + end + 1);
                }
                byte => {
                    text.bytes.push(if byte == b'\t' { b' ' } else { byte });
                    text.origins.push(at);
                    at += 1;
                }
            }
        }
        text
    }

    fn seen(&self, hit: &Hit, spawned_unix_us: i64) -> Seen {
        let last = self.origins.get(hit.range.end.saturating_sub(1)).copied().unwrap_or_default();
        let chunk = self.chunks.partition_point(|chunk| chunk.end <= last);
        let chunk = self.chunks.get(chunk).or(self.chunks.last());
        Seen {
            text: String::from_utf8_lossy(&self.bytes[hit.range.clone()]).into_owned(),
            position: hit.range.start,
            stamp: hit.stamp.map(|(unix_us, coarse_ms)| Stamp {
                at_ms: unix_us.saturating_sub(spawned_unix_us) as f64 / 1e3,
                coarse_ms,
            }),
            empty_ms: chunk.map_or(0.0, |chunk| chunk.empty_ms),
            arrival_ms: chunk.map_or(0.0, |chunk| chunk.arrival_ms),
        }
    }

    /// What is not blank in these ranges, line by line, shortened.
    fn pieces(&self, ranges: &[Range<usize>]) -> Vec<String> {
        let text = ranges.iter().map(|range| String::from_utf8_lossy(&self.bytes[range.clone()]));
        let mut pieces = Vec::new();
        for text in text {
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                if pieces.len() == EXTRA_LIMIT {
                    return pieces;
                }
                // A sign that a terminal obeys is written as Python writes it: `\x1b`.
                let mut piece = String::new();
                for character in line.chars().take(EXTRA_LENGTH) {
                    match character {
                        c if c.is_control() => piece += &format!("\\x{:02x}", u32::from(c)),
                        c => piece.push(c),
                    }
                }
                piece += if line.chars().count() > EXTRA_LENGTH { "…" } else { "" };
                pieces.push(piece);
            }
        }
        pieces
    }
}

/// Goes through the text once: the most specific pattern that fits wins; what none fits is left
/// over.
fn scan(text: &Text<'_>, patterns: &[Pattern]) -> (Vec<Hit>, Vec<Range<usize>>) {
    let mut order: Vec<usize> = (0..patterns.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(patterns[*index].specificity()));
    order.dedup_by(|one, other| patterns[*one] == patterns[*other]);
    let places = Places::new(&text.bytes, patterns, &order);
    let (mut hits, mut rest) = (Vec::new(), Vec::new());
    let (mut at, mut left_from) = (0, 0);
    while at < text.bytes.len() {
        let fits = |index: &usize| Some((*index, places.fit(*index, at)?));
        match order.iter().find_map(fits) {
            Some((pattern, Matched { end, stamp })) if end > at => {
                rest.push(left_from..at);
                hits.push(Hit { pattern, range: at..end, stamp });
                (at, left_from) = (end, end);
            }
            _ => at += 1,
        }
    }
    rest.push(left_from..at);
    (hits, rest)
}

/// Lines that are printed in several writes (`print("Sundial:", now)`) can be torn within: when the
/// pieces of the missing marks are just what is left over, they are those marks.
fn torn_hits(
    text: &Text<'_>,
    patterns: &[Pattern],
    hits: &[Hit],
    rest: &[Range<usize>],
) -> Option<Vec<Hit>> {
    let missing = missing(patterns, hits);
    let mut literals: Vec<&[u8]> =
        missing.iter().flat_map(|index| patterns[*index].literals()).collect();
    literals.sort_by_key(|literal| std::cmp::Reverse(literal.len()));
    let mut stamps = Vec::new();
    for range in rest {
        let mut at = range.start;
        while at < range.end {
            let here = &text.bytes[at..range.end];
            if here[0].is_ascii_whitespace() {
                at += 1;
            } else if let Some((end, stamp)) = stamp_at(&text.bytes[..range.end], at) {
                stamps.push((at..end, stamp));
                at = end;
            } else {
                let literal = literals.iter().position(|literal| here.starts_with(literal))?;
                at += literals.remove(literal).len();
            }
        }
    }
    let stamped: Vec<usize> =
        missing.iter().copied().filter(|index| patterns[*index].has_stamp()).collect();
    let complete =
        literals.is_empty() && stamped.len() == missing.len() && stamps.len() == missing.len();
    complete.then(|| {
        let hits = stamped.into_iter().zip(stamps);
        hits.map(|(pattern, (range, stamp))| Hit { pattern, range, stamp: Some(stamp) }).collect()
    })
}

/// The marks that were not hit.
fn missing(patterns: &[Pattern], hits: &[Hit]) -> Vec<usize> {
    let mut missing: Vec<usize> = (0..patterns.len()).collect();
    for hit in hits {
        if let Some(place) =
            missing.iter().position(|index| patterns[*index] == patterns[hit.pattern])
        {
            missing.remove(place);
        }
    }
    missing
}

/// Which marks of the timeline stand in a text, such as standard error.
pub(super) fn in_text(timeline: &Timeline, text: &str) -> Vec<bool> {
    let output = Output { text: text.to_owned(), ..Output::default() };
    find(timeline, &output, 0).marks.iter().map(Option::is_some).collect()
}
