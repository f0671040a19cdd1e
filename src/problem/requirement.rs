//! Why a text is not a version of Python or a range of versions, in words.

use std::fmt::{self, Display, Formatter};

use crate::version::{Misreading, RequirementFault, VersionFault};
use crate::words::quoted;

/// One clause of a sentence, and what to write instead.
impl Display for RequirementFault {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str(
                "a Python version is missing; write for example `>=3.7, <3.14` or `3.12`",
            ),
            Self::Unreadable { part, misreading } => write!(
                formatter,
                "{} is not a Python version or range; {}",
                quoted(part),
                misreading.fix()
            ),
        }
    }
}

impl Display for VersionFault {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is not a Python version, like `3.13.5`", quoted(&self.text))
    }
}

impl Misreading {
    fn fix(self) -> &'static str {
        match self {
            Self::Plus => "write `>=3.12` for that version and later ones",
            Self::PreRelease => "write a pre-release in full, for example `3.12.0rc1`",
            Self::CaretOrTilde => "`^` and `~` are not Python's; write `>=3.8, <4` or `~=3.8`",
            Self::Identity => "write the version alone, for example `3.12.4`",
            Self::Equality => "write `3.12` for every 3.12.x, or all three numbers",
            Self::Order => {
                "write all three numbers, or use `>=3.13` or `<3.13`, which are clear about 3.12.x"
            }
            Self::Other => "write for example `>=3.7, <3.14`, `3.12` or `~=3.8`",
        }
    }
}
