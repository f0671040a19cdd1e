//! Which of the packages that came with us can go: those that are still installed and that nothing
//! else has come to need. Asked of apt, which knows; nothing is removed by asking.

use std::collections::BTreeSet;
use std::time::Duration;

use super::commands;
use crate::error::Result;
use crate::host::Host;

const LIMIT: Duration = Duration::from_secs(120);
/// Each round lets go of at least one package; a real machine needs two.
const ROUNDS: usize = 20;

/// What can go, and what stays because something of somebody else's needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removable {
    /// Can be removed.
    pub removable: BTreeSet<String>,
    /// Must stay.
    pub needed: BTreeSet<String>,
}

/// Asks for these packages, all of which are installed.
///
/// # Errors
/// When apt cannot be asked.
pub fn gather(host: &Host, installed: &BTreeSet<String>) -> Result<Removable> {
    let mut removable = installed.clone();
    for _ in 0..ROUNDS {
        if removable.is_empty() {
            break;
        }
        let others: BTreeSet<String> =
            would_go(host, &removable)?.difference(installed).cloned().collect();
        if others.is_empty() {
            break;
        }
        let needed = needs_of(host, &others)?;
        let before = removable.len();
        removable.retain(|name| !needed.contains(name));
        if removable.len() == before {
            // apt would remove a stranger for a reason that its dependencies do not show: nothing
            // is risked.
            removable.clear();
        }
    }
    let needed = installed.difference(&removable).cloned().collect();
    Ok(Removable { removable, needed })
}

/// What would be removed together with these: `Remv NAME [VERSION]`, `Purg NAME [VERSION]`.
fn would_go(host: &Host, packages: &BTreeSet<String>) -> Result<BTreeSet<String>> {
    let command = commands::simulate_removal(packages.iter().cloned());
    let simulated = host.run(&command, LIMIT)?;
    let names = simulated.stdout.lines().filter_map(|line| {
        let rest = line.strip_prefix("Remv ").or_else(|| line.strip_prefix("Purg "))?;
        rest.split_whitespace().next().map(|name| name.split(':').next().unwrap_or(name).to_owned())
    });
    Ok(names.collect())
}

/// Everything that these need, near and far.
fn needs_of(host: &Host, packages: &BTreeSet<String>) -> Result<BTreeSet<String>> {
    let command = commands::installed_dependencies(packages.iter().cloned());
    let said = host.run(&command, LIMIT)?;
    Ok(said
        .stdout
        .lines()
        .filter(|line| !line.starts_with([' ', '<', '|']))
        .map(|line| line.trim().to_owned())
        .collect())
}
