//! Whoever can change what Python imports is whom it runs as, however that account reaches it.

use crate::machine::{Machine, Output};

/// Writes down who imports it.
const SPY: &str = "import os; open('/tmp/ran-as', 'a').write(f'{os.getuid()}\\n')\n";

/// Ada, and a script of root's in a folder of root's.
fn with_ada() -> Machine {
    let machine = Machine::ready("bookworm");
    machine
        .shell("useradd --create-home ada; install -m 666 /dev/null /tmp/ran-as; mkdir /srv/lab");
    machine.write("/srv/lab/learning_tasks.py", "import helper\n");
    machine.write("/srv/lab/helper.py", SPY);
    machine
}

/// The uids that ran the spy, each once.
fn ran_as(machine: &Machine) -> String {
    machine.shell("sort -u /tmp/ran-as; : >/tmp/ran-as")
}

fn verify(machine: &Machine) -> Output {
    let verify = ["verify", "--python", "/usr/bin/python3.11", "/srv/lab/learning_tasks.py"];
    machine.labready(verify).run()
}

#[test]
fn by_an_access_control_list_or_a_module_of_her_own() {
    let machine = with_ada();
    let ada = machine.shell("id -u ada");
    verify(&machine);
    assert_eq!(ran_as(&machine), "0\n");
    machine.shell("chown ada: /srv/lab/helper.py");
    verify(&machine);
    assert_eq!(ran_as(&machine), ada);
    // What `setfacl -m u:ada:rwx` writes.
    machine.shell("chown root: /srv/lab/helper.py");
    machine.write(
        "/root/setfacl.py",
        "import os, pwd, struct\nada = pwd.getpwnam('ada').pw_uid\nnobody = 2**32 - 1\nentries = [(1, 7, nobody), (2, 7, ada), (4, 5, nobody), (16, 7, nobody), (32, 5, nobody)]\nacl = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)\nos.setxattr('/srv/lab', 'system.posix_acl_access', acl)\n",
    );
    machine.run(["python3.11", "/root/setfacl.py"]);
    verify(&machine);
    assert_eq!(ran_as(&machine), ada);
}

#[test]
fn by_a_group_that_a_name_service_may_put_her_into() {
    let machine = with_ada();
    machine.shell("chgrp users /srv/lab; chmod 775 /srv/lab");
    verify(&machine);
    assert_eq!(ran_as(&machine), "0\n");
    machine.write("/etc/nsswitch.conf", "passwd: files sss\ngroup: files sss\n");
    verify(&machine).exits(2).says("other accounts can change `/srv/lab`");
    assert_eq!(ran_as(&machine), "");
}

#[test]
fn by_the_site_packages_of_a_virtual_environment_that_is_roots_otherwise() {
    let machine = with_ada();
    machine.labready(["setup", "--yes", "--venv", "/opt/venv"]).run().succeeds();
    machine.write("/opt/venv/lib/python3.11/site-packages/x.pth", SPY);
    machine.shell("chown -R ada: /opt/venv/lib/python3.11/site-packages");
    machine.labready(["doctor", "--labs", "--venv", "/opt/venv"]).run();
    assert_eq!(ran_as(&machine), machine.shell("id -u ada"));
    let python = ["verify", "--python", "/opt/venv/bin/python"];
    machine.labready(python).run();
    assert_eq!(ran_as(&machine), machine.shell("id -u ada"));
}

#[test]
fn the_home_that_root_was_left_with_is_not_where_roots_python_looks() {
    let machine = with_ada();
    let site = "/home/ada/.local/lib/python3.11/site-packages";
    machine.shell(&format!("mkdir -p {site}; chown -R ada: /home/ada/.local"));
    machine.write(&format!("{site}/x.pth"), SPY);
    let verify = ["verify", "--python", "/usr/bin/python3.11"];
    machine.labready(verify).env("HOME", "/home/ada").run().succeeds();
    assert_eq!(ran_as(&machine), "");
}

#[test]
fn who_names_root_as_the_owner_gets_no_others_code() {
    let machine = with_ada();
    machine.shell("chown ada: /srv/lab");
    let owner = ["verify", "--owner", "root", "/srv/lab/learning_tasks.py"];
    machine.labready(owner).run().exits(2).says("other accounts can change `/srv/lab`");
    assert_eq!(ran_as(&machine), "");
}

#[test]
fn a_course_is_drafted_where_its_author_may_write() {
    let machine = with_ada();
    machine.shell("mkdir /root/only; cp /srv/lab/* /home/ada; ln -s /root/only /home/ada/out; chown -hR ada: /home/ada");
    let draft = ["course", "new", "learning_tasks.py", "-o", "out"];
    machine.labready(draft).within("/home/ada").run().exits(3);
    assert_eq!(machine.shell("ls -A /root/only"), "");
    let draft = ["course", "new", "learning_tasks.py", "-o", "drafted"];
    machine.labready(draft).within("/home/ada").run().succeeds();
    assert_eq!(machine.shell("find /home/ada/drafted ! -user ada"), "");
}

#[test]
fn a_bundle_that_she_can_change_is_not_installed_by_root() {
    let machine = with_ada();
    machine.shell("mkdir /srv/bundle; touch /srv/bundle/bundle.json; chown ada: /srv/bundle/*");
    let setup = ["setup", "--yes", "--bundle", "/srv/bundle"];
    machine
        .labready(setup)
        .run()
        .exits(2)
        .says("other accounts can change `/srv/bundle/bundle.json`");
}
