//! Root runs nothing that another account could have written or exchanged: it becomes that account,
//! or refuses.

use crate::machine::Machine;

/// Says who ran it, and goes on as Python.
const SPY: &str = "#!/bin/sh\nid -u >>/tmp/ran-as\nexec /usr/bin/python3.11 \"$@\"\n";

/// A machine on which `ada` has an environment of her own, whose Python writes down who runs it.
fn with_ada() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.shell("useradd --create-home ada; install -m 666 /dev/null /tmp/ran-as");
    let setup = machine.labready(["setup", "--yes", "--no-verify", "--owner", "ada"]);
    setup.within("/home/ada").run().succeeds();
    machine.write("/home/ada/spy", SPY);
    machine.shell(
        "chmod 755 /home/ada/spy; rm /home/ada/venv/bin/python3.11; mv /home/ada/spy /home/ada/venv/bin/python3.11; chown -h ada: /home/ada/venv/bin/*",
    );
    machine.shell("cd /home/ada/venv/bin; rm python; cp python3.11 python; chown ada: python");
    machine
}

/// The uids that ran her Python, each once.
fn ran_as(machine: &Machine) -> String {
    machine.shell("sort -u /tmp/ran-as; : >/tmp/ran-as")
}

fn ada(machine: &Machine) -> String {
    machine.shell("id -u ada")
}

#[test]
fn root_runs_a_students_python_as_the_student() {
    let machine = with_ada();
    let expected = ada(&machine);
    for arguments in [["verify", "--color=never"], ["doctor", "--labs"]] {
        machine.labready(arguments).within("/home/ada").run();
        assert_eq!(ran_as(&machine), expected, "{arguments:?}");
    }
    // An instructor, by sudo.
    let uid = machine.shell("id -u student");
    machine
        .labready(["verify", "--venv", "/home/ada/venv"])
        .env("SUDO_UID", uid.trim())
        .env("SUDO_GID", uid.trim())
        .env("SUDO_USER", "student")
        .run();
    assert_eq!(ran_as(&machine), expected);
    machine.labready(["setup", "--yes"]).within("/home/ada").run();
    assert_eq!(ran_as(&machine), expected);
}

#[test]
fn a_students_environment_in_roots_eyes_is_the_students_and_not_to_be_given_to_root() {
    let machine = Machine::ready("bookworm");
    machine.labready(["setup", "--yes"]).by_student().run().succeeds();
    let doctor = machine.labready(["doctor"]).within("/home/student").run();
    doctor.succeeds().does_not_say("chown");
    // What root makes there is the student's, too.
    machine.run(["rm", "-r", "/home/student/venv"]);
    machine.labready(["setup", "--yes"]).within("/home/student").run().succeeds();
    let owners = machine.shell("find /home/student ! -user student -print");
    assert_eq!(owners, "", "not the student's own");
}

#[test]
fn a_script_of_roots_is_not_run_where_others_can_put_a_module_beside_it() {
    let machine = Machine::ready("bookworm");
    machine.shell("useradd ada; install -m 666 /dev/null /tmp/ran-as");
    machine.write("/tmp/learning_tasks.py", "import datetime\n");
    machine.write(
        "/tmp/datetime.py",
        "import os; open('/tmp/ran-as', 'a').write(f'{os.getuid()}\\n')\n",
    );
    machine.shell("chown ada: /tmp/datetime.py");
    machine
        .labready(["verify", "/tmp/learning_tasks.py"])
        .run()
        .exits(2)
        .says("error[path-shared]: other accounts can change `/tmp`, so root runs nothing there");
    machine.labready(["course", "new", "/tmp/learning_tasks.py"]).run().exits(2);
    assert_eq!(ran_as(&machine), "");
    // Who is named runs it as that account.
    machine.labready(["verify", "--owner", "ada", "/tmp/learning_tasks.py"]).run();
    assert_eq!(ran_as(&machine), ada(&machine));
}

#[test]
fn a_folder_that_is_exchanged_while_root_works_leads_to_nothing_of_roots() {
    let machine = with_ada();
    // pip has something to do in it.
    machine.shell("mv /home/ada/venv /home/ada/kept; rm -r /home/ada/kept/lib/python3.11/site-packages/wheel*");
    machine.write(
        "/home/ada/exchange.py",
        "import ctypes\nlibc = ctypes.CDLL(None)\nwhile True:\n    libc.renameat2(-100, b'/home/ada/venv', -100, b'/home/ada/evil', 2)\n",
    );
    let tree = machine.tree().below("/root").without(&["/root/venv"]);
    let laid = "cd /home/ada; rm -rf venv evil; cp -a kept evil; install -d -o ada venv";
    let exchanging = "setpriv --reuid=ada --clear-groups /usr/bin/python3.11 /home/ada/exchange.py & echo $! >/run/exchanging";
    // Often enough that her Python is met.
    for round in 0..20 {
        machine.shell(laid);
        machine.shell(exchanging);
        machine.labready(["setup", "--yes", "--no-verify"]).within("/home/ada").run();
        machine.labready(["undo", "--yes", "--venv", "/home/ada/venv"]).within("/home/ada").run();
        machine.shell("kill $(cat /run/exchanging)");
        if round > 0 && !machine.read("/tmp/ran-as").is_empty() {
            break;
        }
    }
    assert_eq!(ran_as(&machine), ada(&machine));
    tree.is_the_same_as(&machine.tree().below("/root").without(&["/root/venv"]));
}

#[test]
fn scripts_that_root_runs_are_not_put_where_another_account_names_the_folder() {
    let machine = Machine::ready("bookworm");
    machine.shell("useradd --create-home ada; install -d -o ada /home/ada/tmp; touch -d '1 hour ago' /home/ada/tmp");
    let before = machine.shell("stat -c %y /home/ada/tmp");
    machine.labready(["verify"]).env("TMPDIR", "/home/ada/tmp").run().succeeds();
    assert_eq!(machine.shell("stat -c %y /home/ada/tmp"), before);
}

#[test]
fn an_interpreter_that_another_account_can_change_is_not_started_by_root() {
    let machine = Machine::ready("bookworm");
    machine.shell("useradd ada; install -m 666 /dev/null /tmp/ran-as; install -d -o ada /opt/ada");
    machine.write_program("/opt/ada/python3.12", SPY);
    machine.link("/opt/ada/python3.12", "/usr/local/bin/python3.12");
    machine
        .labready(["plan", "-v"])
        .run()
        .succeeds()
        .says("can be changed by other accounts, so root does not start it");
    machine.labready(["doctor"]).run().succeeds();
    assert_eq!(ran_as(&machine), "");
    // Named, it is hers, and so is what it makes.
    machine.labready(["plan", "--python", "/opt/ada/python3.12"]).run();
    assert_eq!(ran_as(&machine), ada(&machine));
}

#[test]
fn the_labs_of_a_course_that_another_account_can_change_run_as_that_account() {
    let machine = Machine::ready("bookworm");
    machine.shell(
        "useradd --create-home ada; install -m 666 /dev/null /tmp/ran-as; mkdir /home/ada/course",
    );
    machine.write(
        "/home/ada/course/first.py",
        "import os\nopen('/tmp/ran-as', 'a').write(f'{os.getuid()}\\n')\nprint('one')\n",
    );
    machine.shell("cd /home/ada/course; labready course new first.py >/root/course.toml; mv /root/course.toml .; chown -R ada: .; : >/tmp/ran-as");
    machine.labready(["setup", "--yes", "--no-verify", "--venv", "/opt/venv"]).run().succeeds();
    let verify = ["verify", "--venv", "/opt/venv", "--course", "/home/ada/course"];
    machine.labready(verify).run().succeeds();
    assert_eq!(ran_as(&machine), ada(&machine));
}

#[test]
fn undo_removes_a_folder_in_a_students_home_as_the_student_and_none_that_several_can_exchange() {
    let machine = Machine::ready("bookworm");
    machine.shell("useradd --create-home ada; mkdir /srv/class");
    machine
        .labready(["setup", "--yes", "--no-verify", "--venv", "/srv/class/venv"])
        .run()
        .succeeds();
    machine.labready(["setup", "--yes", "--no-verify"]).within("/home/ada").run().succeeds();
    // As a journal of an earlier version has it, where root made it.
    machine.shell("sed -i '/home.ada/s/\"account\":{[^}]*}/\"account\":null/' /var/lib/labready/journal.jsonl; chmod 1777 /srv; chmod 777 /srv/class");
    machine.labready(["undo", "--yes", "--venv", "/home/ada/venv"]).run().succeeds();
    assert!(!machine.exists("/home/ada/venv"));
    machine
        .labready(["undo", "--yes", "--venv", "/srv/class/venv"])
        .run()
        .says("`/srv/class/venv` stays")
        .says("in a place that several accounts can change");
    assert!(machine.exists("/srv/class/venv/bin/python"));
}

#[test]
fn what_a_script_leaves_behind_is_gone_when_somebody_insists_on_the_end() {
    let machine = Machine::ready("bookworm");
    machine.write(
        "/srv/learning_tasks.py",
        "import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp('sleep', ['sleep', '4343'])
    os._exit(0)
time.sleep(60)
",
    );
    let mut running = machine.labready(["verify", "learning_tasks.py"]).within("/srv").start();
    running.waits_for("the script", |_| machine.is_alive("sleep"));
    // Two that cannot become one on their way.
    machine.shell("for signal in INT TERM; do kill -$signal $(pidof labready); done");
    running.finish().exits(130);
    assert!(!machine.is_alive("sleep"), "{:?}", machine.processes());
}

#[test]
fn what_a_script_leaves_behind_is_gone_when_labready_ends() {
    let machine = Machine::ready("bookworm");
    machine.write(
        "/srv/learning_tasks.py",
        "import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp('sleep', ['sleep', '4242'])
    os._exit(0)
here = os.getcwd()
os.mkdir('/tmp/closed')
for _ in range(3000):
    os.mkdir('d')
    os.chdir('d')
",
    );
    machine.shell("cp /srv/learning_tasks.py /home/student/; chown student: /home/student/*.py");
    machine.labready(["setup", "--yes", "--no-verify"]).by_student().run().succeeds();
    machine.labready(["verify", "learning_tasks.py"]).within("/home/student").run().exits(1);
    let left = machine.processes().into_iter().find(|words| words.contains("4242"));
    assert_eq!(left, None);
    // The labs of a course have a folder of their own in /tmp.
    machine.shell("rm -r /home/student/d; mkdir /srv/course; rmdir /tmp/closed");
    machine.write("/srv/course/first.py", "import os\nprint('one')\n");
    machine.shell(
        "cd /srv/course; labready course new first.py >/root/course.toml; mv /root/course.toml .",
    );
    machine.write(
        "/srv/course/first.py",
        "import os\nos.makedirs('closed/in'); os.chmod('closed', 0)\nfor _ in range(3000):\n    os.mkdir('d'); os.chdir('d')\nprint('one')\n",
    );
    machine.shell("chmod 755 /srv/course; chmod 644 /srv/course/*; rm -rf /tmp/labready-*");
    machine.labready(["verify", "--course", "/srv/course"]).by_student().run();
    assert_eq!(machine.shell("ls -A /tmp"), "");
}
