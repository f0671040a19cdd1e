//! Accounts that no line of /etc/passwd names, as rooms with LDAP or SSSD have them: a real module of the
//! name services, and a real sudo.

use std::time::Duration;

use crate::machine::Machine;

const COLD: Duration = Duration::from_secs(420);

/// alice, 5000, is known to the name services alone; sudo asks her for no password.
const ALICE: &str = r#"
echo 'alice:x:5000:5001:Alice:/home/alice:/bin/bash' >/var/lib/extrausers/passwd
echo 'class:x:5001:' >/var/lib/extrausers/group
echo 'alice:*:19000:0:99999:7:::' >/var/lib/extrausers/shadow
sed -i -E 's/^(passwd|group|shadow):.*/\1: files extrausers/' /etc/nsswitch.conf
install -d -o 5000 -g 5001 /home/alice /home/alice/course
echo 'alice ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/alice
chmod 0440 /etc/sudoers.d/alice
"#;

#[test]
fn an_account_that_only_the_name_services_know_is_a_student_like_any_other() {
    let machine = Machine::ready("bookworm");
    machine.apt_install(["sudo", "libnss-extrausers"]);
    machine.shell(ALICE);
    let tree = machine.tree().without(&["/home", "/run", "/var", "/tmp"]);
    let as_alice = |line: &str| {
        let entering = format!("cd /home/alice/course; HOME=/home/alice exec {line}");
        let words = ["setpriv", "--reuid=5000", "--regid=5001", "--clear-groups", "sh", "-c"];
        let [setpriv, uid, gid, groups, shell, option] = words;
        machine
            .command([setpriv, uid, gid, groups, shell, option, entering.as_str()])
            .limit(COLD)
            .run()
    };

    let output = as_alice("sudo /usr/local/sbin/labready setup --yes --no-verify --format json");
    assert_eq!(output.succeeds().report()["status"], "ready", "{output}");
    assert!(machine.exists("/home/alice/course/venv/bin/pip"));

    let venv = "/home/alice/venv";
    let by_number = ["setup", "--yes", "--no-verify", "--owner", "5000", "--venv", venv];
    machine.labready(by_number).limit(COLD).run().succeeds();
    assert!(machine.exists("/home/alice/venv/bin/pip"));
    let others =
        machine.shell("find /home/alice ! -user 5000 -print; find /home/alice ! -group 5001");
    assert_eq!(others, "", "not alice's own");
    tree.is_the_same_as(&machine.tree().without(&["/home", "/run", "/var", "/tmp"]));

    machine.labready(["plan", "--owner", "6000"]).run().exits(2).says("there is no account `6000`");
    // The name services are gone in the middle of the day.
    machine.run(["rm", "/var/lib/extrausers/passwd"]);
    let names = [("SUDO_UID", "5000"), ("SUDO_GID", "5001"), ("SUDO_USER", "alice")];
    let sudo = names.into_iter().fold(
        machine.labready(["setup", "--yes"]).within("/home/alice"),
        |command, (name, value)| command.env(name, value),
    );
    sudo.run().exits(2).says("does not know the account that ran sudo: `alice` (user 5000)");
}
