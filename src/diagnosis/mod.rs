//! What is wrong with a machine: facts → findings, each with its evidence and what mends it. Pure.

use crate::apt::alternatives::LINK;
use crate::error::Error;
use crate::facts::Facts;
use crate::facts::alternatives::Link;
use crate::facts::disk::{FULL, read_only_finding};
use crate::facts::system_python::REPAIR;
use crate::facts::venv::State;
use crate::host::quoted_line;
use crate::plan::{self, Action, Plan};
use crate::problem::{AptProblem, Id, ProblemRecord, Severity};

/// Less free space than this is little, in bytes: a course's packages take some hundred megabytes.
const LITTLE: u64 = 500 << 20;

/// Everything that is wrong, or worth knowing, whatever the course wants.
pub fn diagnose(facts: &Facts) -> Vec<ProblemRecord> {
    let one_each = [
        facts.system_python.finding(),
        interrupted(facts),
        end_of_life(facts),
        disk(facts),
        venv_of_another(facts),
        broken_venv(facts),
        in_use(facts),
        facts.cloud_init.finding(),
    ];
    let mut findings: Vec<ProblemRecord> = one_each.into_iter().flatten().collect();
    if facts.packages_are_at_rest() {
        findings.extend(
            facts.packages.half_done.iter().map(|(name, state)| broken_package(name, state)),
        );
    }
    findings.extend(facts.disk.read_only.iter().map(|mount| read_only_finding(mount)));
    findings.extend(dangling(facts));
    findings
}

/// What setup would do, or why it would stop, where [`diagnose`] does not say so already.
pub fn setup(planned: &Result<Plan, Error>, facts: &Facts) -> Option<ProblemRecord> {
    match planned {
        Ok(plan) if plan.is_empty() => None,
        Err(Error::Broken { .. }) => None,
        Err(Error::InTheWay { .. }) if venv_of_another(facts).is_some() => None,
        Err(Error::InTheWay { .. }) if foreign_link(facts).is_some() => foreign_link(facts),
        Ok(plan) => {
            let count = plan.steps.len() + plan.open.len();
            let title = if count == 1 {
                "setup has one step to do".to_owned()
            } else {
                format!("setup has {count} steps to do")
            };
            let titles =
                plan.steps.iter().map(|step| step.title.clone()).chain(plan.open.iter().cloned());
            let detail = titles.collect::<Vec<_>>().join("; ");
            Some(ProblemRecord::error(Id::SetupPending, title, detail).mended_by("labready setup"))
        }
        Err(error) => Some(ProblemRecord::error(
            Id::SetupStops,
            error.to_string(),
            error.hint().unwrap_or_default(),
        )),
    }
}

/// A package that dpkg left half-done.
pub fn broken_package(name: &str, state: &str) -> ProblemRecord {
    let title = format!("the package `{name}` is {state}");
    let finding = ProblemRecord::warning(
        Id::PackageHalfInstalled,
        title,
        "apt tries to finish it each time, and fails for as long as it cannot",
    );
    finding.mended_by_root(AptProblem::finish(name, state))
}

fn interrupted(facts: &Facts) -> Option<ProblemRecord> {
    let detail = "it left its notes in /var/lib/dpkg/updates, and no package can be installed or removed until it is finished";
    let finding = ProblemRecord::error(Id::DpkgInterrupted, "dpkg was interrupted", detail);
    (facts.packages.interrupted && facts.packages_are_at_rest())
        .then(|| finding.mended_by_root(REPAIR))
}

fn end_of_life(facts: &Facts) -> Option<ProblemRecord> {
    let base = facts.distro.base.as_ref().filter(|base| base.end_of_life)?;
    let codename = base.codename.as_deref().unwrap_or_default();
    let title = format!("{} gets no more updates", facts.distro.name);
    let detail = format!(
        "the release {codename} is past its end of life; install a newer one, for its packages may be gone from the servers"
    );
    Some(ProblemRecord::warning(Id::ReleaseEndOfLife, title, detail))
}

/// The fullest disk that something will be written to.
fn disk(facts: &Facts) -> Option<ProblemRecord> {
    let disk = &facts.disk;
    let venv = facts.venv.folder.display().to_string();
    let places = [
        ("/usr", disk.usr_bytes),
        ("/var/cache/apt", disk.var_bytes),
        (venv.as_str(), disk.venv_bytes),
    ];
    let (place, free) = places
        .into_iter()
        .filter_map(|(place, free)| Some((place, free?)))
        .min_by_key(|(_, free)| *free)?;
    let title = format!("the disk that holds `{place}` has {} MB left", free / 1_000_000);
    let finding = match free {
        0..FULL => ProblemRecord::error(Id::DiskFull, title, "nothing can be installed"),
        FULL..LITTLE => {
            ProblemRecord::warning(Id::DiskFull, title, "the next installation may fill it")
        }
        _ => return None,
    };
    Some(finding.mended_by_root("apt-get clean"))
}

fn venv_of_another(facts: &Facts) -> Option<ProblemRecord> {
    let venv = &facts.venv;
    let owner = facts.rights.owner();
    if !matches!(venv.state, State::Good | State::Broken(_)) {
        return None;
    }
    let (what, uid) = match (venv.owner_uid?, &venv.roots_part) {
        (uid, Some(part)) if uid == owner.uid => {
            (format!("`{}` in the virtual environment", part.display()), 0)
        }
        (uid, None) if uid == owner.uid => return None,
        (uid, _) => (format!("the virtual environment `{}`", venv.folder.display()), uid),
    };
    let whose = if uid == 0 { "root".to_owned() } else { format!("the account with uid {uid}") };
    let title = format!("{what} belongs to {whose}, not to {}", owner.name);
    let can_be_given_back = plan::repair(facts, false)
        .steps
        .iter()
        .any(|step| matches!(step.action, Action::GiveBackVenv { .. }));
    let repair =
        || format!("{REPAIR} --venv {}", quoted_line(&[venv.folder.display().to_string()]));
    let fix = if can_be_given_back { repair() } else { plan::give_back_by_hand(facts) };
    Some(
        ProblemRecord::error(Id::VenvOfAnother, title, "pip cannot write into it")
            .mended_by_root(fix),
    )
}

fn broken_venv(facts: &Facts) -> Option<ProblemRecord> {
    let State::Broken(why) = &facts.venv.state else { return None };
    let title = format!("the virtual environment `{}` does not work", facts.venv.folder.display());
    Some(ProblemRecord::error(Id::VenvBroken, title, why).mended_by("labready setup"))
}

fn foreign_link(facts: &Facts) -> Option<ProblemRecord> {
    let Link::Foreign(what) = &facts.selection.link else { return None };
    let title = format!("`{LINK}` is {what} that labready did not put there");
    let detail = "it is somebody's, and setup stops before it; move it away, or leave the machine's python3 alone";
    Some(
        ProblemRecord::error(Id::LinkForeign, title, detail)
            .mended_by("labready setup --select none"),
    )
}

fn dangling(facts: &Facts) -> impl Iterator<Item = ProblemRecord> {
    facts.selection.dangling.iter().map(|path| {
        let title = format!("`{LINK}` can lead to `{}`, which is gone", path.display());
        let detail = "its package was removed, and the alternatives group still names it";
        ProblemRecord::error(Id::LinkDangling, title, detail).mended_by_root(REPAIR)
    })
}

fn in_use(facts: &Facts) -> Option<ProblemRecord> {
    let who = facts.in_use.as_ref()?;
    Some(ProblemRecord::note(Id::AptInUse, "another program uses apt right now", who))
}

/// The same finding for a command that goes on in spite of it.
pub fn as_warning(finding: ProblemRecord) -> ProblemRecord {
    ProblemRecord { severity: Severity::Warning, ..finding }
}
