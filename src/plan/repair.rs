//! What labready can fix itself, as steps: pure. Only what is certainly wrong, and in a way that
//! harms nobody's work.

use super::ids::with_distinct_ids;
use super::steps::{configure_step, reinstall_step};
use super::{Action, Plan, Step, commands, selection, venv};
use crate::apt::InstallOptions;
use crate::apt::alternatives;
use crate::apt::commands::fix_broken;
use crate::facts::Facts;
use crate::facts::system_python::SystemPython;
use crate::host::Command;
use crate::problem::{Occupant, SYSTEM_PYTHON};

/// The plan. `configured`: this run has asked dpkg to finish what it began already, and what is
/// half-done still is nothing that it can finish.
pub fn repair(facts: &Facts, configured: bool) -> Plan {
    let mut steps = Vec::new();
    // First: the scripts of packages say /usr/bin/python3.
    steps.extend(restore_step(&facts.system_python));
    if facts.packages.need_configuring() && facts.packages_are_at_rest() && !configured {
        steps.push(configure_step(&facts.packages, &InstallOptions::default()));
    }
    let damaged = facts.damaged.iter().filter(|damaged| damaged.can_be_reinstalled());
    steps.extend(damaged.map(reinstall_step));
    steps.extend(selection::repair(facts));
    steps.extend(venv::give_back_step(facts));
    Plan { steps: with_distinct_ids(steps), ..Plan::default() }
}

/// The interpreter that the scripts of packages need, unpacked again where it does not run.
pub(super) fn reinstall_default(facts: &Facts) -> Option<Step> {
    let damaged = facts.damaged_default().filter(|damaged| damaged.can_be_reinstalled());
    damaged.map(reinstall_step)
}

/// Every command of a step, in order, for typing them by hand: a step shows only the main one.
pub fn by_hand(step: &Step) -> Vec<Command> {
    match &step.action {
        Action::RestoreSystemPython { default, group } => {
            let take_out = group.as_deref().map(alternatives::remove_group);
            [Some(commands::prepare_link(default)), take_out, Some(step.command.clone())]
                .into_iter()
                .flatten()
                .collect()
        }
        Action::ConfigurePackages => {
            vec![step.command.clone(), fix_broken(&InstallOptions::default())]
        }
        _ => vec![step.command.clone()],
    }
}

/// What setup takes over: the system's own python3 where it belongs.
pub(super) fn restore_step(system: &SystemPython) -> Option<Step> {
    let default = system.default.clone().filter(|_| system.can_be_restored())?;
    let evidence = system.link()?.evidence();
    Some(Step {
        id: "restore-system-python".into(),
        title: match system.place {
            Occupant::Right => format!("Remove `{SYSTEM_PYTHON}` from update-alternatives"),
            _ => format!("Restore `{SYSTEM_PYTHON}` to `{default}`"),
        },
        why: system.group.as_ref().map_or(evidence.clone(), |group| {
            format!(
                "{evidence}; this also removes that group (`update-alternatives --remove-all {group}`)"
            )
        }),
        command: commands::put_link(),
        action: Action::RestoreSystemPython { default, group: system.group.clone() },
        needs_root: true,
    })
}
