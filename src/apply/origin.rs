//! Where the chosen Python came from: what our preferences let come from deadsnakes must be
//! deadsnakes'.

use std::path::Path;

use super::apt_step::AptStep;
use crate::apt::{dpkg, offers};
use crate::error::Result;
use crate::facts::sources::{self, SOURCES};
use crate::problem::ArchiveProblem;

impl AptStep<'_> {
    /// Warns when the installed version is none of the archive's: another source was faster, or a
    /// file was installed by hand.
    pub fn check_origin(&self, wanted: &[String]) -> Result<()> {
        let sources = sources::gather(self.host, "");
        let series =
            sources.pin.and_then(|pin| pin.series).filter(|series| wanted.contains(series));
        let ours = sources.all.into_iter().find(|source| source.file == Path::new(SOURCES));
        let (Some(series), Some(ours)) = (series, ours) else { return Ok(()) };
        let address = ours.address.trim_end_matches('/');
        let Some(version) =
            dpkg::gather(self.host, |name| name == series)?.installed.remove(&series)
        else {
            return Ok(());
        };
        let served = offers::served_by(self.host, address)?;
        if !served.contains(&(series.clone(), version.clone())) {
            let address = address.to_owned();
            self.report(ArchiveProblem::NotFromIt { package: series, version, address });
        }
        Ok(())
    }
}
