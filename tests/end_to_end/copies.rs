//! Students' own copies: judged in their own folder, as their owner, matched to labs by name.

use std::time::Duration;

use crate::machine::Machine;

const TASKS: &str = include_str!("../../scripts/learning_tasks.py");

/// The usual mistake: each task is awaited before the next one is made.
fn one_by_one() -> String {
    let wrong = TASKS
        .replace(
            "    first = asyncio.create_task(swiss())\n    second = asyncio.create_task(swiss())\n",
            "",
        )
        .replace(
            "    await asyncio.gather(first, second)\n",
            "    await swiss()\n    await swiss()\n",
        );
    assert_ne!(wrong, TASKS);
    wrong
}

fn give_to_student(machine: &Machine, name: &str, text: &str) {
    machine.write(&format!("/home/student/{name}"), text);
    machine.run(["chown", "-R", "student:student", "/home/student"]);
}

#[test]
fn a_students_copy_is_judged_and_the_mistake_is_named() {
    let machine = Machine::ready("bookworm");
    give_to_student(&machine, "learning_tasks.py", TASKS);
    let verify = |arguments: [&str; 2]| machine.labready(arguments).by_student().run();
    verify(["verify", "learning_tasks.py"])
        .succeeds()
        .says("pass")
        .says("learning_tasks.py")
        .does_not_say("advanced_event_loop");

    let bare = || machine.labready(["verify"]).by_student().within("/home/student").run();
    bare().succeeds().says("1 of 4 labs checked, passed: your file in `/home/student`");
    machine
        .labready(["verify"])
        .by_student()
        .within("/tmp")
        .run()
        .succeeds()
        .says("All 4 labs passed. These are the course's own scripts; none of yours are in `/tmp`");

    give_to_student(
        &machine,
        "learning_tasks.py",
        &TASKS.replace("asyncio.sleep", "asyncio.Sleep"),
    );
    bare()
        .exits(1)
        .says("`asyncio` has no `Sleep`, but it has `sleep`")
        .says("AttributeError: module 'asyncio' has no attribute 'Sleep'")
        .says("learning_tasks.py is not right yet")
        .does_not_say("Not ready");

    give_to_student(&machine, "learning_tasks.py", &one_by_one());
    verify(["verify", "learning_tasks.py"])
        .exits(1)
        .says("FAIL")
        .says("one after the other")
        .says("hint: ");
}

#[test]
fn a_file_of_another_name_is_judged_when_its_lab_is_told() {
    let machine = Machine::ready("bookworm");
    give_to_student(&machine, "homework 1.py", TASKS);
    machine
        .labready(["verify", "homework 1.py"])
        .by_student()
        .run()
        .exits(2)
        .says("--lab NAME")
        .says("learning_tasks");
    machine
        .labready(["verify", "--lab", "learning_tasks", "homework 1.py"])
        .by_student()
        .run()
        .succeeds()
        .says("homework 1.py");
    machine
        .labready(["verify", "--lab", "nonsense", "homework 1.py"])
        .by_student()
        .run()
        .exits(2)
        .says("the course has no lab `nonsense`");
    machine
        .labready(["verify", "nowhere/learning_tasks.py"])
        .by_student()
        .run()
        .exits(2)
        .says("no such file: `nowhere/learning_tasks.py`");
}

#[test]
fn root_runs_a_students_copy_as_the_student_and_follows_no_link() {
    let machine = Machine::ready("bookworm");
    let telling = format!("open('who', 'w').close()\n{TASKS}");
    give_to_student(&machine, "learning_tasks.py", &telling);
    machine
        .labready(["verify", "/home/student/learning_tasks.py"])
        .run()
        .exits(3)
        .says("--python PATH");
    let verify = ["verify", "--python", "/usr/bin/python3.11", "/home/student/learning_tasks.py"];
    machine.labready(verify).run().succeeds();
    let owner = machine.run(["stat", "-c", "%U", "/home/student/who"]);
    assert_eq!(owner, "student\n", "root ran a student's code as root");

    machine.link("/root/secret.py", "/home/student/learn_async_sleep.py");
    machine
        .labready(["verify", "/home/student/learn_async_sleep.py"])
        .run()
        .exits(2)
        .says("it is a link");
}

#[test]
fn a_neighbour_that_hides_a_module_of_pythons_own_is_named() {
    let machine = Machine::ready("bookworm");
    give_to_student(&machine, "learning_tasks.py", TASKS);
    give_to_student(&machine, "asyncio.py", "print('my first asyncio')\n");
    machine
        .labready(["verify", "learning_tasks.py"])
        .by_student()
        .run()
        .exits(1)
        .says("asyncio.py");
}

#[test]
fn watch_judges_again_on_every_save_until_ctrl_c() {
    let machine = Machine::ready("bookworm");
    give_to_student(&machine, "learning_tasks.py", TASKS);
    let mut running = machine
        .labready(["verify", "--watch", "learning_tasks.py"])
        .by_student()
        .on_a_terminal()
        .start();
    running.sees("1 of 4 labs checked, passed");
    give_to_student(&machine, "learning_tasks.py", &one_by_one());
    running.sees("learning_tasks.py is not right yet");
    running.types("\x03");
    let output = running.finish();
    output.exits(130);
    assert_eq!(machine.processes(), Vec::<String>::new());
    machine.labready(["verify", "--watch"]).run().exits(2).says("needs a file to watch");
}

#[test]
fn the_judge_proves_on_this_machine_that_it_can_tell_serial_from_side_by_side() {
    let machine = Machine::ready("bookworm");
    let output = machine.labready(["verify", "--selftest"]).limit(Duration::from_secs(180)).run();
    output.succeeds().says("all 8 scripts were judged correctly");
}
