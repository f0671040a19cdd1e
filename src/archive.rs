//! deadsnakes, the archive of the Pythons that Ubuntu lacks, or a room's own copy of it.

use serde::{Deserialize, Serialize};

/// Its address.
pub const DEADSNAKES: &str = "https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu";
/// Its key, as Launchpad publishes it; fingerprint F23C5A6CF475977595C89F51BA6932366A755776 (a test
/// asks gpg).
pub const DEADSNAKES_KEY: &str = include_str!("deadsnakes.asc");

/// The archive to use: deadsnakes itself, or a room's own copy of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Archive {
    /// Its address, without a final slash.
    pub address: String,
    /// The key that signs it, in armour.
    #[serde(skip)]
    pub key: String,
}

impl Default for Archive {
    fn default() -> Self {
        Self { address: DEADSNAKES.into(), key: DEADSNAKES_KEY.into() }
    }
}
