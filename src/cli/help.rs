//! The order of a help text: what everybody needs, then the options of all commands, then what few
//! need.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

use super::Common;

/// The heading of options that few need. They stand last.
pub(super) const RARE: &str = "Rarely needed";

/// Puts the options of all commands before whatever is declared after it. It takes nothing from the
/// command line: they are in [`Cli`](super::Cli).
#[derive(Debug, Default)]
pub struct CommonFirst;

impl FromArgMatches for CommonFirst {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), Error> {
        Ok(())
    }
}

impl Args for CommonFirst {
    fn augment_args(command: Command) -> Command {
        Common::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Common::augment_args_for_update(command)
    }
}
