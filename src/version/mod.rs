//! Versions and requirements: Debian's and Python's spellings, read as they are meant, and printed
//! as Python spells them.

mod python;
mod requirement;

pub use python::{PythonVersion, Stage, VersionFault, from_debian, from_python, of_environment};
pub use requirement::{Misreading, Requirement, RequirementFault};
