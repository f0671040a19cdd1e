//! Folder machines → facts: what labready finds, and what it starts while it looks.

use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use labready::facts::distro;
use labready::facts::interpreters::{self, Interpreter};
use labready::facts::sources::{Source, unreadable_key};
use labready::facts::venv::{self, State};
use labready::problem::KeyFlaw;
use proptest::prelude::*;

use super::folders::{Machine, VENV};
use super::machines::asked;
use super::shown::answer;

/// The distribution as this os-release gives it.
fn distro(os_release: impl AsRef<[u8]>) -> String {
    let machine = Machine::bare().file("/etc/os-release", os_release);
    machine.shown(&distro::gather(&machine.host()))
}

fn interpreters(machine: &Machine) -> String {
    machine.shown(&machine.facts().interpreters)
}

fn named(machine: &Machine, path: &str) -> Interpreter {
    interpreters::named(&machine.host(), Path::new(path), None)
}

#[test]
fn a_whole_machine_is_seen() {
    let machine = Machine::bookworm().venv("3.11", "python3.11");
    let machine = machine.link("/usr/local/bin/python3", "/etc/alternatives/labready-python3");
    let machine = machine.link("/etc/alternatives/labready-python3", "/usr/bin/python3.11");
    let state = "manual\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n\n";
    let machine = machine.file("/var/lib/dpkg/alternatives/labready-python3", state);
    assert_snapshot!(machine.shown(&machine.facts()));
}

#[test]
fn a_machine_that_has_nothing_is_seen_too() {
    let machine = Machine::bare();
    let mut facts = machine.facts();
    facts.machine.architecture = "ARCHITECTURE".into();
    assert_snapshot!(machine.shown(&facts));
}

#[test]
fn a_machine_without_an_os_release_is_not_touched() {
    assert_snapshot!(answer(&Machine::bare().facts(), &asked()));
}

#[test]
fn an_empty_os_release_gives_way_to_the_vendors() {
    let machine = Machine::bare()
        .file("/etc/os-release", "\n")
        .file("/usr/lib/os-release", "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n");
    assert_snapshot!(machine.shown(&distro::gather(&machine.host())));
}

#[test]
fn an_os_release_is_read_through_its_usual_link() {
    let machine =
        Machine::bare().file("/usr/lib/os-release", "ID=debian\nVERSION_CODENAME=trixie\n");
    let machine = machine.link("/etc/os-release", "../usr/lib/os-release");
    assert_snapshot!(machine.shown(&distro::gather(&machine.host())));
}

#[test]
fn a_hostile_os_release_makes_no_codename() {
    let hostile = [
        "jammy main; touch x",
        "$(touch x)",
        "`touch x`",
        "../../../etc",
        "jammy\u{1b}[31m",
        "jam\u{0}my",
    ];
    let sections = hostile.map(|text| {
        format!(
            "## {text:?}\n{}\n",
            distro(format!(
                "ID=ubuntu\nVERSION_ID=1\nUBUNTU_CODENAME=\"{text}\"\nVERSION_CODENAME=\"{text}\"\n"
            ))
        )
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn line_ends_of_windows_are_read() {
    assert_snapshot!(distro(
        "ID=debian\r\nVERSION_ID=\"12\"\r\nVERSION_CODENAME=bookworm\r\nPRETTY_NAME='Debian 12'\r\n"
    ));
}

#[test]
fn a_megabyte_in_one_line_is_no_name() {
    let distro = distro(format!(
        "ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME={}\n",
        "x".repeat(1 << 20)
    ));
    assert!(distro.len() < 1000, "{}", distro.len());
    assert!(distro.contains("\"bookworm\""), "{distro}");
}

#[test]
fn bytes_that_are_no_text_are_shown_as_such() {
    assert_snapshot!(distro(
        b"ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Deb\xff\xfe\"\n"
    ));
}

#[test]
fn a_folder_in_the_place_of_os_release_is_passed_over() {
    let machine = Machine::bare().folder("/etc/os-release").file("/etc/debian_version", "12.5\n");
    assert_snapshot!(machine.shown(&distro::gather(&machine.host())));
}

#[test]
fn an_old_system_is_known_by_lsb_release() {
    let text = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\nDISTRIB_DESCRIPTION=\"Ubuntu 22.04.5 LTS\"\n";
    let machine = Machine::bare()
        .file("/etc/lsb-release", text)
        .file("/etc/debian_version", "bookworm/sid\n");
    assert_snapshot!(machine.shown(&distro::gather(&machine.host())));
}

#[test]
fn a_stripped_system_is_known_by_debian_version() {
    let sections = ["12.15\n", "trixie/sid\n", "\n", "$(reboot)\n"].map(|text| {
        let machine = Machine::bare().file("/etc/debian_version", text);
        format!("## {text:?}\n{}\n", machine.shown(&distro::gather(&machine.host())))
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn what_interpreters_say_of_themselves_is_heard_whatever_it_is() {
    let machine = Machine::bookworm()
        .python("/usr/local/bin/python3.9", (3, 9, 18))
        .program("/usr/local/bin/python3.10", "echo 'cannot find libpython3.10.so' >&2; exit 127")
        .program("/usr/local/bin/python3.12", "echo Python 3.12.1")
        .program("/usr/local/bin/python3.13", "exit 0")
        .program("/usr/local/bin/python3.14", "printf 'a \\033[31mred\\033[0m complaint\\nand more\\n' >&2; kill -9 $$")
        .program("/usr/local/bin/python3.15", r#"echo '{"major": 3, "minor": 15, "micro": 0, "level": "candidate", "serial": 1, "ensurepip": false, "ssl": false}'"#)
        .program("/usr/local/bin/python3.16", r#"echo '{"major": 18446744073709551615, "minor": 0, "micro": 0, "level": "x\u001b", "serial": 0, "ensurepip": true, "ssl": true}'"#)
        .file("/usr/local/bin/python3.8", "not executable")
        .program("/usr/local/bin/python3.11-config", "exit 1")
        .program("/usr/local/bin/python3.x", "exit 1");
    assert_snapshot!(interpreters(&machine));
}

#[test]
fn a_link_and_what_it_leads_to_are_one_interpreter() {
    let machine = Machine::bookworm()
        .link("/usr/bin/python3", "python3.11")
        .link("/usr/local/bin/python3.11", "../../bin/python3.11");
    let machine = machine.link("/bin", "usr/bin").link("/usr/bin/python3.12", "python3.12");
    assert_snapshot!(interpreters(&machine));
}

#[test]
fn pyenvs_shims_are_never_started_and_its_versions_are_shown() {
    let shim = "touch \"$(dirname \"$0\")/started\"; echo nonsense";
    let versions = "/home/student/.pyenv/versions";
    let machine = Machine::bookworm()
        .variable("PATH", "/home/student/.pyenv/shims:/home/student/.pyenv/bin:/usr/bin:/bin")
        .program("/home/student/.pyenv/shims/python3", shim)
        .program("/home/student/.pyenv/shims/python3.11", shim)
        .program(&format!("{versions}/3.12.4/bin/python3.12"), shim)
        .program(&format!("{versions}/3.11.7/bin/python3.11"), shim)
        .program(&format!("{versions}/3.14.0rc2/bin/python3.14"), shim)
        .program(&format!("{versions}/2.7.18/bin/python2.7"), shim)
        .program(&format!("{versions}/pypy3.10-7.3.17/bin/python3.10"), shim)
        .folder(&format!("{versions}/3.10.1/bin"));
    assert_snapshot!(interpreters(&machine));
    for folder in ["/home/student/.pyenv/shims", "/home/student/.pyenv/versions/3.12.4/bin"] {
        assert!(!machine.inside(folder).join("started").exists(), "{folder}");
    }
}

#[test]
fn pyenv_is_found_where_its_variable_says() {
    let machine = Machine::bookworm()
        .variable("PYENV_ROOT", "/opt/pyenv")
        .program("/opt/pyenv/versions/3.12.4/bin/python3.12", "exit 1");
    let machine = machine.variable("PATH", "/opt/pyenv/versions/3.12.4/bin:/usr/bin");
    assert_snapshot!(interpreters(&machine));
}

#[test]
fn condas_interpreter_is_known_by_its_package_files_and_not_started() {
    let machine = Machine::bookworm()
        .variable("PATH", "/home/student/miniconda3/bin:/usr/bin")
        .program("/home/student/miniconda3/bin/python3.12", "touch \"$0.started\"")
        .link("/home/student/miniconda3/bin/python3", "python3.12")
        .file("/home/student/miniconda3/conda-meta/python_abi-3.12-5_cp312.json", "{}")
        .file("/home/student/miniconda3/conda-meta/python-3.12.4-h99e199e_1.json", "{}");
    assert_snapshot!(interpreters(&machine));
    assert!(!machine.inside("/home/student/miniconda3/bin/python3.12.started").exists());
}

#[test]
fn interpreters_of_other_managers_and_of_a_home_are_known_by_where_they_lie() {
    let places = [
        "/home/student/.asdf/installs/python/3.12.1/bin",
        "/home/student/.local/share/mise/installs/python/3.13.1/bin",
        "/home/student/.local/share/uv/python/cpython-3.12.3-linux-x86_64-gnu/bin",
        "/home/student/python/bin",
        "/home/other/bin",
        "/opt/python/bin",
    ];
    let machine = Machine::bookworm()
        .variable("PATH", &format!("{}:relative/bin:/usr/bin", places.join(":")));
    let machine = places
        .iter()
        .fold(machine, |machine, place| machine.python(&format!("{place}/python3.12"), (3, 12, 3)));
    assert_snapshot!(interpreters(&machine));
}

#[test]
fn an_interpreter_that_is_named_is_asked_whatever_it_is() {
    let two = r#"echo '{"major": 2, "minor": 7, "micro": 18, "level": "final", "serial": 0, "ensurepip": true, "ssl": true}'"#;
    let machine = Machine::bookworm()
        .python("/opt/good/python3", (3, 12, 4))
        .program("/opt/two", "printf 'Unknown option: -I\nusage: /opt/two [option] ... [-c cmd | -m mod | file | -] [arg] ...\n' >&2; exit 2")
        .program("/opt/odd", two)
        .program(
            "/opt/broken",
            "echo 'Traceback (most recent call last):' >&2; echo 'ImportError: libssl.so.1.1: cannot open shared object file' >&2; exit 1",
        )
        .program("/opt/other", "echo hello")
        .file("/opt/text", "hello\n")
        .link("/opt/nowhere", "gone")
        .link("/opt/link", "good/python3")
        .folder("/opt/folder");
    let paths = [
        "/opt/good/python3",
        "/opt/link",
        "/opt/two",
        "/opt/odd",
        "/opt/broken",
        "/opt/other",
        "/opt/text",
        "/opt/nowhere",
        "/opt/missing",
        "/opt/folder",
    ];
    let sections = paths.map(|path| {
        let found = named(&machine, path);
        let answer = answer(&machine.facts(), &super::machines::named(found.clone()));
        let first = answer.lines().next().unwrap_or_default().to_owned();
        format!("## {path}\n{first}\n{}\n", machine.shown(&found))
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn packages_are_read_from_dpkgs_own_file() {
    let machine = Machine::bookworm()
        .file("/var/lib/dpkg/updates/0001", "")
        .file("/var/lib/dpkg/updates/tmp.i", "");
    assert_snapshot!(machine.shown(&machine.facts().packages));
}

#[test]
fn whatever_is_at_the_link_is_told_apart() {
    let link = "/usr/local/bin/python3";
    let machines = [
        ("nothing", Machine::bookworm()),
        (
            "ours",
            Machine::bookworm()
                .link(link, "/etc/alternatives/labready-python3")
                .link("/etc/alternatives/labready-python3", "/usr/bin/python3.11"),
        ),
        (
            "ours, and the group's link is gone",
            Machine::bookworm().link(link, "/etc/alternatives/labready-python3"),
        ),
        ("another link", Machine::bookworm().link(link, "/opt/python/bin/python3")),
        ("another group's link", Machine::bookworm().link(link, "/etc/alternatives/python3")),
        ("a program", Machine::bookworm().python(link, (3, 12, 0))),
        ("a folder", Machine::bookworm().folder(link)),
        (
            "a half-written state",
            Machine::bookworm().file(
                "/var/lib/dpkg/alternatives/labready-python3",
                "auto\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n",
            ),
        ),
    ];
    let sections = machines.map(|(what, machine)| {
        format!("## {what}\n{}\n", machine.shown(&machine.facts().selection))
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn an_environment_of_every_tool_and_age_is_a_good_one() {
    for (recorded, series) in [
        ("3.9", "python3.9"),
        ("3.11", "python3.11"),
        ("3.13", "python3.13"),
        ("virtualenv", "python3.11"),
        ("uv", "python3.11"),
    ] {
        let machine = Machine::bookworm()
            .python(&format!("/usr/bin/{series}"), (3, 11, 2))
            .venv(recorded, series)
            .file(&format!("{VENV}/CACHEDIR.TAG"), "");
        let venv = machine.facts().venv;
        assert_eq!(venv.state, State::Good, "{recorded}");
        assert_eq!(venv.packages, ["pip", "wheel"].map(str::to_owned).into(), "{recorded}");
        assert_eq!(venv.strangers, Vec::<String>::new(), "{recorded}");
        let version = venv.version.unwrap();
        assert_eq!(format!("python{}.{}", version.major, version.minor), series, "{recorded}");
    }
}

#[test]
fn everything_that_can_be_wrong_with_an_environment_is_told_in_words() {
    let good = || Machine::bookworm().venv("3.11", "python3.11");
    let at = |name: &str| format!("{VENV}/{name}");
    let machines = [
        ("nothing is there", Machine::bookworm()),
        ("an empty folder", Machine::bookworm().folder(VENV)),
        ("a file", Machine::bookworm().file(VENV, "")),
        ("a link to a good one", good().link("/home/student/other", "course/venv")),
        (
            "somebody's folder",
            Machine::bookworm().file(&at("thesis.odt"), "").file(&at("notes.txt"), ""),
        ),
        (
            "half-made, nothing but the mark",
            Machine::bookworm().link(&at(".labready-unfinished"), "."),
        ),
        ("half-made, with its files", good().link(&at(".labready-unfinished"), ".")),
        (
            "a link to a half-made one",
            good()
                .link(&at(".labready-unfinished"), ".")
                .link("/home/student/other", "course/venv"),
        ),
        (
            "half-made, with a part that cannot be read",
            Machine::bookworm()
                .link(&at(".labready-unfinished"), ".")
                .link(&at("pyvenv.cfg"), "pyvenv.cfg"),
        ),
        ("its interpreter is gone", good().without("/usr/bin/python3.11")),
        (
            "its interpreter became another",
            good()
                .without(&at("bin/python3.11"))
                .link(&at("bin/python3.11"), "/usr/bin/python3.12")
                .python("/usr/bin/python3.12", (3, 12, 0)),
        ),
        ("without pyvenv.cfg", good().without(&at("pyvenv.cfg"))),
        (
            "with a pyvenv.cfg that says nothing",
            good().file(&at("pyvenv.cfg"), "home = /usr/bin\n"),
        ),
        ("with a pyvenv.cfg of nonsense", good().file(&at("pyvenv.cfg"), "version = three\n")),
        ("without its lib", good().without(&at("lib"))),
        (
            "moved",
            good().file(
                &at("bin/activate"),
                "VIRTUAL_ENV=\"/home/student/old/venv\"\nexport VIRTUAL_ENV\n",
            ),
        ),
        ("with somebody's work in it", good().file(&at("homework.py"), "")),
    ];
    let sections = machines.map(|(what, machine)| {
        let folder = if what.starts_with("a link") { "/home/student/other" } else { VENV };
        let found = venv::gather(&machine.host(), Path::new(folder));
        let state = match &found.state {
            State::Broken(flaw) => format!("broken: {}", flaw.words()),
            State::Foreign(foreign) => format!("foreign: {}", foreign.words()),
            state => format!("{state:?}").to_lowercase(),
        };
        format!(
            "## {what}\n{state}{}\n",
            found.strangers.iter().map(|name| format!("\nholds {name}")).collect::<String>()
        )
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn an_environment_in_a_folder_of_any_name_is_not_taken_for_a_moved_one() {
    // As `venv` of 3.9, of 3.11 and of 3.13 write it: in plain quotes, and quoted for a shell.
    let folder = "/home/student/Kurs 'für' alle/venv";
    let lines = [
        format!("VIRTUAL_ENV=\"{folder}\""),
        format!("export VIRTUAL_ENV='{}'", folder.replace('\'', "'\"'\"'")),
    ];
    for line in lines {
        let machine =
            Machine::bookworm().link(&format!("{folder}/bin/python"), "/usr/bin/python3.11");
        let machine = machine
            .file(&format!("{folder}/pyvenv.cfg"), "version = 3.11.2\n")
            .file(&format!("{folder}/bin/activate"), &line);
        let machine = machine.folder(&format!("{folder}/lib/python3.11/site-packages"));
        assert_eq!(venv::gather(&machine.host(), Path::new(folder)).state, State::Good, "{line}");
    }
}

#[test]
fn the_kinds_of_machines_are_told_apart() {
    let kernel = "/proc/sys/kernel/osrelease";
    let machines = [
        ("a computer", Machine::bookworm()),
        ("Windows", Machine::bookworm().file(kernel, "5.15.167.4-microsoft-standard-WSL2\n")),
        ("Docker", Machine::bookworm().file("/.dockerenv", "")),
        ("Podman", Machine::bookworm().file("/run/.containerenv", "")),
        ("systemd-nspawn", Machine::bookworm().file("/run/systemd/container", "systemd-nspawn\n")),
    ];
    let lines = machines
        .map(|(what, machine)| format!("{what}: {:?}", machine.facts().machine.environment));
    assert_snapshot!(lines.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_pyvenv_cfg_and_no_activate_make_the_look_panic(
        config in r"(?s)((version|version_info|home) ?= ?[0-9a-z./]{0,12}\n|.{0,20}\n){0,6}",
        activate in r#"(?s)((export )?VIRTUAL_ENV=["']?[/a-z"']{0,12}["']?\n|.{0,20}\n){0,6}"#,
    ) {
        let machine = Machine::bookworm().venv("3.11", "python3.11");
        let machine = machine.file(&format!("{VENV}/pyvenv.cfg"), config).file(&format!("{VENV}/bin/activate"), activate);
        let venv = venv::gather(&machine.host(), Path::new(VENV));
        prop_assert!(matches!(venv.state, State::Good | State::Broken(_)), "{:?}", venv.state);
    }
}

#[test]
fn modes_tell_whether_apts_own_account_can_read_a_key() {
    let machine = Machine::bare().file("/keyrings/key.asc", "");
    let host = machine.host();
    let of = |path: &str| {
        unreadable_key(&host, &Source { signed_by: vec![path.into()], ..Source::default() })
    };
    machine.mode("/keyrings", 0o755).mode("/keyrings/key.asc", 0o644);
    assert_eq!(of("/keyrings/key.asc"), None);
    assert_eq!(of("F23C5A6CF475977595C89F51BA6932366A755776"), None);
    let flaw = |path: &str| of(path).unwrap().1;
    let key = || PathBuf::from("/keyrings/key.asc");
    assert_eq!(flaw("/keyrings/other.asc"), KeyFlaw::Missing);
    machine.mode("/keyrings/key.asc", 0o600);
    assert_eq!(of("/keyrings/key.asc"), Some((key(), KeyFlaw::FileMode(key()))));
    machine.mode("/keyrings", 0o700);
    assert_eq!(flaw("/keyrings/key.asc"), KeyFlaw::FolderMode("/keyrings".into()));
}
