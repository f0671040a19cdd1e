//! Whom root works for, on a machine whose accounts are not all in /etc/passwd.

use std::collections::BTreeMap;
use std::fs;

use labready::error::Result;
use labready::host::{Account, Host};
use tempfile::TempDir;

use super::running::write_program;

/// getent of a machine where LDAP knows alice; it writes down what it is asked.
const GETENT: &str = r#"#!/bin/sh
echo "$*" >>asked
case "$3" in
alice|5000) echo "alice:*:5000:600:Alice:/home/alice:/bin/bash" ;;
*) exit 2 ;;
esac
"#;
const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/sh\n";

struct Machine {
    root: TempDir,
}

impl Machine {
    fn with_getent(program: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["etc", "usr/bin", "home/carol"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("etc/passwd"), PASSWD).unwrap();
        write_program(&root.path().join("usr/bin/getent"), program);
        Self { root }
    }

    /// Root at work, with these variables of sudo.
    fn sudo(&self, variables: &[(&str, &str)]) -> Host {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment: BTreeMap<_, _> = variables.iter().map(owned).collect();
        Host::in_folder(self.root.path(), environment).run_by(0)
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.root.path().join("asked")).unwrap_or_default()
    }
}

fn shown(found: Result<Option<Account>>) -> String {
    match found {
        Ok(Some(account)) => {
            let Account { name, uid, gid, home } = account;
            format!("{name} {uid}:{gid} {}", home.display())
        }
        Ok(None) => "nobody".into(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn an_account_of_ldap_is_asked_of_getent_once_and_one_of_the_machine_never() {
    let machine = Machine::with_getent(GETENT);
    let bob = machine.sudo(&[("SUDO_UID", "1001"), ("SUDO_GID", "1001"), ("SUDO_USER", "bob")]);
    assert_eq!(shown(bob.student()), "bob 1001:1001 /home/bob");
    assert_eq!(shown(bob.account_named("1001")), "bob 1001:1001 /home/bob");
    assert_eq!(machine.asked(), "");

    let alice = machine.sudo(&[("SUDO_UID", "5000"), ("SUDO_GID", "5000"), ("SUDO_USER", "x")]);
    for _ in 0..2 {
        assert_eq!(shown(alice.student()), "alice 5000:600 /home/alice");
    }
    assert_eq!(shown(alice.account_named("5000")), "alice 5000:600 /home/alice");
    assert_eq!(machine.asked(), "passwd -- 5000\n");
    assert_eq!(shown(alice.account_named("alice")), "alice 5000:600 /home/alice");
    assert_eq!(shown(alice.account_named("--help")), "nobody");
    assert_eq!(shown(alice.account_named("6000")), "nobody");
}

#[test]
fn an_account_that_nobody_knows_is_the_one_that_sudo_says_and_never_root() {
    let getents = ["#!/bin/sh\nexit 2\n", "#!/bin/sh\necho root:x:0:0::/root:/bin/sh\n", ""];
    for program in getents {
        let machine = Machine::with_getent(program);
        let carol = |more: &[(&str, &str)]| {
            let known = [("SUDO_UID", "5001"), ("SUDO_GID", "601"), ("SUDO_USER", "carol")];
            let host = machine.sudo(&[known.as_slice(), more].concat());
            shown(host.with_owner("/home/carol".as_ref(), 5001).student())
        };
        assert_eq!(carol(&[("SUDO_HOME", "/home/carol")]), "carol 5001:601 /home/carol");
        let refused = carol(&[]);
        assert_eq!(
            refused,
            "this machine does not know the account that ran sudo: `carol` (user 5001)"
        );
        // A folder of somebody else's, as in a chroot.
        assert_eq!(carol(&[("SUDO_HOME", "/etc")]), refused);
    }
}

#[test]
fn root_without_sudo_works_for_root() {
    let machine = Machine::with_getent(GETENT);
    assert_eq!(shown(machine.sudo(&[]).student()), "nobody");
    assert_eq!(shown(machine.sudo(&[("SUDO_UID", "0")]).student()), "nobody");
}
