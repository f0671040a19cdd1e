//! Which mistake a script ended with: from its text and Python's final exception to a sentence. Pure.
//!
//! A rule speaks only where its mistake is certain; otherwise Python's own words are all there is.
//! `typed` knows what got into a file with the program, `grammar` what Python cannot read, `names`
//! what it does not know (`library` holds what it does), `coroutines` what was called, awaited or
//! handed over wrongly, `slips` the mistakes that Python says nothing about. `code` is the script's
//! text as all of them see it.

mod code;
mod coroutines;
mod grammar;
mod library;
mod names;
mod slips;
#[cfg(test)]
mod tests;
mod typed;

pub(super) use code::{Code, CodeLine};
pub(super) use slips::{
    Slip, unawaited, uncalled_in_text, unformatted, unrun, where_printed, wrong_guard,
};

use crate::lab::verdict::Exception;

/// What a rule sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crash<'a> {
    /// The script.
    pub code: &'a Code,
    /// Python's final exception.
    pub exception: &'a Exception,
}

/// A mistake that is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The line of the script that is to be changed; `None` for the whole file.
    pub line: Option<usize>,
    /// What is wrong with it, to be said after the line.
    pub means: String,
    /// What to do.
    pub fix: String,
}

/// The first one that applies explains the exception.
const RULES: [fn(Crash<'_>) -> Option<Mistake>; 4] =
    [typed::mistake, grammar::mistake, names::mistake, coroutines::mistake];

/// The mistake behind an exception, where it is certain.
pub(super) fn mistake(crash: Crash<'_>) -> Option<Mistake> {
    RULES.iter().find_map(|rule| rule(crash))
}

impl<'a> Crash<'a> {
    /// The line that Python names.
    fn line(&self) -> Option<&'a CodeLine> {
        self.code.line(self.exception.line?)
    }

    /// Whether the exception is of this kind and says this.
    fn is(&self, kind: &str, text: &str) -> bool {
        self.exception.kind() == kind && self.exception.message().contains(text)
    }

    /// What stands in the message between these two texts.
    fn between(&self, before: &str, after: &str) -> Option<&'a str> {
        let (_, rest) = self.exception.message().split_once(before)?;
        Some(rest.split_once(after)?.0)
    }

    /// A mistake in the line that Python names.
    fn here(&self, means: impl Into<String>, fix: impl Into<String>) -> Option<Mistake> {
        Some(Mistake { line: self.exception.line, means: means.into(), fix: fix.into() })
    }
}

impl Mistake {
    fn at(line: usize, means: impl Into<String>, fix: impl Into<String>) -> Option<Self> {
        Some(Self { line: Some(line), means: means.into(), fix: fix.into() })
    }
}
