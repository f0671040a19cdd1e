//! Whom root works for: the student behind sudo, or the account of `--owner`.

use std::path::PathBuf;

use crate::cli::Commands;
use crate::error::{Error, Result};
use crate::host::{Account, Host};

/// Whom a command is for.
#[derive(Default)]
pub(super) struct ForWhom {
    /// The account that root becomes for the virtual environment and the labs.
    pub student: Option<Account>,
    /// Where the virtual environment's folder is looked for, instead of the current one.
    pub home: Option<PathBuf>,
}

impl ForWhom {
    /// What was typed, and what sudo says.
    ///
    /// # Errors
    /// [`Error::Usage`] for an account that is not there or cannot be worked for, and for an image
    /// that is not root's.
    pub fn of(host: &Host, command: &Commands) -> Result<Self> {
        let me = host.account()?;
        if command.is_for_image() && !me.is_root() {
            return Err(Error::Usage {
                message: format!("`--image` changes the system that it is run in, and this is {}, not root", me.name),
                hint: "run it as root inside the image; on a machine of yours, `labready setup` without `--image` asks sudo"
                    .into(),
            });
        }
        let Some(name) = command.owner() else {
            // Whoever builds an image is nobody in it.
            let student = if command.is_for_image() { None } else { host.student()? };
            return Ok(Self { student, home: None });
        };
        let owner = host.account_named(name)?.ok_or_else(|| Error::Usage {
            message: format!("`--owner {name}`: /etc/passwd knows no such account"),
            hint: "name an account of this system, or its uid; an image needs the account first (`useradd --create-home NAME`)"
                .into(),
        })?;
        if owner.uid != me.uid && !me.is_root() {
            return Err(Error::Usage {
                message: format!(
                    "`--owner {name}`: only root can work for another account, and this is {}",
                    me.name
                ),
                hint: "leave `--owner` out, or run it as root".into(),
            });
        }
        Ok(Self { home: Some(owner.home.clone()), student: (owner.uid != me.uid).then_some(owner) })
    }
}
