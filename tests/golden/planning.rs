//! {facts, course, asked} → plan: what is missing, and what is in the way.

use insta::assert_snapshot;
use labready::apt::index::KeptFiles;
use labready::apt::offers::Offers;
use labready::apt::{InstallOptions, PackageSource};
use labready::error::Error;
use labready::facts::Facts;
use labready::facts::alternatives::Link;
use labready::facts::venv::State;
use labready::host::Account;
use labready::plan::{self, Plan};
use labready::problem::Occupant;

use super::machines::{
    Asked, asked, changed, course, every_recorded, forget, have_venv, narrowed, recorded,
    refreshed, rename, select, unselected,
};
use super::shown::{answer, error_text, plan_text};

#[test]
fn a_fresh_machine_without_an_index_first_gets_one() {
    assert_snapshot!(answer(&recorded("bookworm-fresh"), &asked()));
}

#[test]
fn a_machine_whose_index_stays_away_is_told_so() {
    assert_snapshot!(answer(&recorded("bookworm-fresh"), &refreshed()));
}

#[test]
fn a_machine_with_an_index_is_planned_to_the_end() {
    assert_snapshot!(answer(&recorded("bookworm-indexed"), &asked()));
}

#[test]
fn bullseye_gets_its_own_python() {
    assert_snapshot!(answer(&recorded("bullseye-indexed"), &asked()));
}

#[test]
fn trixie_gets_its_own_python() {
    assert_snapshot!(answer(&recorded("trixie-indexed"), &asked()));
}

#[test]
fn an_installed_python_without_its_venv_package_gets_that_package_alone() {
    assert_snapshot!(answer(&recorded("trixie-python"), &asked()));
}

#[test]
fn an_installed_python_with_everything_else_missing_is_kept() {
    assert_snapshot!(answer(&recorded("bookworm-python"), &asked()));
}

#[test]
fn a_ready_machine_is_left_alone_without_asking_apt() {
    assert_snapshot!(answer(&recorded("bookworm-ready"), &asked()));
}

#[test]
fn apt_is_asked_only_once_something_is_missing() {
    let facts = changed("bookworm-python", |facts| facts.apt = None);
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_venv_alone_is_made_without_asking_apt() {
    let facts = changed("bookworm-ready", |facts| facts.venv.state = State::Missing);
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_package_that_a_fresh_index_lacks_is_named() {
    let facts = changed("bookworm-indexed", |facts| {
        facts.apt.as_mut().unwrap().offers.remove("build-essential");
    });
    assert_snapshot!(answer(&facts, &refreshed()));
}

#[test]
fn a_package_that_the_index_lacks_is_a_reason_to_refresh_it() {
    let facts = changed("bookworm-indexed", |facts| {
        facts.apt.as_mut().unwrap().offers.remove("build-essential");
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn an_interrupted_dpkg_is_finished_before_anything_is_installed() {
    let facts = changed("bookworm-indexed", |facts| {
        facts.packages.interrupted = true;
        facts.packages.half_done.insert("libc-bin".into(), "half-configured".into());
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn an_interrupted_dpkg_is_nobodys_concern_on_a_ready_machine() {
    let facts = changed("bookworm-ready", |facts| {
        facts.packages.half_done.insert("vim".into(), "half-configured".into());
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn select_none_leaves_the_machines_python3_alone() {
    assert_snapshot!(answer(&recorded("bookworm-python"), &unselected()));
}

#[test]
fn a_python3_of_somebody_elses_is_not_overwritten() {
    let facts =
        changed("bookworm-indexed", |facts| facts.selection.link = Link::Foreign(Occupant::File));
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_python3_of_somebody_elses_is_no_hindrance_to_select_none() {
    let facts =
        changed("bookworm-ready", |facts| facts.selection.link = Link::Foreign(Occupant::File));
    assert_snapshot!(answer(&facts, &unselected()));
}

#[test]
fn a_python3_of_somebody_elses_is_no_hindrance_to_select_none_on_a_fresh_machine_either() {
    let facts =
        changed("bookworm-fresh", |facts| facts.selection.link = Link::Foreign(Occupant::File));
    assert_snapshot!(answer(&facts, &unselected()));
}

#[test]
fn a_python3_of_somebody_elses_is_found_before_the_index_is_fetched() {
    let facts = changed("bookworm-fresh", |facts| {
        facts.selection.link = Link::Foreign(Occupant::Link(vec!["/opt/python/bin/python3".into()]))
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_fresh_machine_is_told_the_range_that_was_asked_for() {
    assert_snapshot!(answer(&recorded("bookworm-fresh"), &narrowed("3.12")));
}

#[test]
fn a_link_that_was_removed_is_put_back() {
    let facts = changed("bookworm-ready", |facts| facts.selection.link = Link::Free);
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_choice_that_falls_to_the_highest_priority_is_set() {
    let facts = changed("bookworm-ready", |facts| facts.selection.manual = false);
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_choice_that_somebody_changed_is_changed_back() {
    let facts = changed("sid-python", |facts| {
        super::machines::install(facts, "python3.12", "3.12.9");
        have_venv(facts, "3.13.18", State::Good);
        select(facts, &["python3.12", "python3.13"], "python3.12");
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn root_at_work_for_a_student_makes_the_venv_as_the_student() {
    let facts = changed("bookworm-python", |facts| {
        let root = Account { name: "root".into(), uid: 0, gid: 0, home: "/root".into() };
        facts.rights.student = Some(std::mem::replace(&mut facts.rights.account, root));
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_link_that_leads_straight_to_the_chosen_interpreter_is_left() {
    let lead = |facts: &mut Facts, target: &str| {
        facts.selection.link = Link::Foreign(Occupant::Link(vec![target.into()]));
        facts.selection.leads_to = Some(target.into());
    };
    let left = changed("bookworm-ready", |facts| lead(facts, "/usr/bin/python3.11"));
    assert_snapshot!(answer(&left, &asked()));
    let other = changed("bookworm-ready", |facts| lead(facts, "/usr/bin/python3.9"));
    assert!(answer(&other, &asked()).contains("link-foreign"));
}

#[test]
fn a_system_without_apt_is_told_what_to_do_by_hand() {
    let fedora = "NAME=\"Fedora Linux\"\nVERSION=\"40 (Workstation Edition)\"\nID=fedora\nVERSION_ID=40\nVERSION_CODENAME=\"\"\n\
                  PRETTY_NAME=\"Fedora Linux 40 (Workstation Edition)\"\n";
    let facts = changed("bookworm-fresh", |facts| rename(facts, fedora));
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_system_that_says_nothing_of_itself_is_not_touched() {
    let facts = changed("bookworm-fresh", |facts| rename(facts, ""));
    assert_snapshot!(answer(&facts, &asked()));
}

/// Ubuntu's families name their base's release, whatever they call their own.
#[test]
fn a_derivative_asks_deadsnakes_for_its_bases_release() {
    let systems = [
        "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nPRETTY_NAME=\"Linux Mint 21.3\"\nVERSION_ID=\"21.3\"\nVERSION_CODENAME=virginia\nUBUNTU_CODENAME=jammy\n",
        "ID=pop\nID_LIKE=\"ubuntu debian\"\nPRETTY_NAME=\"Pop!_OS 24.04\"\nVERSION_ID=\"24.04\"\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n",
        "ID=linuxmint\nID_LIKE=debian\nPRETTY_NAME=\"LMDE 6 (faye)\"\nVERSION_ID=6\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm\n",
        "ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME=\"Ubuntu 26.04 LTS\"\nVERSION_ID=\"26.04\"\nVERSION_CODENAME=resolute\nUBUNTU_CODENAME=resolute\n",
    ];
    let sections = systems.map(|os_release| {
        let facts = changed("sid-indexed", |facts| {
            rename(facts, os_release);
            forget(facts, "python3.13");
        });
        format!("## {}\n{}", facts.distro.name, answer(&facts, &refreshed()))
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_release_out_of_support_is_planned_for_as_long_as_its_index_can_be_had() {
    let buster = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 10 (buster)\"\nVERSION_ID=10\nVERSION_CODENAME=buster\n";
    let facts = changed("bullseye-indexed", |facts| rename(facts, buster));
    assert!(facts.distro.base.as_ref().is_some_and(|base| base.end_of_life));
    assert_eq!(answer(&facts, &asked()), answer(&recorded("bullseye-indexed"), &asked()));
    let facts = changed("bookworm-fresh", |facts| rename(facts, buster));
    assert_snapshot!(answer(&facts, &refreshed()));
}

/// Every recorded machine was recorded by an older labready: its facts must still be read, and its
/// plan be made.
#[test]
fn no_plan_ever_touches_the_operating_systems_python3() {
    for name in every_recorded() {
        let answer = answer(&recorded(&name), &asked());
        let touched =
            answer.lines().filter(|line| line.trim_start().starts_with('$')).any(|line| {
                line.split_whitespace().any(|word| word == "/usr/bin/python3" || word == "python3")
            });
        assert!(!touched, "{name}: {answer}");
    }
}

#[test]
fn an_image_is_planned_for_speed_and_emptied_at_the_end() {
    let mut asked = asked();
    asked.request.install = InstallOptions { image: true, ..InstallOptions::default() };
    asked.request.clean = true;
    let indexed = changed("bookworm-indexed", |facts| {
        facts.apt_files = KeptFiles { cache: false, index: true }
    });
    assert_snapshot!(answer(&indexed, &asked));
    let ready = changed("bookworm-ready", |facts| {
        facts.apt_files = KeptFiles { cache: true, index: false }
    });
    assert_snapshot!(answer(&ready, &asked));
}

/// Nothing but what is here, or in a bundle.
fn without_network(source: PackageSource) -> Asked {
    let mut asked = asked();
    asked.request.install = InstallOptions { source, ..InstallOptions::default() };
    asked
}

#[test]
fn offline_nothing_is_refreshed_and_what_is_missing_is_named() {
    let offline = without_network(PackageSource::LocalOnly);
    let no_index = changed("bookworm-fresh", |facts| facts.apt = Some(Offers::default()));
    assert_snapshot!(answer(&no_index, &offline));
    assert_snapshot!(answer(&recorded("bookworm-indexed"), &offline));
    let no_packages = changed("bookworm-python", |facts| facts.apt = Some(Offers::default()));
    assert_snapshot!(answer(&no_packages, &offline));
    let ubuntu = changed("bookworm-fresh", |facts| {
        rename(facts, "ID=ubuntu\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n");
        facts.apt = Some(Offers::default());
    });
    // deadsnakes is on the network, too.
    assert_snapshot!(answer(&ubuntu, &offline));
}

#[test]
fn a_bundle_is_all_that_apt_and_pip_look_at() {
    let bundle = without_network(PackageSource::Bundle("/var/tmp/labready-x".into()));
    assert_snapshot!(answer(&recorded("bookworm-indexed"), &bundle));
    let other = changed("bookworm-fresh", |facts| {
        facts.apt = Some(Offers { indexed: true, ..Offers::default() })
    });
    assert_snapshot!(answer(&other, &bundle));
}

#[test]
fn a_bundle_is_fetched_for_a_machine_that_has_nothing() {
    let fetched = |facts: &Facts| {
        let (choice, packages) = plan::needs(&asked().request, facts)?;
        let closure: Vec<String> = packages.iter().map(|name| format!("{name}:amd64=1")).collect();
        plan::fetch(&course(), facts, &choice, &closure, "/var/tmp/labready-x".as_ref())
    };
    let shown = |fetched: Result<Plan, Error>| {
        fetched.map_or_else(|error| error_text(&error), |plan| plan_text(&plan))
    };
    // One that is ready brings everything nevertheless, and fetches with its environment; without
    // one it makes one.
    let ready = changed("bookworm-ready", |facts| facts.apt = recorded("bookworm-indexed").apt);
    assert_snapshot!(shown(fetched(&ready)));
    let python = changed("bookworm-python", |facts| facts.apt = recorded("bookworm-indexed").apt);
    assert_snapshot!(shown(fetched(&python)));
    assert_snapshot!(shown(fetched(&recorded("bookworm-indexed"))));
    let nothing = changed("bookworm-indexed", |facts| facts.apt = Some(Offers::default()));
    assert_snapshot!(shown(fetched(&nothing)));
}
