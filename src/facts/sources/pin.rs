//! What our preferences let come from deadsnakes: a file of apt, written and read back.

use serde::{Deserialize, Serialize};

/// What our preferences let come from the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pin {
    /// The archive's Origin, by which apt tells its packages.
    pub origin: String,
    /// The only interpreter that may come from it, `python3.13`; `None` while it is not chosen.
    #[serde(default)]
    pub series: Option<String>,
}

/// How the line that names the series begins in the preferences file.
const SERIES_LINE: &str = "# only: ";

impl Pin {
    /// The preferences file. Until a series is chosen, Pythons can be seen and replace nothing; of
    /// everything else nothing comes at all.
    pub fn text(&self) -> String {
        let Self { origin, series } = self;
        let (note, packages, priority) = match series {
            Some(series) => (
                format!("{SERIES_LINE}{series}\n"),
                format!("{series} {series}-* lib{series}-* lib{series}"),
                500,
            ),
            None => (String::new(), "/^(lib)?python3[.][0-9]+(-.*)?$/".to_owned(), 100),
        };
        format!(
            "# Written by labready: what may come from deadsnakes.\n{note}Package: {packages}\nPin: release o={origin}\nPin-Priority: {priority}\n\n\
             Package: *\nPin: release o={origin}\nPin-Priority: -1\n"
        )
    }

    /// Reads such a file.
    pub fn parse(text: &str) -> Option<Self> {
        let origin =
            text.lines().find_map(|line| line.strip_prefix("Pin: release o="))?.trim().to_owned();
        let series = text
            .lines()
            .find_map(|line| line.strip_prefix(SERIES_LINE))
            .map(|series| series.trim().to_owned());
        Some(Self { origin, series })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_back_as_they_were_written() {
        for series in [None, Some("python3.13".to_owned())] {
            let pin = Pin { origin: "LP-PPA-deadsnakes".into(), series };
            assert_eq!(Pin::parse(&pin.text()), Some(pin));
        }
        assert_eq!(Pin::parse("Package: *\nPin: origin x\n"), None);
    }
}
