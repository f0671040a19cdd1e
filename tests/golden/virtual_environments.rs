//! Every state that a virtual environment's folder can be in, and what is done about it.

use insta::assert_snapshot;
use labready::facts::Facts;
use labready::facts::venv::State;
use labready::host::Account;
use labready::problem::{ForeignFolder, VenvFlaw};

use super::machines::{asked, changed, interpreter, named};
use super::shown::answer;

/// A machine that has everything but for what is wrong with its virtual environment.
fn with_venv(change: impl FnOnce(&mut Facts)) -> Facts {
    changed("bookworm-ready", change)
}

#[test]
fn a_missing_one_is_made() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.state = State::Missing), &asked()));
}

#[test]
fn an_empty_folder_is_filled() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.state = State::Empty), &asked()));
}

#[test]
fn a_file_in_its_place_is_left_as_it_is() {
    assert_snapshot!(answer(
        &with_venv(|facts| facts.venv.state = State::Foreign(ForeignFolder::File)),
        &asked()
    ));
}

#[test]
fn a_folder_of_somebody_elses_is_left_as_it_is() {
    let what = ForeignFolder::Folder { entries: 3 };
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.state = State::Foreign(what)), &asked()));
}

#[test]
fn a_half_made_one_is_made_again() {
    let why = VenvFlaw::Unfinished;
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.state = State::Broken(why)), &asked()));
}

#[test]
fn one_whose_interpreter_is_gone_is_made_again() {
    let facts = with_venv(|facts| {
        facts.venv.interpreter = None;
        facts.venv.state = State::Broken(VenvFlaw::NoInterpreter);
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn one_of_a_python_out_of_range_is_made_again() {
    let facts = with_venv(|facts| super::machines::have_venv(facts, "3.14.2", State::Good));
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn one_of_another_python_in_range_is_kept() {
    let facts = with_venv(|facts| super::machines::have_venv(facts, "3.9.2", State::Good));
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn one_of_another_python_than_the_named_one_is_made_again() {
    let python = interpreter(
        "/opt/python/bin/python3.12",
        "3.12.4",
        labready::facts::interpreters::Home::Local,
    );
    assert_snapshot!(answer(&with_venv(|_| ()), &named(python)));
}

#[test]
fn a_moved_one_is_made_again() {
    let why = VenvFlaw::Moved { from: "/home/student/old/venv".into() };
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.state = State::Broken(why)), &asked()));
}

#[test]
fn one_that_belongs_to_root_is_not_touched_for_a_student() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.owner_uid = Some(0)), &asked()));
}

#[test]
fn one_that_belongs_to_root_is_not_touched_by_root_for_a_student_either() {
    let facts = with_venv(|facts| {
        let root = Account { name: "root".into(), uid: 0, gid: 0, home: "/root".into() };
        facts.rights.student = Some(std::mem::replace(&mut facts.rights.account, root));
        facts.venv.owner_uid = Some(0);
        facts.venv.state = State::Broken(VenvFlaw::Unfinished);
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn one_without_pip_gets_pip_and_what_it_lacks() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.packages.clear()), &asked()));
}

#[test]
fn one_without_wheel_gets_wheel() {
    let facts = with_venv(|facts| {
        facts.venv.packages.remove("wheel");
    });
    assert_snapshot!(answer(&facts, &asked()));
}

#[test]
fn a_name_with_spaces_and_quotes_is_quoted_in_every_command() {
    let facts = with_venv(|facts| {
        facts.venv.state = State::Missing;
        facts.venv.folder = "/home/student/Kurs für 'Anfänger'/venv".into();
    });
    assert_snapshot!(answer(&facts, &asked()));
}
