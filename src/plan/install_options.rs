//! How apt, dpkg and pip are to work: on somebody's machine, or in an image that is being built.
//! Pure.

use crate::facts::package_source::PackageSource;
use crate::host::Command;

const NO_DOWNLOAD: &str = "--no-download";
const NO_INDEX: &str = "--no-index";
/// What to do where nothing can be fetched.
pub const FETCH_A_BUNDLE: &str = "`--offline` fetches nothing: on a connected machine of the same release run `labready bundle DIR`, \
                                  carry the folder here, then `labready setup --bundle DIR`";

/// Whether a command was made to do without a network.
pub fn is_offline(command: &Command) -> bool {
    command.arguments.iter().any(|word| {
        word == NO_DOWNLOAD || word == NO_INDEX || word.starts_with("Dir::Etc::SourceList=")
    })
}

/// What makes their commands differ from the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallOptions {
    /// In an image, which is thrown away when its making is cut off: dpkg need not wait for the
    /// disk.
    pub image: bool,
    /// Where packages come from.
    pub source: PackageSource,
}

impl InstallOptions {
    /// What dpkg is told besides.
    pub(super) fn dpkg_options(&self) -> Option<&'static str> {
        self.image.then_some("--force-unsafe-io")
    }

    /// What apt-get is told besides when it installs.
    pub(super) fn apt_options(&self) -> Vec<String> {
        let supply = match &self.source {
            PackageSource::Network => Vec::new(),
            PackageSource::LocalOnly => vec![NO_DOWNLOAD.to_owned()],
            PackageSource::Bundle(_) => self.source.view().options,
        };
        supply.into_iter().chain(self.dpkg_options_by_apt()).collect()
    }

    /// What pip is told besides.
    pub(super) fn pip_options(&self) -> Vec<String> {
        match &self.source {
            PackageSource::Network => Vec::new(),
            PackageSource::LocalOnly => vec![NO_INDEX.to_owned()],
            PackageSource::Bundle(folder) => {
                vec![
                    NO_INDEX.to_owned(),
                    "--find-links".into(),
                    folder.join("wheels").display().to_string(),
                ]
            }
        }
    }

    /// Why nothing more can be had than is known now, and what to do; `None` while the network can
    /// be asked.
    pub(super) fn limit(&self) -> Option<&'static str> {
        match &self.source {
            PackageSource::Network => None,
            PackageSource::LocalOnly => Some(FETCH_A_BUNDLE),
            PackageSource::Bundle(_) => Some(
                "a bundle holds what one course needs on one release: make it anew with `labready bundle DIR` on a connected \
                 machine, with the same `--course` and `--python`",
            ),
        }
    }

    fn dpkg_options_by_apt(&self) -> Vec<String> {
        self.dpkg_options()
            .into_iter()
            .flat_map(|option| ["-o".to_owned(), format!("Dpkg::Options::={option}")])
            .collect()
    }
}
