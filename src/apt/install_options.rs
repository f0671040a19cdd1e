//! How packages are to be installed: on somebody's machine, or in an image that is being built.
//! Pure.

use super::package_source::PackageSource;

const NO_DOWNLOAD: &str = "--no-download";

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
    /// Further options for dpkg.
    pub fn dpkg_options(&self) -> Option<&'static str> {
        self.image.then_some("--force-unsafe-io")
    }

    /// Further options for `apt-get install`.
    pub fn apt_options(&self) -> Vec<String> {
        let source = match &self.source {
            PackageSource::Network => Vec::new(),
            PackageSource::LocalOnly => vec![NO_DOWNLOAD.to_owned()],
            PackageSource::Bundle(_) => self.source.config().options,
        };
        source.into_iter().chain(self.dpkg_options_by_apt()).collect()
    }

    fn dpkg_options_by_apt(&self) -> Vec<String> {
        self.dpkg_options()
            .into_iter()
            .flat_map(|option| ["-o".to_owned(), format!("Dpkg::Options::={option}")])
            .collect()
    }
}
