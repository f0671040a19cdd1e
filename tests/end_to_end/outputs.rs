//! Reports and logs of root: in another account's folder they are that account's, no link of somebody
//! else's is followed, and devices stay devices.

use crate::machine::Machine;

#[test]
fn root_writes_into_a_students_folder_as_the_student_and_follows_no_link_out_of_it() {
    let machine = Machine::fresh("bookworm");
    machine.write("/root/.bashrc", "# mine\n");
    let plant =
        "ln -s /root/.bashrc log; ln -s /root/.bashrc report; ln -s /root/new made; echo old > own";
    machine.command(["sh", "-ec", &format!("cd ~; {plant}")]).by_student().run().succeeds();
    let plan = |option: &str| {
        let line = format!("cd /home/student; labready plan {option}");
        machine.command(["sh", "-c", &line]).run()
    };
    for option in ["--log log", "--report ndjson=log", "--report json=report", "--log made"] {
        let output = plan(option);
        output.exits(2).says("error: could not");
    }
    assert_eq!(machine.read("/root/.bashrc"), "# mine\n");
    assert!(!machine.exists("/root/new"));
    plan("--report json=own --log new --report json=/tmp/report");
    let owners = machine.shell("cd /home/student; stat -c %U own new /tmp/report");
    assert_eq!(owners, "student\nstudent\nroot\n");
}

#[test]
fn what_a_student_has_put_into_tmp_is_no_log_of_roots() {
    let machine = Machine::fresh("bookworm");
    machine.write("/root/.bashrc", "# mine\n");
    // Debian forbids this by fs.protected_hardlinks; other kernels do not.
    machine.run(["ln", "/root/.bashrc", "/tmp/hard"]);
    machine.command(["sh", "-ec", "ln -s /root/.bashrc /tmp/soft"]).by_student().run().succeeds();
    machine.run(["install", "-d", "-m", "0777", "/srv/shared"]);
    for log in ["/tmp/hard", "/tmp/soft", "/srv/shared/log"] {
        machine.labready(["plan", "--log", log]).run().exits(2);
    }
    assert_eq!(machine.read("/root/.bashrc"), "# mine\n");
    machine.labready(["plan", "--log", "/tmp/mine"]).run();
    assert!(machine.read("/tmp/mine").contains("\"event\":\"started\""));
}

#[test]
fn devices_are_written_into_and_stay_devices() {
    let machine = Machine::fresh("bookworm");
    let options = "--report json=/dev/null --report ndjson=/dev/null --log /dev/null";
    machine.shell(&format!("labready plan {options} || true"));
    assert_eq!(machine.shell("stat -c %F /dev/null"), "character special file\n");
    let full = machine.labready(["plan", "--report", "json=/dev/full"]).run();
    full.says("No space left on device");
    machine.run(["mknod", "/srv/disk", "b", "7", "200"]);
    machine.labready(["plan", "--report", "json=/srv/disk"]).run().exits(2);
    let log = machine.labready(["plan", "--log", "/dev/full"]).run();
    log.says("could not write `/dev/full`: No space left on device");
    let substituted = "labready plan --log >(grep -c started >/tmp/count; : >/tmp/counted) > /dev/null; until [ -e /tmp/counted ]; do sleep 0.05; done; cat /tmp/count";
    assert_eq!(machine.run(["bash", "-c", substituted]), "1\n");
}
