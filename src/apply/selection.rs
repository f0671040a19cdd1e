//! The alternatives group. update-alternatives says 0 when it left a link alone, and locks nothing:
//! so the links are looked at afterwards.

use std::path::Path;
use std::time::Duration;

use super::failure::failed;
use crate::apt::alternatives::{GROUP, LINK};
use crate::error::{Error, Result};
use crate::facts::alternatives::{self, Link};
use crate::host::{Finished, Host, last_line};
use crate::plan::Step;

const LIMIT: Duration = Duration::from_secs(60);

/// Registers an interpreter.
pub(super) fn register(host: &Host, step: &Step, path: &Path) -> Result<()> {
    // A link that came after the plan was made is somebody else's, and update-alternatives would
    // replace it without a word.
    if let Link::Foreign(what) = alternatives::gather(host).link {
        return Err(Error::InTheWay {
            message: format!(
                "`{LINK}` is {} that labready did not put there, and is left as it is",
                what.words()
            ),
            hint: "move it away, or leave the machine's python3 alone with `--select none`".into(),
        });
    }
    let finished = host.run(&step.command, LIMIT)?;
    let selection = alternatives::gather(host);
    if selection.alternatives.iter().any(|alternative| alternative.path == path) {
        return Ok(());
    }
    Err(refused(
        step,
        &finished,
        &format!("the group {GROUP} has no `{}` afterwards", path.display()),
    ))
}

/// Sets the chosen one.
pub(super) fn select(host: &Host, step: &Step, path: &Path) -> Result<()> {
    let finished = host.run(&step.command, LIMIT)?;
    let selection = alternatives::gather(host);
    if selection.link == Link::Ours && selection.value.as_deref() == Some(path) {
        return Ok(());
    }
    Err(refused(
        step,
        &finished,
        &format!("`{LINK}` does not lead to `{}` afterwards", path.display()),
    ))
}

fn refused(step: &Step, finished: &Finished, what: &str) -> Error {
    let reason = format!("{what} ({}): {}", finished.ending(), last_line(&finished.stderr));
    failed(step, reason, "look at the links with `update-alternatives --display labready-python3`")
}
