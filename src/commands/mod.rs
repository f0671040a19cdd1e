//! What each command does with the parts: facts, plan, apply, labs, report. One command a file;
//! `converge` is the loop of those that change the machine.

mod bundle;
mod converge;
mod copies;
mod course;
mod doctor;
mod draft;
mod explain;
mod first_boot;
mod look;
mod made;
mod next;
mod repair;
mod reporter;
mod rights;
mod room;
mod round;
mod runner;
mod selftest;
mod setup;
mod show;
mod undo;
mod verify;

use crate::cli::{Cli, Commands, SetupArgs};
use crate::error::Result;
use crate::event::Event;
use crate::facts::{self, Facts};
use crate::host::{Host, RoomyFolder};
use crate::outcome::Outcome;
use crate::request::Request;
use made::made_for;
use reporter::Reporter;

/// Carries out what was typed, reports it, and gives the number that the shell sees: of [`crate::exit::Exit`], or
/// a monitoring plugin's where its format was asked for.
pub fn run(host: &Host, cli: &Cli) -> u8 {
    let output = match Reporter::open(host, cli) {
        Ok(output) => output,
        Err(error) => return reporter::without_report(host, &error).code(),
    };
    let outcome = carry_out(host, cli, &output);
    let exit = output.close(outcome);
    output.code(exit)
}

fn carry_out(host: &Host, cli: &Cli, output: &Reporter) -> Result<Outcome> {
    match &cli.command {
        Commands::Course(command) => return course::run(host, cli, command, output),
        Commands::Explain(options) => return explain::run(options, output),
        Commands::Room(options) => return room::run(host, cli, options, output),
        _ => {}
    }
    let bundle_copy = bundle_copy(host, &cli.command)?;
    let bundle = bundle_copy.as_ref().map(RoomyFolder::path);
    let request = Request::resolve(host, cli, bundle, &|account| made_for(host, account))?;
    let task = Task::begin(host, cli, output, request);
    match &cli.command {
        Commands::Setup(options) => setup::run(&task, options),
        Commands::Plan(_) => show::run(&task),
        Commands::Bundle(options) => bundle::run(&task, options),
        Commands::Doctor(options) => doctor::run(&task, options),
        Commands::Repair(_) => repair::run(&task),
        Commands::Undo(_) => undo::run(&task),
        Commands::Verify(options) => verify::run(&task, options),
        Commands::Room(_) | Commands::Course(_) | Commands::Explain(_) => Ok(Outcome::printed()),
    }
}

/// The folder that a bundle is copied to; kept until the end, for apt and pip read from it.
fn bundle_copy(host: &Host, command: &Commands) -> Result<Option<RoomyFolder>> {
    match command {
        Commands::Setup(SetupArgs { bundle: Some(_), .. }) => host.roomy_folder().map(Some),
        _ => Ok(None),
    }
}

/// What a command works with.
struct Task<'a> {
    host: &'a Host,
    output: &'a Reporter,
    request: Request,
    /// Whether nothing but errors is shown.
    is_quiet: bool,
    /// Whether reasons, commands and evidence are shown.
    is_verbose: bool,
}

impl<'a> Task<'a> {
    /// Begins a command, and says so.
    fn begin(host: &'a Host, cli: &Cli, output: &'a Reporter, request: Request) -> Self {
        output.emit(Event::Started {
            command: output.command(),
            started_at: output.clock().started_at_rfc3339(),
            course: request.course.name.clone(),
            digest: request.course.digest.clone(),
        });
        Self { host, output, request, is_quiet: cli.common.quiet, is_verbose: cli.common.verbose }
    }

    /// Looks at the machine, apt aside.
    fn facts(&self) -> Result<Facts> {
        facts::gather(self.host, &self.request)
    }
}
