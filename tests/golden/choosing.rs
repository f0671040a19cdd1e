//! Which interpreter is taken, and why each other one is not.

use insta::assert_snapshot;
use labready::facts::Facts;
use labready::facts::interpreters::{Home, Interpreter};

use labready::problem::PythonFlaw;

use super::machines::{
    Asked, asked, changed, forget, install, interpreter, named, narrowed, newest, offer, recorded,
    refreshed, rename, silent_interpreter,
};
use super::shown::answer;

/// Ubuntu 22.04, whose archive has a release candidate under the name of a final release.
fn jammy(facts: &mut Facts) {
    let os_release = "PRETTY_NAME=\"Ubuntu 22.04.5 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\nID=ubuntu\n\
                      ID_LIKE=debian\nUBUNTU_CODENAME=jammy\n";
    rename(facts, os_release);
    forget(facts, "python3.11");
    let from = "http://archive.ubuntu.com/ubuntu jammy-updates/main";
    let packages = [
        ("build-essential", "12.9ubuntu3"),
        ("python3.10", "3.10.12-1~22.04.11"),
        ("python3.10-dev", "3.10.12-1~22.04.11"),
        ("python3.10-venv", "3.10.12-1~22.04.11"),
        ("python3.11", "3.11.0~rc1-1~22.04"),
        ("python3.11-dev", "3.11.0~rc1-1~22.04"),
        ("python3.11-venv", "3.11.0~rc1-1~22.04"),
    ];
    offer(facts, from, &packages);
}

#[test]
fn sid_gets_3_13_and_is_told_why_neither_3_14_nor_3_15() {
    assert_snapshot!(answer(&recorded("sid-indexed"), &asked()));
}

#[test]
fn an_installed_3_13_is_taken_beside_an_installed_3_14() {
    assert_snapshot!(answer(&recorded("sid-python"), &asked()));
}

#[test]
fn a_machine_with_3_14_alone_is_told_what_was_found_where() {
    let facts = changed("sid-python", |facts| forget(facts, "python3.13"));
    assert_snapshot!(answer(&facts, &refreshed()));
}

/// sid has gone by 3.13: a refresh brings 3.15, and never 3.13.
#[test]
fn a_machine_whose_archive_has_gone_by_is_told_so_in_the_plan() {
    let facts = changed("sid-python", |facts| forget(facts, "python3.13"));
    assert_eq!(answer(&facts, &asked()), answer(&facts, &refreshed()));
}

#[test]
fn a_machine_whose_archive_has_gone_by_gets_a_fresh_index_when_its_sources_have_changed() {
    let facts = changed("sid-python", |facts| {
        forget(facts, "python3.13");
        facts.apt_index.sources_changed_at_ms = Some(u64::MAX);
    });
    let answer = answer(&facts, &asked());
    assert!(answer.contains("refresh-index"), "{answer}");
}

/// A system like sid under another name: its archive has nothing before 3.14.
fn with_3_14_alone(os_release: &str) -> Facts {
    changed("sid-python", |facts| {
        rename(facts, os_release);
        forget(facts, "python3.13");
    })
}

#[test]
fn deadsnakes_is_promised_to_supported_lts_releases_of_ubuntu_alone() {
    let ubuntu = |version: &str, codename: &str| {
        format!(
            "ID=ubuntu\nNAME=Ubuntu\nPRETTY_NAME=\"Ubuntu {version}\"\nVERSION_ID={version}\nVERSION_CODENAME={codename}\n"
        )
    };
    let kali = "ID=kali\nID_LIKE=debian\nPRETTY_NAME=\"Kali GNU/Linux Rolling\"\nVERSION_CODENAME=kali-rolling\n";
    let unserved = [
        ubuntu("25.10", "questing"),
        ubuntu("26.10", "stonking"),
        ubuntu("20.04", "focal"),
        kali.to_owned(),
    ];
    let sections = unserved.map(|os_release| {
        let facts = with_3_14_alone(&os_release);
        let answers = [asked(), refreshed()].map(|asked| answer(&facts, &asked));
        assert_eq!(answers[0], answers[1], "it is known without a refresh");
        let hint = answers[0].lines().filter(|line| !line.starts_with("  "));
        format!("## {}\n{}\n", facts.distro.name, hint.collect::<Vec<_>>().join("\n"))
    });
    assert_snapshot!(sections.join("\n"));
    let served = with_3_14_alone(&ubuntu("26.04", "resolute"));
    assert!(answer(&served, &asked()).contains("add the deadsnakes archive for resolute"));
    assert!(answer(&served, &refreshed()).contains("Add the deadsnakes archive for resolute"));
}

#[test]
fn an_installed_interpreter_without_its_venv_package_gives_way_to_one_that_works() {
    let facts = changed("trixie-python", |facts| {
        facts.apt = recorded("trixie-indexed").apt;
        // Left by an upgrade: 3.12 is in no archive any more.
        install(facts, "python3.12", "3.12.9");
        forget_venv(facts, "python3.12");
        forget_interpreter(facts, "python3.13");
    });
    assert_snapshot!(answer(&facts, &asked()));
}

/// The interpreter stays, and no virtual environment can be made with it.
fn forget_venv(facts: &mut Facts, series: &str) {
    facts.packages.installed.remove(&format!("{series}-venv"));
    let installed = facts.interpreters.iter_mut().filter(|found| found.real.ends_with(series));
    installed.for_each(|found| found.ensurepip = false);
}

/// It is not installed; apt offers it still.
fn forget_interpreter(facts: &mut Facts, series: &str) {
    let offered = facts.apt.clone();
    forget(facts, series);
    facts.apt = offered;
}

#[test]
fn a_release_candidate_is_not_taken_for_the_release() {
    assert_snapshot!(answer(&changed("bookworm-indexed", jammy), &asked()));
}

#[test]
fn a_release_candidate_alone_is_refused_with_the_reason() {
    let facts = changed("bookworm-indexed", |facts| {
        jammy(facts);
        forget(facts, "python3.10");
    });
    assert_snapshot!(answer(&facts, &refreshed()));
}

#[test]
fn a_release_candidate_is_taken_when_it_is_named_exactly() {
    let facts = changed("bookworm-indexed", jammy);
    assert_snapshot!(answer(&facts, &narrowed("3.11.0rc1")));
}

#[test]
fn an_installed_release_candidate_is_refused_too() {
    let facts = changed("bookworm-indexed", |facts| {
        jammy(facts);
        install(facts, "python3.11", "3.11.0rc1");
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn interpreters_of_pyenv_conda_and_a_home_are_shown_and_not_chosen() {
    let facts = changed("bookworm-indexed", |facts| {
        facts.interpreters = vec![
            interpreter("/usr/local/bin/python3.12", "3.12.4", Home::Local),
            interpreter(
                "/home/student/.pyenv/versions/3.11.7/bin/python3.11",
                "3.11.7",
                Home::Pyenv,
            ),
            interpreter("/home/student/miniconda3/bin/python3", "3.12.2", Home::Conda),
            interpreter(
                "/home/student/.local/share/mise/installs/python/3.13/bin/python3",
                "3.13.1",
                Home::Manager,
            ),
            Interpreter {
                version: None,
                ..interpreter("/home/student/python/bin/python3", "3.9", Home::HomeFolder)
            },
        ];
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn an_interpreter_that_does_not_answer_is_shown_with_what_it_said() {
    let facts = changed("bookworm-indexed", |facts| {
        facts.interpreters = vec![silent_interpreter(
            "/usr/local/bin/python3.10",
            PythonFlaw::Failed { ending: "exit code 127".into(), said: "not found".into() },
        )];
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn an_interpreter_that_dpkg_has_and_that_does_not_answer_is_not_installed_again_and_again() {
    let facts = changed("bookworm-python", |facts| {
        facts.interpreters[0] = Interpreter {
            origin: Home::Apt,
            ..silent_interpreter(
                "/usr/bin/python3.11",
                PythonFlaw::Failed { ending: "signal 11".into(), said: String::new() },
            )
        };
    });
    assert_snapshot!(answer(&facts, &refreshed()));
}

#[test]
fn the_newest_installed_one_in_range_is_taken() {
    let facts = changed("bookworm-python", |facts| install(facts, "python3.9", "3.9.25"));
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn an_installed_one_is_preferred_to_a_newer_one_that_apt_offers() {
    let facts = changed("sid-python", |facts| {
        forget(facts, "python3.13");
        facts.apt = recorded("sid-python").apt;
        install(facts, "python3.12", "3.12.9");
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn newest_takes_what_apt_offers_before_an_older_installed_one() {
    let facts = changed("sid-python", |facts| {
        forget(facts, "python3.13");
        facts.apt = recorded("sid-python").apt;
        install(facts, "python3.12", "3.12.9");
    });
    assert_snapshot!(answer(&facts, &newest()));
}

#[test]
fn newest_keeps_an_installed_one_that_nothing_beats() {
    assert_snapshot!(answer(&recorded("sid-python"), &newest()));
}

#[test]
fn a_narrower_range_is_kept_to() {
    let facts = changed("sid-python", |facts| install(facts, "python3.12", "3.12.9"));
    assert_snapshot!(answer(&facts, &narrowed("3.12")));
}

#[test]
fn a_range_that_nothing_is_in_lists_what_is_there() {
    assert_snapshot!(answer(
        &recorded("bookworm-python"),
        &Asked { is_fresh: true, ..narrowed("3.12") }
    ));
}

#[test]
fn an_interpreter_named_by_its_path_is_taken_whoevers_it_is() {
    let pyenv =
        interpreter("/home/student/.pyenv/versions/3.12.4/bin/python3.12", "3.12.4", Home::Pyenv);
    assert_snapshot!(answer(&recorded("bookworm-indexed"), &named(pyenv)));
}

#[test]
fn a_link_that_is_named_stands_for_the_interpreter_behind_it() {
    let link = Interpreter {
        real: "/usr/bin/python3.11".into(),
        ..interpreter("/usr/local/bin/python3", "3.11.2", Home::Apt)
    };
    assert_snapshot!(answer(&recorded("bookworm-python"), &named(link)));
}

#[test]
fn a_named_interpreter_out_of_range_is_refused() {
    assert_snapshot!(answer(
        &recorded("sid-python"),
        &named(interpreter("/usr/bin/python3.14", "3.14.10", Home::Apt))
    ));
}

#[test]
fn a_named_interpreter_without_ensurepip_is_refused() {
    let bare =
        Interpreter { ensurepip: false, ..interpreter("/usr/bin/python3.13", "3.13.5", Home::Apt) };
    assert_snapshot!(answer(&recorded("trixie-python"), &named(bare)));
}

#[test]
fn a_named_path_that_is_no_python_3_is_refused_with_what_it_said() {
    assert_snapshot!(answer(
        &recorded("bookworm-python"),
        &named(silent_interpreter("/usr/bin", PythonFlaw::Folder))
    ));
}
