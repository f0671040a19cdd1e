//! Where patterns fit in a text. Whatever free text may end with is looked for in the whole text
//! once, and found again from there: so looking costs as much as the text and the patterns are long,
//! however much free text there is.

use super::pattern::{ANY_LIMIT, Matched, Pattern, Segment};

/// A text and patterns, prepared for looking.
pub(super) struct Places<'a> {
    bytes: &'a [u8],
    /// Where lines end.
    line_ends: Vec<usize>,
    /// Where a pattern begins.
    beginnings: Vec<usize>,
    patterns: Vec<Behind<'a>>,
}

/// A pattern, and what stands behind its free texts.
struct Behind<'a> {
    begins_with: Segment<'a>,
    segments: Vec<(Segment<'a>, Vec<usize>)>,
}

impl<'a> Places<'a> {
    /// Looks for the parts of these patterns; those that are one and the same may be left out of
    /// `wanted`.
    pub fn new(bytes: &'a [u8], patterns: &'a [Pattern], wanted: &[usize]) -> Self {
        // Free text with nothing behind it.
        let is_open = |pattern: &Pattern| pattern.segments().skip(1).any(Segment::is_empty);
        let any_is_open = wanted.iter().any(|index| is_open(&patterns[*index]));
        let begins = |at: &usize| wanted.iter().any(|index| patterns[*index].begins(bytes, *at));
        let beginnings =
            if any_is_open { (0..bytes.len()).filter(begins).collect() } else { Vec::new() };
        let behind = patterns.iter().enumerate().map(|(index, pattern)| {
            let mut segments = pattern.segments();
            let begins_with = segments.next().unwrap_or_default();
            let segments = segments.filter(|_| wanted.contains(&index));
            let segments = segments.map(|segment| (segment, segment.places(bytes))).collect();
            Behind { begins_with, segments }
        });
        let is_end = |at: &usize| bytes[*at] == b'\n';
        let line_ends = (0..bytes.len()).filter(is_end).collect();
        Self { bytes, line_ends, beginnings, patterns: behind.collect() }
    }

    /// Whether a pattern fits at that place. Free text ends where what stands behind it fits first,
    /// with its line, or where another of the patterns begins.
    pub fn fit(&self, pattern: usize, at: usize) -> Option<Matched> {
        let Behind { begins_with, segments } = &self.patterns[pattern];
        let mut matched = begins_with.fit(self.bytes, Matched { end: at, stamp: None })?;
        for (segment, places) in segments {
            let line_end = self.line_end(matched.end);
            // The first place is the best one: it leaves the most to what comes behind.
            matched = if segment.is_empty() {
                let next = first_from(&self.beginnings, matched.end + 1);
                let end = next.filter(|next| *next < line_end).unwrap_or(line_end);
                Matched { end, ..matched }
            } else {
                let end = first_from(places, matched.end).filter(|end| *end < line_end)?;
                segment.fit(self.bytes, Matched { end, ..matched })?
            };
        }
        Some(matched)
    }

    /// Where free text from that place ends at the latest.
    fn line_end(&self, at: usize) -> usize {
        let limit = self.bytes.len().min(at + ANY_LIMIT);
        first_from(&self.line_ends, at).map_or(limit, |end| end.min(limit))
    }
}

/// The first of these places that is not before another.
fn first_from(places: &[usize], at: usize) -> Option<usize> {
    places.get(places.partition_point(|place| *place < at)).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The plain way: every place is tried, each time anew.
    fn fit_plainly(bytes: &[u8], at: usize, pattern: &Pattern, all: &[Pattern]) -> Option<Matched> {
        let end_of_line = |at: usize, all: &[Pattern]| {
            let line = &bytes[at..bytes.len().min(at + ANY_LIMIT)];
            let line_end = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
            let begins =
                |offset: &usize| all.iter().any(|pattern| pattern.begins(bytes, at + offset));
            at + (1..line_end).find(begins).unwrap_or(line_end)
        };
        let mut segments = pattern.segments();
        let mut matched = Matched { end: at, stamp: None };
        matched = segments.next().unwrap_or_default().fit(bytes, matched)?;
        for segment in segments {
            matched = if segment.is_empty() {
                Matched { end: end_of_line(matched.end, all), ..matched }
            } else {
                let line_end = end_of_line(matched.end, &[]);
                (matched.end..line_end)
                    .find_map(|end| segment.fit(bytes, Matched { end, ..matched }))?
            };
        }
        Some(matched)
    }

    fn texts() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            8 => "[ab: \n]",
            2 => Just("took".to_owned()),
            2 => Just("2026-01-01 00:00:01.25".to_owned()),
            1 => "[ab]{0,40}",
            1 => Just("a".repeat(ANY_LIMIT - 3)),
        ];
        proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    fn lines() -> impl Strategy<Value = Vec<String>> {
        let part = prop_oneof![
            4 => "[ab: ]{1,2}",
            2 => Just("took".to_owned()),
            2 => Just("{stamp}".to_owned()),
            4 => Just("{any}".to_owned()),
        ];
        let line = proptest::collection::vec(part, 1..6).prop_map(|parts| parts.concat());
        proptest::collection::vec(line, 1..6)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_place_fits_as_it_does_when_each_is_tried_anew(text in texts(), lines in lines()) {
            let patterns: Vec<Pattern> = lines.iter().map(|line| Pattern::new(line)).collect();
            let wanted: Vec<usize> = (0..patterns.len()).collect();
            let places = Places::new(text.as_bytes(), &patterns, &wanted);
            let long = text.len() > ANY_LIMIT;
            for at in (0..text.len()).step_by(if long { 997 } else { 1 }) {
                for (index, pattern) in patterns.iter().enumerate() {
                    let plainly = fit_plainly(text.as_bytes(), at, pattern, &patterns);
                    prop_assert_eq!(places.fit(index, at), plainly, "{:?} at {}", lines[index], at);
                }
            }
        }
    }

    #[test]
    fn a_long_text_and_much_free_text_are_no_trouble() {
        // None of them fits anywhere, whatever is tried: where each place was tried anew, this took
        // minutes.
        let lines: Vec<String> = (0..30)
            .map(|number| format!("{{any}} a {{any}} {{stamp}} line {number} {{any}}"))
            .collect();
        let patterns: Vec<Pattern> = lines.iter().map(|line| Pattern::new(line)).collect();
        let wanted: Vec<usize> = (0..patterns.len()).collect();
        let text = "a ".repeat(1 << 15);
        let places = Places::new(text.as_bytes(), &patterns, &wanted);
        for at in 0..text.len() {
            assert!(wanted.iter().all(|index| places.fit(*index, at).is_none()));
        }
    }
}
