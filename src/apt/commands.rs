//! Every command of apt and dpkg. Options behave the same from apt 1.6 to 3.2 (unknown `-o` names
//! are ignored).

use std::path::Path;

use super::install_options::InstallOptions;
use super::package_source::{AptConfig, LISTS};
use super::status_fd;
use crate::host::{Command, StatusLines};

const APT_GET: &str = "/usr/bin/apt-get";
const APT_CACHE: &str = "/usr/bin/apt-cache";
const DPKG: &str = "/usr/bin/dpkg";

/// A server that has stalled is given up in seconds.
const NETWORK_OPTIONS: [&str; 6] = [
    "-o",
    "Acquire::Retries=3",
    "-o",
    "Acquire::http::Timeout=15",
    "-o",
    "Acquire::https::Timeout=15",
];
/// For apt when dead servers are among those that it will ask: one attempt, and not for long. What
/// fails by bad luck is tried again anyway.
pub const SHORT_TIMEOUTS: [&str; 6] = [
    "-o",
    "Acquire::Retries=0",
    "-o",
    "Acquire::http::Timeout=5",
    "-o",
    "Acquire::https::Timeout=5",
];
/// For a second attempt: what a cache on the way keeps may be what was wrong.
pub const NO_CACHE: [&str; 4] =
    ["-o", "Acquire::http::No-Cache=true", "-o", "Acquire::https::No-Cache=true"];

/// Why: no questions, nothing removed, no recommended extras, configuration files kept, apt's own
/// pty not needed in a chroot.
const INSTALL_OPTIONS: [&str; 10] = [
    "-y",
    "-q",
    "--no-install-recommends",
    "--no-remove",
    "-o",
    "Dpkg::Use-Pty=0",
    "-o",
    "Dpkg::Options::=--force-confdef",
    "-o",
    "Dpkg::Options::=--force-confold",
];

/// `dpkg --configure -a`
pub fn configure_packages(install_options: &InstallOptions) -> Command {
    let options = Command::new(DPKG).args(["--force-confdef", "--force-confold"]);
    options.args(install_options.dpkg_options()).args(["--configure", "-a"])
}

/// `apt-get update`, without the translated descriptions: they are a third of the download and no
/// package needs them. Those that are there stay (List-Cleanup), and the next ordinary update
/// brings the rest.
pub fn refresh_index() -> Command {
    refresh_with(&[])
}

/// `apt-get update` of a single file of sources; the index of every other one stays.
pub fn refresh_only(sources: &str) -> Command {
    let list = format!("Dir::Etc::sourcelist={sources}");
    refresh_with(&["-o".into(), list, "-o".into(), "Dir::Etc::sourceparts=-".into()])
}

/// `apt-get update` of an index of its own.
pub fn fetch_index(config: &AptConfig) -> Command {
    refresh_with(&config.options)
}

fn refresh_with(options: &[String]) -> Command {
    Command::new(APT_GET)
        .args(options.iter().cloned())
        .args(["-q", "-o", "Acquire::Languages=none", "-o", "APT::Get::List-Cleanup=0"])
        .args(NETWORK_OPTIONS)
        .args(["update"])
}

/// `apt-get update` of what lies on this machine's own disk.
pub fn read_local_index(config: &AptConfig) -> Command {
    apt_get(config).args(["-q", "-o", "Acquire::Languages=none", "update"])
}

/// `apt-get download PACKAGE=VERSION…`, which holds each against the signed index.
pub fn fetch_packages(config: &AptConfig, packages: &[String], folder: &Path) -> Command {
    let download = apt_get(config).args(["-q"]).args(NETWORK_OPTIONS).args(["download"]);
    download.args(packages.iter().cloned()).in_folder(folder)
}

/// `apt-get install PACKAGE…`
pub fn install_packages(packages: &[String], install_options: &InstallOptions) -> Command {
    let options = Command::new(APT_GET)
        .args(INSTALL_OPTIONS)
        .args(NETWORK_OPTIONS)
        .args(install_options.apt_options());
    options.args(["install"]).args(packages.iter().cloned())
}

/// `apt-get install --reinstall PACKAGE…`
pub fn reinstall_packages(packages: &[String], install_options: &InstallOptions) -> Command {
    let options = install_packages(&[], install_options).args(["--reinstall"]);
    options.args(packages.iter().cloned())
}

/// `apt-get --fix-broken install`: gives packages that were unpacked alone what they need. It takes
/// no names: with some, apt refuses.
pub fn fix_broken(install_options: &InstallOptions) -> Command {
    install_packages(&[], install_options).args(["--fix-broken"])
}

/// `apt-get install --print-uris PACKAGE…`: what would be fetched, in apt's English.
pub fn print_uris(packages: &[String], install_options: &InstallOptions) -> Command {
    install_packages(packages, install_options).args(["--print-uris"]).env("LC_ALL", "C.UTF-8")
}

/// The same command as a simulation: nothing is changed, and no right is needed.
pub fn simulated(command: &Command, options: &[&str]) -> Command {
    let command = command.clone().elevated(None);
    let options = std::iter::once("-s").chain(options.iter().copied()).map(str::to_owned);
    Command { arguments: options.chain(command.arguments).collect(), ..command }
}

/// Lets a simulation change packages that somebody holds at their version.
pub const IGNORE_HOLDS: [&str; 3] = ["-o", "APT::Ignore-Hold=true", "--allow-change-held-packages"];

/// `apt-get -s install PACKAGE…`: what comes with them.
pub fn simulate_install(config: &AptConfig, packages: &[String]) -> Command {
    let simulate = ["-s", "-q", "--no-install-recommends", "--no-remove", "install"];
    apt_get(config).args(simulate).args(packages.iter().cloned())
}

/// `apt-get -s purge PACKAGE…`: what goes with them.
pub fn simulate_removal(packages: impl IntoIterator<Item = String>) -> Command {
    Command::new(APT_GET).args(["-s", "-q", "purge"]).args(packages)
}

/// `apt-get purge PACKAGE…`
pub fn remove_packages(packages: &[String]) -> Command {
    Command::new(APT_GET)
        .args(["-y", "-q", "-o", "Dpkg::Use-Pty=0", "purge"])
        .args(packages.iter().cloned())
}

/// `apt-get check`: whether what is installed goes together.
pub fn check_dependencies() -> Command {
    Command::new(APT_GET).args(["-q", "check"])
}

/// `apt-get indextargets`: the archives whose package index is there, one a line.
pub fn indexed_sites() -> Command {
    Command::new(APT_GET).args(["indextargets", "--format", "$(SITE)", "Created-By: Packages"])
}

/// `apt-get clean`
pub fn empty_cache() -> Command {
    Command::new(APT_GET).args(["clean"])
}

/// Removes apt's package index, and leaves its lock and its folders.
pub fn empty_index() -> Command {
    let files =
        ["-mindepth", "1", "-maxdepth", "1", "!", "-type", "d", "!", "-name", "lock", "-delete"];
    Command::new("/usr/bin/find").args([LISTS]).args(files)
}

/// `apt-cache pkgnames`: the name of every package that apt knows.
pub fn package_names(config: &AptConfig) -> Command {
    apt_cache(config).args(["pkgnames"])
}

/// `apt-cache policy PACKAGE…`
pub fn policy<S: Into<String>>(
    config: &AptConfig,
    packages: impl IntoIterator<Item = S>,
) -> Command {
    apt_cache(config).args(["policy"]).args(packages)
}

/// `apt-cache show PACKAGE…`
pub fn show_records(config: &AptConfig, packages: &[String]) -> Command {
    apt_cache(config).args(["show"]).args(packages.iter().cloned())
}

/// `apt-cache depends PACKAGE…`: everything that these need of what is installed, near and far.
pub fn installed_dependencies(packages: impl IntoIterator<Item = String>) -> Command {
    let only_needs = [
        "--recurse",
        "--installed",
        "--no-recommends",
        "--no-suggests",
        "--no-conflicts",
        "--no-breaks",
        "--no-replaces",
        "--no-enhances",
    ];
    Command::new(APT_CACHE).args(["depends"]).args(only_needs).args(packages)
}

/// The same installation, as far as it can be given up at any moment: apt fetches what it needs, and
/// dpkg is not started.
pub fn download_only(install: &Command) -> Command {
    install.clone().args(["--download-only"])
}

/// How a command reports how far it is. dpkg alone has no such option for people's eyes; apt-get
/// writes it where it is told.
pub fn status_lines(command: &Command) -> Option<StatusLines> {
    let arguments = |descriptor| vec!["-o".to_owned(), format!("APT::Status-Fd={descriptor}")];
    (command.program == Path::new(APT_GET))
        .then_some(StatusLines { arguments, includes: status_fd::is_status_line })
}

fn apt_get(config: &AptConfig) -> Command {
    Command::new(APT_GET).args(config.options.iter().cloned())
}

fn apt_cache(config: &AptConfig) -> Command {
    Command::new(APT_CACHE).args(config.options.iter().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apt::PackageSource;

    fn of(source: PackageSource, image: bool) -> String {
        install_packages(&["a".into()], &InstallOptions { image, source }).to_string()
    }

    #[test]
    fn the_source_decides_where_apt_looks() {
        insta::assert_snapshot!(
            [
                of(PackageSource::Network, false),
                of(PackageSource::LocalOnly, true),
                of(PackageSource::Bundle("/tmp/b".into()), false),
            ]
            .join("\n")
        );
    }

    #[test]
    fn a_simulation_is_the_same_command_without_rights() {
        let install = Command::new(APT_GET).args(["install", "a"]);
        assert_eq!(
            simulated(&install, &IGNORE_HOLDS).to_string(),
            "/usr/bin/apt-get -s -o APT::Ignore-Hold=true --allow-change-held-packages install a"
        );
    }

    #[test]
    fn only_apt_get_has_a_status_pipe() {
        let options = |command: Command| status_lines(&command).map(|status| (status.arguments)(5));
        let configure = configure_packages(&InstallOptions::default());
        assert_eq!(options(empty_cache()).unwrap(), ["-o", "APT::Status-Fd=5"]);
        assert_eq!(options(configure), None);
    }
}
