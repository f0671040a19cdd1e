//! Facts → problems and repairs: what is wrong is told with its evidence and what mends it, and
//! only what is surely ours to mend is mended.

use std::fmt::Write;

use insta::assert_snapshot;
use labready::diagnosis;
use labready::facts::Facts;
use labready::facts::alternatives::Link;
use labready::facts::cloud_init::CloudInit;
use labready::facts::system_python::SystemPython;
use labready::facts::venv::State;
use labready::host::{Account, quoted_line};
use labready::plan::{self, Decision};
use labready::problem::{ForeignFolder, Occupant, ReadOnly, ReadOnlyMount, VenvFlaw};

use super::folders::Machine;
use super::machines::{Asked, asked, changed, have_venv, rename, unselected};

/// Every problem, and what repair would do.
fn told(facts: &Facts) -> String {
    let mut text = String::new();
    for problem in diagnosis::diagnose(facts) {
        let id = problem.id().name();
        writeln!(text, "{:?} {id}: {}", problem.severity, problem.title()).unwrap();
        if !problem.evidence().is_empty() {
            writeln!(text, "  {}", problem.evidence()).unwrap();
        }
        let remedy = problem.remedy().map_or_else(|| "nothing".to_owned(), |fix| fix.to_string());
        writeln!(text, "  to do: {remedy}").unwrap();
    }
    for step in plan::repair(facts, false).steps {
        writeln!(text, "repair: {}, because {}", step.title, step.why).unwrap();
        for command in plan::by_hand(&step) {
            writeln!(text, "  $ {}", quoted_line(&command.argv())).unwrap();
        }
    }
    if text.is_empty() { "nothing is wrong\n".into() } else { text }
}

fn ready(change: impl FnOnce(&mut Facts)) -> String {
    told(&changed("bookworm-ready", change))
}

#[test]
fn a_ready_machine_has_nothing_wrong() {
    assert_snapshot!(ready(|_| ()), @"nothing is wrong");
}

#[test]
fn everything_that_can_be_wrong_at_once_is_told_and_repaired_in_a_safe_order() {
    let text = ready(|facts| {
        rename(
            facts,
            "ID=ubuntu\nPRETTY_NAME='Ubuntu 20.04 LTS'\nVERSION_ID=20.04\nVERSION_CODENAME=focal\n",
        );
        facts.system_python = SystemPython {
            default: Some("python3.8".into()),
            default_is_installed: true,
            place: Occupant::Link(vec![
                "/etc/alternatives/python3".into(),
                "/usr/bin/python3.11".into(),
            ]),
            group: Some("python3".into()),
            slaves: Vec::new(),
        };
        facts.packages.interrupted = true;
        facts.packages.half_done = [("lr-bad", "half-configured"), ("lr-half", "half-installed")]
            .map(|(name, state)| (name.into(), state.into()))
            .into();
        facts.selection.dangling = vec!["/usr/bin/python3.9".into()];
        facts.disk.usr_bytes = Some(2 << 30);
        facts.disk.var_bytes = Some(12_000_000);
        facts.disk.read_only =
            vec![ReadOnlyMount { mount: "/".into(), what: ReadOnly::FileSystem }];
        facts.venv.owner_uid = Some(0);
        facts.venv.parent_uid = Some(1000);
        facts.venv.state = State::Broken(VenvFlaw::NoSitePackages { series: "python3.11".into() });
        facts.cloud_init = CloudInit::Running;
    });
    assert_snapshot!(text);
}

#[test]
fn a_system_that_names_two_releases_as_its_own_is_told_so() {
    let mixed = "ID=debian\nNAME='Debian GNU/Linux'\nVERSION_ID=12\nVERSION_CODENAME=trixie\n";
    assert_snapshot!(ready(|facts| rename(facts, mixed)), @r"
    Warning release-contradictory: this system names two releases as its own; its codename is used
      in /etc/os-release, VERSION_ID is `12`, which is `bookworm`, and VERSION_CODENAME is `trixie`
      to do: run `sudo apt-get install --reinstall base-files`
    ");
}

#[test]
fn what_dpkg_has_half_done_while_another_program_is_at_it_is_that_programs_work() {
    let text = ready(|facts| {
        facts.packages.interrupted = true;
        facts.packages.half_done = [("lr-new".to_owned(), "unpacked".to_owned())].into();
        facts.in_use = Some("unattended-upgr, pid 812".into());
    });
    assert_snapshot!(text, @r"
    Note apt-in-use: another program is using apt: unattended-upgr, pid 812
      to do: nothing
    ");
}

/// The folder machine `bookworm` with python3-minimal, and this at its /usr/bin.
fn with_system_python(change: impl FnOnce(Machine) -> Machine) -> SystemPython {
    let defaults = "[DEFAULT]\n# the default python3 version\ndefault-version = python3.11\n";
    let machine = Machine::bookworm()
        .file("/usr/share/python3/debian_defaults", defaults)
        .python("/usr/bin/python3.12", (3, 12, 1));
    change(machine).facts().system_python
}

#[test]
fn the_systems_python3_is_seen_link_by_link() {
    let at = "/usr/bin/python3";
    let state = "manual\n/usr/bin/python3\n\n/usr/bin/python3.12\n2\n\n";
    let group = |machine: Machine| machine.file("/var/lib/dpkg/alternatives/python3", state);
    let cases = [
        ("as Debian made it", with_system_python(|machine| machine.link(at, "python3.11"))),
        (
            "switched by the old lab sheet",
            with_system_python(|machine| {
                group(machine)
                    .link(at, "/etc/alternatives/python3")
                    .link("/etc/alternatives/python3", "/usr/bin/python3.12")
            }),
        ),
        ("switched by hand", with_system_python(|machine| machine.link(at, "python3.12"))),
        (
            "put back by dpkg, the group still there",
            with_system_python(|machine| group(machine).link(at, "python3.11")),
        ),
        ("its group removed", with_system_python(|machine| machine)),
        ("its target removed", with_system_python(|machine| machine.link(at, "/opt/gone/python3"))),
        ("a circle", with_system_python(|machine| machine.link(at, "python3"))),
        ("a program", with_system_python(|machine| machine.python(at, (3, 12, 1)))),
        (
            "without its own interpreter",
            with_system_python(|machine| {
                machine.link(at, "python3.12").without("/usr/bin/python3.11")
            }),
        ),
        (
            "another link's group of that name",
            with_system_python(|machine| {
                machine.link(at, "python3.11").file(
                    "/var/lib/dpkg/alternatives/python3",
                    "auto\n/usr/local/bin/python3\n\n/usr/bin/python3.12\n2\n\n",
                )
            }),
        ),
    ];
    let sections = cases.map(|(what, system)| {
        format!("## {what}\n{}", ready(|facts| facts.system_python = system))
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn an_environment_of_another_account_is_told_and_given_back_only_where_that_is_safe() {
    let root = Account { name: "root".into(), uid: 0, gid: 0, home: "/root".into() };
    let own = |facts: &mut Facts| {
        have_venv(facts, "3.11.2", State::Good);
        facts.venv.owner_uid = Some(0);
        facts.venv.parent_uid = Some(1000);
    };
    let cases = [
        ("root's, in the student's folder", ready(own)),
        (
            "root works for the student",
            ready(|facts| {
                own(facts);
                facts.rights.student =
                    Some(std::mem::replace(&mut facts.rights.account, root.clone()));
            }),
        ),
        (
            "root's own",
            ready(|facts| {
                own(facts);
                facts.rights.account = root.clone();
            }),
        ),
        (
            "root's, in a folder of root's",
            ready(|facts| {
                own(facts);
                facts.venv.parent_uid = Some(0);
            }),
        ),
        (
            "with somebody's work in it",
            ready(|facts| {
                own(facts);
                facts.venv.strangers = vec!["thesis.odt".into()];
            }),
        ),
        (
            "another student's",
            ready(|facts| {
                own(facts);
                facts.venv.owner_uid = Some(1001);
            }),
        ),
        (
            "a part of it is root's",
            ready(|facts| {
                own(facts);
                facts.venv.owner_uid = Some(1000);
                facts.venv.roots_part =
                    Some("/home/student/course/venv/lib/python3.11/site-packages/wheel".into());
            }),
        ),
    ];
    assert_snapshot!(cases.map(|(what, text)| format!("## {what}\n{text}")).join("\n"));
}

/// What the health check says of setup itself.
fn of_setup(change: impl FnOnce(&mut Facts), asked: &Asked) -> String {
    let facts = changed("bookworm-ready", change);
    let planned = match asked.plan(&facts) {
        Ok(Decision::Plan(plan)) => Ok(*plan),
        Ok(Decision::AskApt(_)) => panic!("apt was not asked on this machine"),
        Err(error) => Err(error),
    };
    match diagnosis::setup(&asked.request, &planned, &facts) {
        Some(problem) => {
            format!(
                "{}: {problem}\n  to do: {}\n",
                problem.id().name(),
                problem.remedy().map_or("-".into(), |fix| fix.to_string())
            )
        }
        None => "nothing more\n".into(),
    }
}

#[test]
fn what_setup_would_do_or_why_it_would_stop_is_told_once() {
    let foreign = |facts: &mut Facts| facts.selection.link = Link::Foreign(Occupant::File);
    let cases = [
        ("ready", of_setup(|_| (), &asked())),
        ("without an environment", of_setup(|facts| facts.venv.state = State::Missing, &asked())),
        ("somebody's python3", of_setup(foreign, &asked())),
        ("somebody's python3, which is asked to be left alone", of_setup(foreign, &unselected())),
        ("another's environment", of_setup(|facts| facts.venv.owner_uid = Some(1001), &asked())),
        (
            "a file where the environment would be",
            of_setup(|facts| facts.venv.state = State::Foreign(ForeignFolder::File), &asked()),
        ),
        (
            "read-only, with something to install",
            of_setup(
                |facts| {
                    facts.disk.read_only =
                        vec![ReadOnlyMount { mount: "/".into(), what: ReadOnly::FileSystem }];
                    facts.selection.value = None;
                },
                &asked(),
            ),
        ),
        (
            "no system with apt",
            of_setup(|facts| rename(facts, "ID=fedora\nPRETTY_NAME='Fedora Linux 40'\n"), &asked()),
        ),
    ];
    assert_snapshot!(cases.map(|(what, text)| format!("## {what}\n{text}")).join("\n"));
}
