//! Parse, run, exit.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use labready::cli::Cli;
use labready::commands;
use labready::error::{Error, Exit};
use labready::host::{Host, expect_own_rights, words_typed};

fn main() -> ExitCode {
    if let Err(error) = expect_own_rights() {
        return ExitCode::from(without_host(&error).code());
    }
    let cli = match Cli::read(words_typed()) {
        Ok(cli) => cli,
        Err(refusal) => return ExitCode::from(refusal.show()),
    };
    let run = || {
        Host::this()
            .map_or_else(|error| without_host(&error).code(), |host| commands::run(&host, &cli))
    };
    // A panic has said its message by then; what is left is to say by the exit code that it was a
    // bug.
    let code = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Exit::Bug.code());
    ExitCode::from(code)
}

/// Nothing can be looked at, not even how to colour.
fn without_host(error: &Error) -> Exit {
    let hint = error.hint().map(|hint| format!("\n\nhint: {hint}")).unwrap_or_default();
    let _ = writeln!(io::stderr(), "error: {error}{hint}");
    error.exit()
}
