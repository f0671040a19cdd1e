//! What apt-get writes to its status pipe, one line each (apt's doc/progress-reporting): how far it
//! is, what failed, what was asked and answered.

/// How much of the bar the download takes, in percent: on a fast line it is short, on a slow one it
/// is most of the time.
const DOWNLOAD_SHARE: f32 = 40.0;

/// A line of the status pipe.
#[derive(Clone, Debug, PartialEq)]
pub enum StatusLine {
    /// How far it is, in percent of download and installation together, and what it is at.
    Progress(f32, String),
    /// A package that dpkg failed over, and what it says of it.
    Failed {
        /// Its name; of an archive that could not be unpacked, too.
        package: String,
        /// dpkg's words, which differ from version to version.
        message: String,
    },
    /// A configuration file that somebody changed, and of which the package brings another version.
    Conffile(String),
}

/// `dlstatus:1:12.5000:Retrieving file 1 of 93`, `pmstatus:mount:0.2681:Unpacking mount (amd64)`,
/// `pmerror:PACKAGE:60.0000:…`, `pmconffile:FILE:60.0000:'FILE' 'FILE.dpkg-new' 1 1`. The last
/// field may hold colons.
pub fn parse(line: &str) -> Option<StatusLine> {
    let mut fields = line.splitn(4, ':');
    let (kind, name, percent, text) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?.trim().to_owned());
    let percent: f32 = percent.parse().ok()?;
    let progress =
        |percent: f32| Some(StatusLine::Progress(percent.clamp(0.0, 100.0), text.clone()));
    match kind {
        "dlstatus" => progress(percent * DOWNLOAD_SHARE / 100.0),
        "pmstatus" => progress(DOWNLOAD_SHARE + percent * (100.0 - DOWNLOAD_SHARE) / 100.0),
        "pmerror" => Some(StatusLine::Failed { package: package_of(name), message: text }),
        "pmconffile" => Some(StatusLine::Conffile(name.to_owned())),
        _ => None,
    }
}

/// Whether it is such a line, among others.
pub fn is_status_line(line: &str) -> bool {
    parse(line).is_some()
}

/// `/var/cache/apt/archives/NAME_VERSION_ARCH.deb`, or the name itself.
fn package_of(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split('_').next().unwrap_or(file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn download_and_installation_share_one_bar_and_failures_are_named() {
        let lines = [
            "dlstatus:1:50.0000:Retrieving file 47 of 93",
            "pmstatus:mount:0.0000:Unpacking mount (amd64)",
            "pmstatus:libc6:100.0000:Installed libc6: done",
            "pmerror:lr-bad:60.0000:installed lr-bad package post-installation script subprocess returned error exit status 3",
            "pmerror:/var/cache/apt/archives/lr-bad_1.0_all.deb:20.0000:trying to overwrite '/usr/bin/x'",
            "pmconffile:/etc/lr.conf:60.0000:'/etc/lr.conf' '/etc/lr.conf.dpkg-new' 1 1",
            "nonsense",
        ];
        insta::assert_debug_snapshot!(lines.map(parse));
    }
}
