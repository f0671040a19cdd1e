//! Where packages come from, and how apt is configured to look there.

use std::path::{Path, PathBuf};

/// Where apt keeps its package index.
pub const LISTS: &str = "/var/lib/apt/lists";

/// Where packages come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PackageSource {
    /// From where apt's sources and pip's index are.
    #[default]
    Network,
    /// From this machine alone: what is installed, and what apt has fetched before.
    LocalOnly,
    /// From a bundle that was checked and copied to this folder.
    Bundle(PathBuf),
}

impl PackageSource {
    /// How apt is configured for it.
    pub fn config(&self) -> AptConfig {
        match self {
            Self::Network | Self::LocalOnly => AptConfig::default(),
            Self::Bundle(folder) => AptConfig::of_bundle(folder),
        }
    }
}

/// What apt looks at: the machine's own sources, index and packages, or others for a single run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AptConfig {
    /// Where the index is.
    pub lists: PathBuf,
    /// Options for apt's programs.
    pub options: Vec<String>,
}

impl Default for AptConfig {
    fn default() -> Self {
        Self { lists: PathBuf::from(LISTS), options: Vec::new() }
    }
}

impl AptConfig {
    /// A bundle's packages and no others, on the machine as it is.
    pub fn of_bundle(folder: &Path) -> Self {
        let sources = format!("Dir::Etc::SourceList={}", Self::sources(folder).display());
        Self::with(folder, &[sources, "Dir::Etc::SourceParts=-".into()])
    }

    /// The machine's own sources, as a machine sees them on which nothing is installed. `folder`
    /// holds an index of its own.
    pub fn of_bare_machine(folder: &Path) -> Self {
        Self::with(folder, &[format!("Dir::State::Status={}", Self::status(folder).display())])
    }

    /// The only file of sources for a bundle.
    pub fn sources(folder: &Path) -> PathBuf {
        folder.join("sources.list")
    }

    /// The empty status file for a bare machine.
    pub fn status(folder: &Path) -> PathBuf {
        folder.join("status")
    }

    /// The folders that apt wants to find.
    pub fn folders(folder: &Path) -> [PathBuf; 2] {
        ["lists", "lists/partial"].map(|name| folder.join(name))
    }

    fn with(folder: &Path, more: &[String]) -> Self {
        let lists = folder.join("lists");
        // What apt computes from the index stays in its memory: the machine's own caches are as
        // they were, and root leaves nothing behind.
        let own = [
            format!("Dir::State::Lists={}", lists.display()),
            "Dir::Cache::pkgcache=".into(),
            "Dir::Cache::srcpkgcache=".into(),
        ];
        let options =
            own.iter().chain(more).flat_map(|setting| ["-o".to_owned(), setting.clone()]).collect();
        Self { lists, options }
    }
}
