//! What several runs of a script printed, as lines of a timeline: stamps become `{stamp}`, text
//! that differs becomes `{any}`. Pure.
//!
//! Which line of one run is which of another is guessed twice over: by what they say, because lines
//! that are due together may come in either order, and by their order, for lines that say something
//! else every time.

use std::collections::VecDeque;

use super::marks::Seen;
use super::pattern::stamp_at;

/// Longer lines are only compared at their beginnings and ends, in pieces.
const PIECES_LIMIT: usize = 300;
/// A time that is off by less than this was still told while the script ran, in milliseconds.
const SLACK_MS: f64 = 20.0;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// A word, a number, or a sign.
    Text(String),
    /// The moment of printing.
    Stamp,
    /// What a course file cannot hold, or what differs between runs.
    Any,
}

/// A line of output in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PrintedLine(Vec<Piece>);

/// How the lines of several runs are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matching {
    /// By what they say: the same words, else the same but for numbers, else what is left in its
    /// order.
    Text,
    /// By their order alone.
    Order,
}

impl PrintedLine {
    /// Takes a line apart. A time counts as the moment of printing when the script ran then; of
    /// several, the last.
    pub fn new(seen: &Seen, spawned_unix_us: i64) -> Self {
        let text = seen.text.trim();
        let (mut pieces, mut at) = (Vec::new(), 0);
        while let Some(character) = text[at..].chars().next() {
            let is_true = |(unix_us, coarse_ms): (i64, f64)| {
                let at_ms = unix_us.saturating_sub(spawned_unix_us) as f64 / 1e3;
                at_ms + coarse_ms >= -SLACK_MS && at_ms <= seen.arrival_ms + SLACK_MS
            };
            let stamp = stamp_at(text.as_bytes(), at).filter(|(_, stamp)| is_true(*stamp));
            let (piece, end) = match stamp {
                Some((end, _)) => {
                    pieces
                        .iter_mut()
                        .filter(|piece| **piece == Piece::Stamp)
                        .for_each(|piece| *piece = Piece::Any);
                    (Piece::Stamp, end)
                }
                None => {
                    let end = at + length(&text[at..], character);
                    // U+FFFD stands for what was no text: a course file that holds it was not saved
                    // as UTF-8.
                    let is_writable = !matches!(character, '{' | '}' | char::REPLACEMENT_CHARACTER)
                        && !character.is_control();
                    (
                        if is_writable {
                            Piece::Text(text[at..end].to_owned())
                        } else {
                            Piece::Any
                        },
                        end,
                    )
                }
            };
            pieces.push(piece);
            at = end;
        }
        Self(pieces)
    }

    /// The line with its numbers left out: what two lines of the same make have in common.
    fn shape(&self) -> Vec<Piece> {
        let without_number = |piece: &Piece| match piece {
            Piece::Text(text) if text.starts_with(|c: char| c.is_ascii_digit()) => Piece::Any,
            piece => piece.clone(),
        };
        self.0.iter().map(without_number).collect()
    }

    /// What two lines have in common, `{any}` where they differ.
    fn merged(&self, other: &Self) -> Self {
        let (one, other) = (&self.0, &other.0);
        let head = one.iter().zip(other).take_while(|(one, other)| one == other).count();
        let rest = one.len().min(other.len()) - head;
        let tail = one
            .iter()
            .rev()
            .zip(other.iter().rev())
            .take(rest)
            .take_while(|(one, other)| one == other)
            .count();
        let middle = common(&one[head..one.len() - tail], &other[head..other.len() - tail]);
        Self(one[..head].iter().chain(&middle).chain(&one[one.len() - tail..]).cloned().collect())
    }

    /// As a course file says it.
    fn pattern(&self) -> String {
        let mut pattern = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => pattern.push_str(text),
                Piece::Stamp => pattern.push_str("{stamp}"),
                Piece::Any if pattern.ends_with("{any}") => {}
                Piece::Any => pattern.push_str("{any}"),
            }
        }
        pattern
    }
}

/// How long the piece is that begins a text: a word, a number with its fraction, or one sign.
fn length(text: &str, first: char) -> usize {
    let length_of = |belongs: fn(char) -> bool| text.find(|c| !belongs(c)).unwrap_or(text.len());
    if first.is_ascii_digit() {
        let whole = length_of(|c| c.is_ascii_digit());
        let fraction = text[whole..].strip_prefix('.').map_or(0, |rest| {
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len()
        });
        whole + if fraction > 0 { 1 + fraction } else { 0 }
    } else if first.is_alphabetic() {
        length_of(|c| c.is_alphabetic() || c == '_')
    } else {
        first.len_utf8()
    }
}

/// The longest common pieces of two lines, `{any}` between them.
fn common(one: &[Piece], other: &[Piece]) -> Vec<Piece> {
    if one.is_empty() && other.is_empty() {
        return Vec::new();
    }
    if one.len().max(other.len()) > PIECES_LIMIT {
        return vec![Piece::Any];
    }
    // longest[i][j]: how many pieces one[i..] and other[j..] have in common.
    let mut longest = vec![vec![0_usize; other.len() + 1]; one.len() + 1];
    for (i, piece) in one.iter().enumerate().rev() {
        for (j, its) in other.iter().enumerate().rev() {
            longest[i][j] = if piece == its {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut pieces, mut i, mut j) = (Vec::new(), 0, 0);
    while i < one.len() && j < other.len() {
        if one[i] == other[j] {
            pieces.push(one[i].clone());
            (i, j) = (i + 1, j + 1);
        } else {
            pieces.push(Piece::Any);
            if longest[i + 1][j] >= longest[i][j + 1] { i += 1 } else { j += 1 }
        }
    }
    if i < one.len() || j < other.len() {
        pieces.push(Piece::Any);
    }
    pieces.dedup_by(|piece, before| *piece == Piece::Any && *before == Piece::Any);
    pieces
}

/// The lines of a timeline, in the order of the first run, from runs that printed as many lines
/// each.
pub(super) fn patterns(runs: &[Vec<PrintedLine>], matching: Matching) -> Vec<String> {
    let Some((first, others)) = runs.split_first() else { return Vec::new() };
    let mut lines = first.clone();
    for run in others {
        let partners = match matching {
            Matching::Text => partners(first, run),
            Matching::Order => (0..run.len()).collect(),
        };
        for (line, partner) in lines.iter_mut().zip(partners) {
            *line = line.merged(&run[partner]);
        }
    }
    lines.iter().map(PrintedLine::pattern).collect()
}

/// For each line of one run, which of the other it is.
fn partners(one: &[PrintedLine], other: &[PrintedLine]) -> Vec<usize> {
    let mut partners: Vec<Option<usize>> = vec![None; one.len()];
    let mut free: VecDeque<usize> = (0..other.len()).collect();
    let rules: [fn(&PrintedLine, &PrintedLine) -> bool; 3] =
        [|one, other| one == other, |one, other| one.shape() == other.shape(), |_, _| true];
    for fits in rules {
        for (line, partner) in
            one.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none())
        {
            let place = free.iter().position(|candidate| fits(line, &other[*candidate]));
            *partner = place.and_then(|place| free.remove(place));
        }
    }
    partners.into_iter().enumerate().map(|(index, partner)| partner.unwrap_or(index)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> PrintedLine {
        let seen = Seen {
            text: text.into(),
            position: 0,
            stamp: None,
            empty_ms: 4990.0,
            arrival_ms: 5000.0,
        };
        // 2026-01-01 00:00:00 UTC.
        PrintedLine::new(&seen, 1_767_225_600_000_000)
    }

    fn together(runs: &[&[&str]], matching: Matching) -> Vec<String> {
        let runs: Vec<Vec<PrintedLine>> =
            runs.iter().map(|run| run.iter().map(|text| line(text)).collect()).collect();
        patterns(&runs, matching)
    }

    #[test]
    fn the_moment_of_printing_is_a_stamp_and_another_time_is_text() {
        assert_eq!(line("Rolex: 2026-01-01 00:00:03.25").pattern(), "Rolex: {stamp}");
        assert_eq!(
            line("born 1999-12-31 23:59:59, now 2026-01-01 00:00:03.25").pattern(),
            "born 1999-12-31 23:59:59, now {stamp}"
        );
        assert_eq!(
            line("2026-01-01 00:00:01 to 2026-01-01T00:00:03").pattern(),
            "{any} to {stamp}"
        );
    }

    #[test]
    fn what_a_course_file_cannot_hold_is_free_text() {
        assert_eq!(line("{'a': 1}\t\u{7}ok ").pattern(), "{any}'a': 1{any}ok");
    }

    #[test]
    fn what_differs_between_runs_is_free_text() {
        let runs: [&[&str]; 3] = [&["took 0.25 s"], &["took 0.31 s"], &["took 1 s"]];
        assert_eq!(together(&runs, Matching::Text), ["took {any} s"]);
        let runs: [&[&str]; 2] = [&["alpha beta"], &["alpha"]];
        assert_eq!(together(&runs, Matching::Text), ["alpha{any}"]);
    }

    #[test]
    fn lines_that_change_places_are_known_by_what_they_say() {
        let runs: [&[&str]; 2] =
            [&["start", "A took 0.1", "B took 0.2"], &["start", "B took 0.4", "A took 0.3"]];
        assert_eq!(together(&runs, Matching::Text), ["start", "A took {any}", "B took {any}"]);
        assert_eq!(
            together(&runs, Matching::Order),
            ["start", "{any} took {any}", "{any} took {any}"]
        );
    }
}
