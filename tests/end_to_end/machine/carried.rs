//! What a machine takes over from this one, so that its apt and pip reach the same network: names,
//! certificates, proxies, indexes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use tempfile::TempDir;

/// Not `/etc/ssl/certs/ca-certificates.crt`: that one is written anew when a package brings
/// certificates.
const BUNDLE: &str = "/etc/carried-ca.crt";

/// What pip must know to find packages. Everything else in pip's settings is about files that are
/// not on the machine.
const PIP: [&str; 9] = [
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "trusted-host",
    "proxy",
    "timeout",
    "default-timeout",
    "retries",
];

/// Variables by which programs find a proxy.
pub const PROXIES: [&str; 6] =
    ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/// Files to copy over a machine, and folders to mount into it.
pub struct Carried {
    pub folder: TempDir,
    pub binds: Vec<(PathBuf, PathBuf)>,
}

/// Collects them, for a machine of this name.
pub fn carry(name: &str) -> Carried {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("/etc/hostname", &format!("{name}\n"));
    put("/etc/hosts", &format!("127.0.0.1 localhost\n127.0.1.1 {name}\n{}", read("/etc/hosts")));
    put("/etc/resolv.conf", &read("/etc/resolv.conf"));
    put(BUNDLE, &certificates());

    let pip = pip_settings();
    let lines: String = pip.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    put(
        "/etc/pip.conf",
        &format!("[global]\ncert = {BUNDLE}\ndisable-pip-version-check = true\n{lines}"),
    );
    put(
        "/etc/apt/apt.conf.d/90carried",
        &format!("Acquire::https::CaInfo \"{BUNDLE}\";\n{}", apt_proxies()),
    );

    let links = pip.get("find-links").map(String::as_str).unwrap_or_default();
    let shelves = links
        .split_whitespace()
        .map(PathBuf::from)
        .filter(|path| path.is_absolute() && path.is_dir());
    Carried { folder, binds: shelves.map(|shelf| (shelf.clone(), shelf)).collect() }
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The certificates that this machine trusts.
fn certificates() -> String {
    let named = ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
        .into_iter()
        .filter_map(env::var_os);
    let usual =
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"].map(Into::into);
    named.chain(usual).map(read).find(|text| !text.is_empty()).unwrap_or_default()
}

/// From pip's files, the more personal over the more general, and its environment over both.
fn pip_settings() -> BTreeMap<String, String> {
    let home = PathBuf::from(env::var_os("HOME").unwrap_or_default());
    let mut files = vec![
        PathBuf::from("/etc/pip.conf"),
        home.join(".pip/pip.conf"),
        home.join(".config/pip/pip.conf"),
    ];
    files.extend(env::var_os("PIP_CONFIG_FILE").map(PathBuf::from));
    let mut settings: BTreeMap<String, String> =
        files.iter().flat_map(|file| global_section(&read(file))).collect();
    for (name, value) in env::vars() {
        if let Some(key) = name.strip_prefix("PIP_") {
            settings.insert(key.to_lowercase().replace('_', "-"), value);
        }
    }
    settings.retain(|key, value| PIP.contains(&key.as_str()) && !value.is_empty());
    if let Some(limit) = settings.remove("default-timeout") {
        settings.insert("timeout".into(), limit);
    }
    // A shelf with nothing on it, or one that is not there, only makes pip complain.
    let stocked = |place: &&str| {
        place.contains("://") || fs::read_dir(place).is_ok_and(|mut shelf| shelf.next().is_some())
    };
    if let Some(links) = settings.remove("find-links") {
        let links: Vec<&str> = links.split_whitespace().filter(stocked).collect();
        if !links.is_empty() {
            settings.insert("find-links".into(), links.join(" "));
        }
    }
    settings
}

fn global_section(text: &str) -> Vec<(String, String)> {
    let lines = text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[global]")
        .skip(1)
        .take_while(|line| !line.starts_with('['));
    let pairs =
        lines.filter(|line| !line.starts_with(['#', ';'])).filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.trim().replace('_', "-"), value.trim().to_owned())).collect()
}

fn apt_proxies() -> String {
    let output = Command::new("apt-config").args(["dump", "Acquire"]).output();
    let dump = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    dump.lines().filter(|line| line.contains("::Proxy")).map(|line| format!("{line}\n")).collect()
}
