//! Images: no question, no service started, nothing of the build left behind; in a chroot that has
//! nothing but its files.

use std::time::Duration;

use crate::machine::{Command, Machine};

const COLD: Duration = Duration::from_secs(420);
const POLICY: &str = "/usr/sbin/policy-rc.d";
/// Where a policy of somebody's waits meanwhile.
const KEPT: &str = "/usr/sbin/policy-rc.d.labready-kept";

/// A package with a service, as debhelper makes them: it is started by what asks policy-rc.d first.
/// A machine that has an init starts it.
const SERVICE: &str = r"
mkdir -p /srv/pool /tmp/deb/DEBIAN /tmp/deb/etc/init.d
printf '#!/bin/sh\n' >/sbin/init
printf '#!/bin/sh\ntouch /var/lib/started\n' >/tmp/deb/etc/init.d/lr-daemon
printf 'Package: lr-daemon\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >/tmp/deb/DEBIAN/control
cat >/tmp/deb/DEBIAN/postinst <<'END'
#!/bin/sh
touch /srv/postinst-runs
while [ -e /srv/waits ]; do sleep 0.1; done
invoke-rc.d lr-daemon start || exit 1
[ ! -e /srv/fails ]
END
chmod 0755 /sbin/init /tmp/deb/etc/init.d/lr-daemon /tmp/deb/DEBIAN/postinst
dpkg-deb --root-owner-group -b /tmp/deb /srv/pool/lr-daemon.deb
cd /srv/pool
dpkg-scanpackages . >Packages
echo 'deb [trusted=yes] file:/srv/pool ./' >/etc/apt/sources.list.d/own.list
apt-get update -q -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/own.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
";

const COURSE: &str = r#"
[course]
name = "One lab and a service"
python = ">=3.7, <3.14"
[packages]
python = ["{python}", "{python}-venv"]
build = ["lr-daemon"]
[venv]
folder = "venv"
packages = ["wheel"]
[[lab]]
script = "learning_tasks.py"
teaches = "Two tasks share the same second"
unit = "1s"
timeline = [{ at = 1, line = "Swiss: {stamp}" }, { at = 1, line = "Swiss: {stamp}" }]
ends = 1
"#;

/// A ready machine whose course wants a package with a service besides.
fn machine_with_a_service() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.shell(SERVICE);
    machine.write("/srv/course/course.toml", COURSE);
    machine.write("/srv/course/learning_tasks.py", include_str!("../../scripts/learning_tasks.py"));
    machine
}

/// The setup of an image.
fn build(machine: &Machine) -> Command<'_> {
    machine.labready(["setup", "--image", "--no-verify", "--course", "/srv/course"]).limit(COLD)
}

/// What stands where the policy is, and beside it.
fn policy(machine: &Machine) -> String {
    machine.shell(&format!("for f in {POLICY}*; do [ ! -e $f ] || stat -c '%n %a %u:%g %Y %i' $f; done; cat {POLICY}* || true"))
}

fn was_started(machine: &Machine) -> bool {
    machine.exists("/var/lib/started")
}

fn forget_the_service(machine: &Machine) {
    machine.run(["dpkg", "--purge", "lr-daemon"]);
    machine.run(["rm", "-f", "/var/lib/started", "/srv/postinst-runs"]);
}

#[test]
fn a_service_is_not_started_in_an_image_and_the_policy_is_as_before() {
    let machine = machine_with_a_service();
    build(&machine).run().succeeds().says("Install the build tools");
    assert!(machine.has_package("lr-daemon") && !was_started(&machine));
    assert_eq!(policy(&machine), "");

    // Somebody's own, in the image already, that says yes.
    forget_the_service(&machine);
    machine.write(POLICY, "#!/bin/sh\nexit 0\n");
    machine.shell(&format!("chmod 0750 {POLICY}; chown student:student {POLICY}"));
    let before = policy(&machine);
    build(&machine).run().succeeds();
    assert!(machine.has_package("lr-daemon") && !was_started(&machine));
    assert_eq!(policy(&machine), before);

    // On a machine that is no image it is started: the package is as meant.
    forget_the_service(&machine);
    machine
        .labready(["setup", "--yes", "--no-verify", "--course", "/srv/course"])
        .limit(COLD)
        .run()
        .succeeds();
    assert!(was_started(&machine));
    assert_eq!(policy(&machine), before);
}

#[test]
fn a_build_that_fails_or_is_interrupted_leaves_the_policy_as_it_was() {
    let machine = machine_with_a_service();
    machine.write("/srv/fails", "");
    build(&machine).run().exits(5).says("lr-daemon");
    assert_eq!((policy(&machine).as_str(), was_started(&machine)), ("", false));
    machine.run(["rm", "/srv/fails"]);
    forget_the_service(&machine);

    machine.write_program(POLICY, "#!/bin/sh\nexit 0\n");
    let before = policy(&machine);
    machine.write("/srv/waits", "");
    let mut running = build(&machine).start();
    running.waits_for("the package to be configured", |_| machine.exists("/srv/postinst-runs"));
    assert!(machine.exists(KEPT));
    machine.signal("labready", "INT");
    machine.run(["rm", "/srv/waits"]);
    running.finish().exits(130);
    assert_eq!((policy(&machine), was_started(&machine)), (before, false));
}

#[test]
fn a_build_that_was_killed_is_put_right_by_the_next_run_whatever_it_is_for() {
    let machine = machine_with_a_service();
    machine.write_program(POLICY, "#!/bin/sh\nexit 0\n");
    let before = policy(&machine);
    machine.write("/srv/waits", "");
    let mut running = build(&machine).start();
    running.waits_for("the package to be configured", |_| machine.exists("/srv/postinst-runs"));
    for program in ["labready", "apt-get", "dpkg", "lr-daemon.postinst"] {
        machine.signal(program, "KILL");
    }
    running.finish().exits(137);
    assert!(machine.exists(KEPT));
    machine.run(["rm", "/srv/waits"]);
    machine.shell("while pgrep dpkg; do sleep 0.1; done");

    build(&machine).run().succeeds();
    assert!(machine.has_package("lr-daemon") && !was_started(&machine));
    assert_eq!(policy(&machine), before);

    // Left by a run where there was none before: ours is known by what it says.
    machine.run(["cp", "-p", POLICY, "/srv/policy"]);
    machine
        .write(POLICY, "#!/bin/sh\n# Put here by labready while it works on this image, and taken away afterwards.\nexit 101\n");
    machine.labready(["undo", "--yes"]).limit(COLD).run().succeeds();
    assert_eq!(policy(&machine), "");
}

#[test]
fn a_chroot_that_has_nothing_but_its_files_becomes_ready_and_keeps_no_cache() {
    let machine = machine_with_a_service();
    // Without /proc, /sys and /dev/pts; what is mounted on the machine is not seen from there.
    machine.shell(
        "mkdir /mnt/image; mount --bind / /mnt/image; : >/mnt/image/srv/labready; \
         mount --bind /usr/local/sbin/labready /mnt/image/srv/labready",
    );
    machine.shell("[ ! -e /mnt/image/proc/1 ] && [ ! -e /mnt/image/dev/pts/ptmx ]");
    machine.run(["touch", "/var/cache/apt/archives/old_1_all.deb"]);
    let words = ["chroot", "/mnt/image", "/usr/bin/env", "--ignore-environment", "/srv/labready"];
    let image = |arguments: &[&str]| {
        let line = [words.as_slice(), arguments].concat().join(" ");
        machine
            .command(["sh", "-ec", &format!("exec {line}")])
            .env("TMPDIR", "/tmp/of-the-system-around")
            .limit(COLD)
            .run()
    };
    let setup = [
        "setup",
        "--image",
        "--clean",
        "--course",
        "/srv/course",
        "--owner",
        "student",
        "--no-verify",
        "--format",
        "json",
    ];
    let output = image(&setup);
    let report = output.succeeds().report();
    output.does_not_say("E: ").does_not_say("/dev/pts");
    assert_eq!(report["status"].as_str(), Some("ready"), "{output}");
    assert!(machine.has_package("lr-daemon") && !was_started(&machine));
    assert_eq!(machine.shell("ls /var/cache/apt/archives/*.deb /var/lib/apt/lists/*Packages* 2>&1 | grep -v cannot || true"), "");
    assert_eq!(machine.shell("find /home/student ! -user student -print"), "");
    machine.command(["venv/bin/python", "-c", "import pip, wheel"]).by_student().run().succeeds();

    // Again: nothing to do, apt is not started.
    machine.watch_package_programs();
    image(&setup).succeeds();
    // Without /proc nothing tells what held a script up: on a busy machine the judge says so, and
    // never that the lab failed.
    let verified = image(&["verify", "--course", "/srv/course", "--owner", "1000"]);
    match verified.code {
        0 => verified.says("The lab passed."),
        _ => verified.exits(3).says("Not measurable on this machine: run-queue delay"),
    };
    assert_eq!(machine.started(), Vec::<String>::new());
    assert!(machine.exists("/var/lib/labready/journal.jsonl"));
}

/// Says which groups a lab is run with.
const GROUPS: &str = "import os\nprint('groups:', os.getuid(), os.getgid(), os.getgroups())\n";

#[test]
fn the_owner_gets_the_environment_and_the_labs_and_none_of_roots_groups() {
    let machine = Machine::ready("bookworm");
    machine.write("/srv/learning_tasks.py", GROUPS);
    // Root has the groups of a login, as on any machine.
    let labready = ["setpriv", "--groups", "0,4,27", "/usr/local/sbin/labready"];
    let [program, groups, list, labready] = labready;
    let setup =
        [program, groups, list, labready, "setup", "--yes", "--no-verify", "--owner", "student"];
    machine.command(setup).run().succeeds().says("/home/student/venv");
    assert_eq!(machine.shell("find /home/student ! -user student -o ! -group student"), "");
    let lab =
        [program, groups, list, labready, "verify", "--owner", "student", "/srv/learning_tasks.py"];
    machine.command(lab).run().exits(1).says("groups: 1000 1000 []");
    machine
        .labready(["undo", "--yes", "--venv", "/home/student/venv"])
        .limit(COLD)
        .run()
        .succeeds();
    assert!(!machine.exists("/home/student/venv"));
}

#[test]
fn an_owner_who_cannot_be_one_is_a_usage_error_and_a_folder_that_is_not_theirs_is_named() {
    let machine = Machine::ready("bookworm");
    let tree = machine.tree();
    machine
        .labready(["setup", "--yes", "--owner", "nobody-here"])
        .run()
        .exits(2)
        .says("nobody-here")
        .says("useradd");
    machine
        .labready(["plan", "--owner", "root"])
        .by_student()
        .run()
        .exits(2)
        .says("only root can work for another account");
    machine
        .labready(["plan", "--owner", "student"])
        .by_student()
        .run()
        .succeeds()
        .says("/home/student/venv");
    machine.labready(["setup", "--image"]).by_student().run().exits(2).says("needs root");
    machine.labready(["setup", "--clean"]).run().exits(2).says("--image");
    tree.is_the_same_as(&machine.tree());
    let output =
        machine.labready(["setup", "--yes", "--owner", "student", "--venv", "/root/theirs"]).run();
    output
        .exits(1)
        .says("`/root/theirs` is not readable for the account that would use it")
        .says("--venv DIR");
}
