//! How apt, dpkg and pip are to work: on somebody's machine, or in an image that is being built. Pure.

/// What makes their commands differ from the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// In an image, which is thrown away when its making is cut off: dpkg need not wait for the disk.
    pub image: bool,
}

impl Manner {
    /// What dpkg is told besides.
    pub(super) fn dpkg_options(&self) -> Option<&'static str> {
        self.image.then_some("--force-unsafe-io")
    }

    /// The same, as apt hands them on.
    pub(super) fn apt_options(&self) -> Vec<String> {
        self.dpkg_options().into_iter().flat_map(|option| ["-o".to_owned(), format!("Dpkg::Options::={option}")]).collect()
    }
}
