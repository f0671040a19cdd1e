//! How text looks on a stream: colour, signs and width.
//!
//! Colour: `--color`, then NO_COLOR, CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, then whether it is a
//! terminal. An empty variable counts as unset.

use super::Health;
use super::words::{hanging, wrapped, wrapped_page};
use crate::cli::Color;
use crate::lab::Verdict;
use crate::problem::Severity;

/// Escapes of ANSI terminals.
const GREEN: &str = "\u{1b}[32m\u{1b}[1m";
const RED: &str = "\u{1b}[31m\u{1b}[1m";
const YELLOW: &str = "\u{1b}[33m\u{1b}[1m";
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";
/// The width where it is not known.
const WIDTH: usize = 80;

/// How text looks on one of the streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    coloured: bool,
    unicode: bool,
    width: usize,
    wraps: bool,
}

impl Paint {
    /// For a stream that is a terminal of so many columns, or is none, by what the environment's
    /// variables say.
    pub fn new<'a>(
        variable: impl Fn(&str) -> Option<&'a str>,
        color: Color,
        is_terminal: bool,
        columns: Option<usize>,
    ) -> Self {
        let terminal = variable("TERM").unwrap_or(if is_terminal { "dumb" } else { "" });
        let coloured = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if variable("NO_COLOR").is_some() => false,
            Color::Auto if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Color::Auto => is_terminal && variable("CLICOLOR") != Some("0") && terminal != "dumb",
        };
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(&variable).unwrap_or_default();
        let is_utf8 = locale.to_uppercase().replace('-', "").ends_with("UTF8");
        let typed = variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let width = typed.or(columns).unwrap_or(WIDTH).clamp(40, 120);
        let unicode = is_utf8 && !matches!(terminal, "dumb" | "linux");
        Self { coloured, unicode, width, wraps: is_terminal }
    }

    /// Without colour, in ASCII or Unicode, at a width: for files and tests.
    pub fn uncoloured(unicode: bool, width: usize) -> Self {
        Self { coloured: false, unicode, width, wraps: true }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Sentences, broken between words where a terminal would break them anywhere; in a pipe or a log
    /// each stays on its line. What is indented is to be pasted, and stays as it is.
    pub fn prose(&self, text: &str) -> String {
        self.prose_within(text, 0)
    }

    /// The same with so many columns taken already.
    pub fn prose_within(&self, text: &str, taken: usize) -> String {
        let width = self.width.saturating_sub(taken);
        let lines = text.split('\n').map(|line| match self.wraps && !line.starts_with("  ") {
            true => wrapped(line, width),
            false => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// A page of Markdown, broken as [`Self::prose`] is.
    pub fn page(&self, text: &str) -> String {
        if self.wraps { wrapped_page(text, self.width) } else { text.to_owned() }
    }

    /// A row of a list: a mark, and text that goes on below its beginning.
    pub fn row(&self, mark: &str, text: &str) -> String {
        let width = if self.wraps { self.width } else { usize::MAX };
        hanging(mark, text, width)
    }

    /// Whether other signs than ASCII may be drawn.
    pub fn is_unicode(&self) -> bool {
        self.unicode
    }

    /// A good answer.
    pub fn good(&self, text: &str) -> String {
        self.styled(text, GREEN)
    }

    /// A bad answer.
    pub fn bad(&self, text: &str) -> String {
        self.styled(text, RED)
    }

    /// Neither good nor bad.
    pub fn unsure(&self, text: &str) -> String {
        self.styled(text, YELLOW)
    }

    /// What the eye should find.
    pub fn bold(&self, text: &str) -> String {
        self.styled(text, BOLD)
    }

    /// What the eye may pass over.
    pub fn dim(&self, text: &str) -> String {
        self.styled(text, DIM)
    }

    /// A verdict: a sign and a word, never the colour alone.
    pub fn verdict(&self, verdict: Verdict) -> String {
        let (sign, ascii, word) = match verdict {
            Verdict::Pass => ("✓", "[ok]", "pass"),
            Verdict::Fail => ("✗", "[!!]", "FAIL"),
            Verdict::Inconclusive => ("?", "[??]", "inconclusive"),
            Verdict::Error => ("✗", "[!!]", "ERROR"),
        };
        let text = format!("{} {word}", if self.unicode { sign } else { ascii });
        match verdict {
            Verdict::Pass => self.good(&text),
            Verdict::Fail | Verdict::Error => self.bad(&text),
            Verdict::Inconclusive => self.unsure(&text),
        }
    }

    /// How things stand with a subject: a sign, beside the words that say it, too.
    pub fn health(&self, health: Health) -> String {
        let sign = match (health, self.unicode) {
            (Health::Good, true) => "✓",
            (Health::Warning, true) => "!",
            (Health::Error, true) => "✗",
            (Health::NotChecked, true) => "-",
            (Health::Good, false) => "[ok]",
            (Health::Warning, false) => "[! ]",
            (Health::Error, false) => "[!!]",
            (Health::NotChecked, false) => "[--]",
        };
        match health {
            Health::Good => self.good(sign),
            Health::Warning => self.unsure(sign),
            Health::Error => self.bad(sign),
            Health::NotChecked => self.dim(sign),
        }
    }

    /// How wide such a sign is.
    pub fn mark_width(&self) -> usize {
        if self.unicode { 1 } else { 4 }
    }

    /// The same, with so many columns less.
    pub fn narrower(&self, columns: usize) -> Self {
        Self { width: self.width.saturating_sub(columns), ..*self }
    }

    /// What is wrong, by how much it matters; the words say it, too.
    pub fn severity(&self, text: &str, severity: Severity) -> String {
        match severity {
            Severity::Error => self.bad(text),
            Severity::Warning => self.unsure(text),
            Severity::Note => self.bold(text),
        }
    }

    fn styled(&self, text: &str, style: &str) -> String {
        if self.coloured { format!("{style}{text}{RESET}") } else { text.to_owned() }
    }
}
