//! A bundle: a folder with everything that setup needs, fetched on a connected machine for those
//! without a network.
//!
//! `manifest` is what it says of itself, `write` makes one of what apt and pip have fetched, `open`
//! checks one and copies it to where nobody else can write, before anything is made of it. Its
//! packages are signed by nobody: it is as trustworthy as whoever carries it.

mod manifest;
mod open;
mod write;

pub use manifest::{CourseRef, File, Manifest, Target};
pub use open::{read, unpack};
pub use write::{Fetched, expect_free, write};
