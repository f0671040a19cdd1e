//! Every state that a virtual environment's folder can be in, and what is done about it.

use insta::assert_snapshot;
use labready::facts::Facts;
use labready::facts::venv::State;
use labready::host::Account;

use super::machines::{changed, interpreter, named, settings};
use super::shown::answer;

/// A machine that has everything but for what is wrong with its virtual environment.
fn with_venv(change: impl FnOnce(&mut Facts)) -> Facts {
    changed("bookworm-ready", change)
}

#[test]
fn a_missing_one_is_made() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.state = State::Missing), &settings()));
}

#[test]
fn an_empty_folder_is_filled() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.state = State::Empty), &settings()));
}

#[test]
fn a_file_in_its_place_is_left_as_it_is() {
    assert_snapshot!(answer(
        &with_venv(|facts| facts.venv.state = State::Foreign("a file".into())),
        &settings()
    ));
}

#[test]
fn a_folder_of_somebody_elses_is_left_as_it_is() {
    let what = "a folder with 3 entries that is no virtual environment";
    assert_snapshot!(answer(
        &with_venv(|facts| facts.venv.state = State::Foreign(what.into())),
        &settings()
    ));
}

#[test]
fn a_half_made_one_is_made_again() {
    let why = "its making was cut off";
    assert_snapshot!(answer(
        &with_venv(|facts| facts.venv.state = State::Broken(why.into())),
        &settings()
    ));
}

#[test]
fn one_whose_interpreter_is_gone_is_made_again() {
    let facts = with_venv(|facts| {
        facts.venv.interpreter = None;
        facts.venv.state = State::Broken(
            "its bin/python leads nowhere: the interpreter that made it is gone".into(),
        );
    });
    assert_snapshot!(answer(&facts, &settings()));
}

#[test]
fn one_of_a_python_out_of_range_is_made_again() {
    let facts = with_venv(|facts| super::machines::have_venv(facts, "3.14.2", State::Good));
    assert_snapshot!(answer(&facts, &settings()));
}

#[test]
fn one_of_another_python_in_range_is_kept() {
    let facts = with_venv(|facts| super::machines::have_venv(facts, "3.9.2", State::Good));
    assert_snapshot!(answer(&facts, &settings()));
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
    let why =
        "it was made as `/home/student/old/venv` and moved here; its scripts still point there";
    assert_snapshot!(answer(
        &with_venv(|facts| facts.venv.state = State::Broken(why.into())),
        &settings()
    ));
}

#[test]
fn one_that_belongs_to_root_is_not_touched_for_a_student() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.owner_uid = Some(0)), &settings()));
}

#[test]
fn one_that_belongs_to_root_is_not_touched_by_root_for_a_student_either() {
    let facts = with_venv(|facts| {
        let root = Account { name: "root".into(), uid: 0, gid: 0, home: "/root".into() };
        facts.rights.student = Some(std::mem::replace(&mut facts.rights.account, root));
        facts.venv.owner_uid = Some(0);
        facts.venv.state = State::Broken("its making was cut off".into());
    });
    assert_snapshot!(answer(&facts, &settings()));
}

#[test]
fn one_without_pip_gets_pip_and_what_it_lacks() {
    assert_snapshot!(answer(&with_venv(|facts| facts.venv.packages.clear()), &settings()));
}

#[test]
fn one_without_wheel_gets_wheel() {
    let facts = with_venv(|facts| {
        facts.venv.packages.remove("wheel");
    });
    assert_snapshot!(answer(&facts, &settings()));
}

#[test]
fn a_name_with_spaces_and_quotes_is_quoted_in_every_command() {
    let facts = with_venv(|facts| {
        facts.venv.state = State::Missing;
        facts.venv.folder = "/home/student/Kurs für 'Anfänger'/venv".into();
    });
    assert_snapshot!(answer(&facts, &settings()));
}
