//! The archives that a system's own packages come from, and where those of old releases have gone:
//! pure.

use crate::facts::distro::Distro;
use crate::facts::sources::Source;

/// Whose packages an archive has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vendor {
    Debian,
    Ubuntu,
    Raspbian,
}

/// By the folder in which the vendors and their mirrors keep their packages, at the root of a server.
const FOLDERS: [(&str, Vendor); 5] = [
    ("ubuntu", Vendor::Ubuntu),
    ("ubuntu-ports", Vendor::Ubuntu),
    ("debian", Vendor::Debian),
    ("debian-security", Vendor::Debian),
    ("raspbian", Vendor::Raspbian),
];
/// By the end of the server's name.
const SERVERS: [(&str, Vendor); 2] =
    [(".ubuntu.com", Vendor::Ubuntu), (".debian.org", Vendor::Debian)];
/// Servers of Raspberry Pi's own packages, which lie in `/debian`, too.
const RASPBERRY_PI: &str = "archive.raspberrypi.";

/// Whether a source is of the system's own release, by its vendor or a mirror of it.
pub(super) fn is_own(distro: &Distro, source: &Source) -> bool {
    names_release(distro, source) && (vendor(source).is_some() || is_derivatives(distro, source))
}

/// Where an own archive of a release past its end of life has moved to.
pub(super) fn old(distro: &Distro, source: &Source) -> Option<&'static str> {
    let is_over = distro.base.as_ref().is_some_and(|base| base.end_of_life);
    if !is_over || !names_release(distro, source) {
        return None;
    }
    Some(match vendor(source)? {
        Vendor::Ubuntu => "http://old-releases.ubuntu.com/ubuntu",
        Vendor::Raspbian => "http://legacy.raspbian.org/raspbian",
        Vendor::Debian if source.address.contains("security") => {
            "http://archive.debian.org/debian-security"
        }
        Vendor::Debian => "http://archive.debian.org/debian",
    })
}

/// Whether it names the system's own release, or its base's: `bookworm-updates`, `buster/updates`.
fn names_release(distro: &Distro, source: &Source) -> bool {
    let base = distro.base.as_ref().and_then(|base| base.codename.as_deref());
    let own = [base.unwrap_or_default(), distro.codename.as_str()];
    let mut releases = source.suites.iter().filter_map(|suite| suite.split(['-', '/']).next());
    releases.any(|release| !release.is_empty() && own.contains(&release))
}

fn vendor(source: &Source) -> Option<Vendor> {
    let server = host(source)?;
    let folder = source.address.split_once("://")?.1.split_once('/')?.1.trim_end_matches('/');
    if server.starts_with(RASPBERRY_PI) {
        return None;
    }
    let by_folder = FOLDERS.iter().find(|(known, _)| *known == folder);
    let by_server = SERVERS.iter().find(|(end, _)| server.ends_with(end));
    by_folder.or(by_server).map(|(_, vendor)| *vendor)
}

/// A derivative's own server carries its name: `packages.linuxmint.com`, `deb.devuan.org`.
fn is_derivatives(distro: &Distro, source: &Source) -> bool {
    let is_base = ["debian", "ubuntu", ""].contains(&distro.id.as_str());
    !is_base && host(source).is_some_and(|server| server.contains(&distro.id))
}

/// The server without its port.
fn host(source: &Source) -> Option<&str> {
    source.server()?.split(':').next()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::facts::distro::{Releases, from_os_release};
    use crate::facts::os_release::parse;

    fn system(os_release: &str) -> Distro {
        from_os_release(&parse(os_release), &Releases::embedded(date(2026, 11, 25)))
    }

    fn source(line: &str) -> Source {
        let (address, suite) = line.split_once(' ').unwrap();
        Source { address: address.into(), suites: vec![suite.into()], ..Source::default() }
    }

    const QUESTING: &str = "ID=ubuntu\nVERSION_ID=25.10\nVERSION_CODENAME=questing\n";
    const BUSTER: &str = "ID=debian\nVERSION_ID=10\nVERSION_CODENAME=buster\n";
    const MINT: &str =
        "ID=linuxmint\nVERSION_ID=21.3\nVERSION_CODENAME=virginia\nUBUNTU_CODENAME=jammy\n";

    #[test]
    fn an_own_archive_of_an_old_release_has_moved_and_somebody_elses_has_not() {
        let ubuntu = Some("http://old-releases.ubuntu.com/ubuntu");
        let debian = Some("http://archive.debian.org/debian");
        let raspbian = BUSTER.replace("debian", "raspbian");
        let cases = [
            (QUESTING, "http://archive.ubuntu.com/ubuntu questing", ubuntu),
            (QUESTING, "http://de.archive.ubuntu.com/ubuntu questing-updates", ubuntu),
            (QUESTING, "http://security.ubuntu.com/ubuntu/ questing-security", ubuntu),
            (QUESTING, "http://ports.ubuntu.com/ubuntu-ports questing", ubuntu),
            (QUESTING, "http://mirror.example/ubuntu questing", ubuntu),
            (QUESTING, "http://archive.ubuntu.com/ubuntu noble", None),
            (QUESTING, "https://download.docker.com/linux/ubuntu questing", None),
            (QUESTING, "https://ppa.launchpadcontent.net/x/ppa/ubuntu questing", None),
            (BUSTER, "http://deb.debian.org/debian buster", debian),
            (
                BUSTER,
                "http://security.debian.org/debian-security buster/updates",
                Some("http://archive.debian.org/debian-security"),
            ),
            (BUSTER, "http://deb.debian.org/debian bookworm", None),
            (
                raspbian.as_str(),
                "http://raspbian.raspberrypi.org/raspbian/ buster",
                Some("http://legacy.raspbian.org/raspbian"),
            ),
            (raspbian.as_str(), "http://archive.raspberrypi.org/debian buster", None),
            (MINT, "http://archive.ubuntu.com/ubuntu jammy", None),
        ];
        for (os_release, line, moved) in cases {
            assert_eq!(old(&system(os_release), &source(line)), moved, "{line}");
        }
    }

    #[test]
    fn a_source_of_the_systems_own_release_is_known_for_one() {
        let is_own = |os_release: &str, line: &str| is_own(&system(os_release), &source(line));
        assert!(is_own(MINT, "http://packages.linuxmint.com virginia"));
        assert!(is_own(MINT, "http://archive.ubuntu.com/ubuntu jammy-updates"));
        assert!(is_own(
            "ID=ubuntu\nVERSION_CODENAME=noble\n",
            "http://mirror.example/ubuntu noble"
        ));
        // The line that is copied from a page for Ubuntu.
        assert!(!is_own(MINT, "https://download.docker.com/linux/ubuntu virginia"));
        assert!(!is_own(MINT, "http://archive.ubuntu.com/ubuntu trusty"));
    }
}
