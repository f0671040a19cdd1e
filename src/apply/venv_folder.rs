//! The folder of a virtual environment: made by this run, or not touched. What was there before is
//! set aside, and put back when nothing comes of it; only what this run made is ever removed.
//!
//! Every change is a command run as the owner: root does not reach into a folder that a student can
//! write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Result;
use crate::facts::venv::{self, State, UNFINISHED, Venv};
use crate::host::{Account, Command, Host, Kind, last_line};
use crate::problem::{MachineProblem, VenvFlaw, VenvProblem};

const LIMIT: Duration = Duration::from_secs(300);
/// So many old environments may lie beside a new one.
const MOST_KEPT: usize = 99;

/// A folder that is being made.
pub(super) struct VenvFolder<'a> {
    host: Host,
    folder: &'a Path,
    account: Option<Account>,
    /// Where the one that was there before is now.
    old: Option<PathBuf>,
    /// Whether the folder itself was there before, empty.
    was_empty: bool,
}

impl<'a> VenvFolder<'a> {
    /// Sets aside what is there, makes the folder, and marks it as unfinished. The plan was made a
    /// while ago: what came there since is somebody's.
    ///
    /// # Errors
    /// [`MachineProblem::ChangedSincePlan`]; [`VenvProblem::NotMade`], after which everything is as
    /// it was.
    pub fn begin(
        host: &Host,
        folder: &'a Path,
        account: Option<Account>,
        may_replace: bool,
    ) -> Result<Self> {
        let host = host.as_seen_by(account.as_ref());
        let before = venv::gather(&host, folder);
        let is_replaced = matches!(before.state, State::Good | State::Broken(_));
        let is_expected = matches!(before.state, State::Missing | State::Empty)
            || (is_replaced && may_replace && before.strangers.is_empty());
        if !is_expected {
            return Err(MachineProblem::ChangedSincePlan { place: folder.to_owned() }.into());
        }
        let was_empty = before.state == State::Empty;
        let mut begun = Self { host, folder, account, old: None, was_empty };
        if is_replaced {
            begun.set_aside(&before)?;
        }
        if !was_empty {
            begun.create()?;
        }
        match begun.mark() {
            Ok(()) => Ok(begun),
            Err(error) => {
                begun.take_back();
                Err(error)
            }
        }
    }

    /// The folder's machine, as its owner sees it.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Takes the mark away: it is finished. Where the old one is kept, if there was one.
    ///
    /// # Errors
    /// [`VenvProblem::NotMade`].
    pub fn finish(self) -> Result<Option<PathBuf>> {
        self.change("/bin/rm", &["-f", "--"], &[&self.folder.join(UNFINISHED)])?;
        Ok(self.old)
    }

    /// Nothing half-done is left behind, and the old one is put back. The error that led here is
    /// the one that matters.
    pub fn take_back(self) {
        let removed = if self.was_empty {
            self.empty()
        } else {
            self.change("/bin/rm", &["-rf", "--one-file-system", "--"], &[self.folder])
        };
        if let (Ok(()), Some(old)) = (removed, &self.old) {
            let _ = self.change("/bin/mv", &["-T", "--"], &[old, self.folder]);
        }
    }

    /// A folder that somebody else made for us stays.
    fn empty(&self) -> Result<()> {
        let folder = self.folder.display().to_string();
        let command = Command::new("/usr/bin/find").args([
            folder.as_str(),
            "-xdev",
            "-mindepth",
            "1",
            "-delete",
        ]);
        self.run(command)
    }

    /// One that was cut off is labready's own and holds nothing else; any other is kept.
    fn set_aside(&mut self, before: &Venv) -> Result<()> {
        if before.state == State::Broken(VenvFlaw::Unfinished) {
            return self.change("/bin/rm", &["-rf", "--one-file-system", "--"], &[self.folder]);
        }
        let old = self.free_name()?;
        self.change("/bin/mv", &["-T", "--"], &[self.folder, &old])?;
        self.old = Some(old);
        Ok(())
    }

    /// `venv.old`, `venv.old-2` …
    fn free_name(&self) -> Result<PathBuf> {
        let name = self.folder.display();
        let names = (1..=MOST_KEPT).map(|number| match number {
            1 => PathBuf::from(format!("{name}.old")),
            _ => PathBuf::from(format!("{name}.old-{number}")),
        });
        for name in names {
            if self.host.inspect(&name)?.kind == Kind::Missing {
                return Ok(name);
            }
        }
        Err(MachineProblem::ChangedSincePlan { place: self.folder.to_owned() }.into())
    }

    /// The folder itself is made by one call that fails when something is there: so it is ours.
    fn create(&mut self) -> Result<()> {
        let above = self.folder.parent().unwrap_or(Path::new("/"));
        let made = self
            .change("/bin/mkdir", &["-p", "--"], &[above])
            .and_then(|()| self.change("/bin/mkdir", &["--"], &[self.folder]));
        if made.is_err()
            && let Some(old) = self.old.take()
        {
            let _ = self.change("/bin/mv", &["-T", "--"], &[&old, self.folder]);
        }
        made
    }

    /// The mark is a link: a file system that cannot hold one is found out before Python starts.
    fn mark(&self) -> Result<()> {
        self.change("/bin/ln", &["-s", "-T", "--", "."], &[&self.folder.join(UNFINISHED)])
    }

    fn change(&self, program: &str, options: &[&str], paths: &[&Path]) -> Result<()> {
        let paths = paths.iter().map(|path| path.display().to_string());
        self.run(Command::new(program).args(options.iter().copied()).args(paths))
    }

    fn run(&self, command: Command) -> Result<()> {
        // Also after Ctrl-C, which is heeded by what takes long.
        let finished = self.host.run_through(&command.as_account(self.account.clone()), LIMIT)?;
        if finished.is_success() {
            return Ok(());
        }
        let said = last_line(&finished.stderr);
        Err(VenvProblem::NotMade { folder: self.folder.to_owned(), flaw: None, said }.into())
    }
}
