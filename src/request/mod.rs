//! What a run was asked for: resolved once from the command line, and never changed afterwards.
//!
//! What a run learns on the way (the index was refreshed, cloud-init has ended) is no part of it:
//! it is read from the machine, as a fact.

mod typed;
mod venv_place;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use typed::invocation;
pub use venv_place::{MadeFor, VenvSource};

use crate::apt::proxy::user_of;
use crate::apt::{InstallOptions, PackageSource};
use crate::archive::Archive;
use crate::cli::{Cli, Commands, Common, Select, SetupArgs, Wish};
use crate::course::Course;
use crate::error::Result;
use crate::host::{Account, Control, Host};
use crate::problem::{FolderFault, Invocation, RightsProblem, UsageProblem};
use crate::version::Requirement;
use venv_place::Search;

/// More than any public key, in bytes.
const KEY_LIMIT: u64 = 1 << 20;

/// What is wanted of this run.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The course.
    pub course: Course,
    /// Which interpreter.
    pub python: PythonRequest,
    /// How far `python3` is selected for the whole machine.
    pub selection: SelectionRequest,
    /// The archive for what Ubuntu's own lack: deadsnakes, or a room's mirror of it.
    pub archive: Archive,
    /// How apt and pip work: from where, and whether in an image.
    pub install: InstallOptions,
    /// Whether apt's cache and index are emptied at the end.
    pub clean: bool,
    /// The virtual environment's folder.
    pub venv: PathBuf,
    /// How that is known.
    pub venv_source: VenvSource,
    /// Where the course was named.
    pub course_path: Option<PathBuf>,
    /// Whom root works for: the student of `--owner`, behind sudo, or whose folder it is.
    pub student: Option<Account>,
    /// Whether `--owner` names the student.
    pub is_owner_named: bool,
    /// Whether `--owner` names root: labready works as nobody else then.
    pub is_roots: bool,
    /// Whether the plan is agreed to without a question.
    pub agreed: bool,
    /// How long another program that uses apt is waited for.
    pub patience: Duration,
    /// What was typed.
    pub typed: Invocation,
}

/// What is wanted of the interpreter.
#[derive(Clone, Debug, PartialEq)]
pub struct PythonRequest {
    /// The course's range.
    pub range: Requirement,
    /// The same, narrowed by `--python REQ`.
    pub requirement: Requirement,
    /// Why the course has its range.
    pub because: Option<String>,
    /// `--newest`: an installed one is not good enough when apt offers a newer one.
    pub newest: bool,
    /// The interpreter of `--python PATH`.
    pub named: Option<PathBuf>,
}

/// How far `python3` is selected for the whole machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectionRequest {
    /// /usr/local/bin/python3 leads to the chosen interpreter.
    Local,
    /// The machine's python3 is left alone.
    None,
}

impl Request {
    /// What is wanted when nothing but the course is known.
    pub fn of_course(course: Course, venv: PathBuf) -> Self {
        let python = PythonRequest {
            range: course.python.clone(),
            requirement: course.python.clone(),
            because: course.because.clone(),
            newest: false,
            named: None,
        };
        Self {
            course,
            python,
            selection: SelectionRequest::Local,
            archive: Archive::default(),
            install: InstallOptions::default(),
            clean: false,
            venv,
            venv_source: VenvSource::Folder,
            course_path: None,
            student: None,
            is_owner_named: false,
            is_roots: false,
            agreed: false,
            patience: Duration::ZERO,
            typed: Invocation::default(),
        }
    }

    /// What the command line means. `bundle_copy` is where the bundle of `--bundle` is copied to;
    /// `made` says which environments were made for an account.
    ///
    /// # Errors
    /// [`UsageProblem`] for what cannot be meant, [`crate::problem::CourseProblem`] for a course that cannot be
    /// used.
    pub fn resolve(
        host: &Host,
        cli: &Cli,
        bundle_copy: Option<&Path>,
        made: MadeFor<'_>,
    ) -> Result<Self> {
        let Common { course, python, .. } = &cli.common;
        let course = match course {
            Some(path) => Course::load(host, path)?,
            None => Course::embedded()?,
        };
        let whose = Whose::resolve(host, &cli.command)?;
        let mut request = Self::of_course(course, PathBuf::new());
        request.python.read(host, python.as_deref())?;
        let wanted = &request.python.requirement;
        let place = venv_folder(host, cli, &request.course, wanted, &whose, made)?;
        (request.venv, request.venv_source) = place;
        request.course_path = cli.common.course.as_deref().map(|path| host.absolute(path));
        request.student = whose.student;
        request.is_owner_named = cli.command.owner().is_some() && request.student.is_some();
        request.is_roots = cli.command.owner().is_some() && request.student.is_none();
        request.typed = invocation(host, cli);
        if let Some(wish) = cli.command.wish() {
            request.read_wish(host, wish)?;
        }
        if let Commands::Setup(setup) = &cli.command {
            request.read_setup(setup, bundle_copy);
        }
        if cli.command.works_in_venv() {
            request.become_whose_folder_it_is(host)?;
        }
        request.agreed |= cli.command.agrees();
        request.patience = Duration::from_secs(cli.command.lock_timeout().unwrap_or_default());
        Ok(request)
    }

    /// Whom the virtual environment and the labs belong to, when it is not whoever runs labready.
    pub fn owner<'a>(&'a self, account: &'a Account) -> &'a Account {
        self.student.as_ref().unwrap_or(account)
    }

    /// Root works as the account that could exchange what it works with, unless `--owner` names
    /// another one.
    fn become_whose_folder_it_is(&mut self, host: &Host) -> Result<()> {
        if self.is_owner_named || !host.account()?.is_root() {
            return Ok(());
        }
        let mut control = host.control_within(&self.venv)?;
        if let Some(named) = &self.python.named {
            control = control.and(host.control_of_python(named)?);
        }
        match (control, &self.student) {
            (Control::Root, _) => {}
            (Control::One { at, .. }, _) if self.is_roots => {
                return Err(RightsProblem::Shared { place: at }.into());
            }
            (Control::One { uid, .. }, Some(student)) if student.uid == uid => {}
            (Control::One { uid, .. }, _) => self.student = Some(host.account_of(uid)?),
            // The student runs what is the student's, whoever else may write there.
            (Control::Many { at }, Some(student)) if host.lstat(&at).uid == student.uid => {}
            (Control::Many { at }, _) => return Err(RightsProblem::Shared { place: at }.into()),
        }
        Ok(())
    }

    fn read_wish(&mut self, host: &Host, wish: &Wish) -> Result<()> {
        self.python.newest = wish.newest;
        self.selection = match wish.select {
            Select::Local => SelectionRequest::Local,
            Select::None => SelectionRequest::None,
        };
        self.archive = archive(host, wish)?;
        if wish.offline {
            self.install.source = PackageSource::LocalOnly;
        }
        Ok(())
    }

    fn read_setup(&mut self, setup: &SetupArgs, bundle_copy: Option<&Path>) {
        self.install.image = setup.image;
        self.agreed = setup.image;
        self.clean = setup.clean;
        if let Some(copy) = bundle_copy {
            self.install.source = PackageSource::Bundle(copy.to_owned());
        }
    }
}

impl PythonRequest {
    /// `--python` narrows the course's range, or names an interpreter.
    fn read(&mut self, host: &Host, typed: Option<&str>) -> Result<()> {
        let Some(text) = typed else { return Ok(()) };
        if text.contains('/') {
            self.named = Some(host.absolute(Path::new(text)));
            return Ok(());
        }
        let wanted = Requirement::parse(text)
            .map_err(|fault| UsageProblem::PythonUnreadable { text: text.to_owned(), fault })?;
        self.requirement = self.range.and(&wanted);
        if self.requirement.is_satisfiable() {
            return Ok(());
        }
        Err(UsageProblem::PythonOutOfRange {
            text: text.to_owned(),
            range: self.range.clone(),
            because: self.because.clone(),
        }
        .into())
    }

    /// Whether a range was asked for that is narrower than the course's.
    pub fn is_narrowed(&self) -> bool {
        self.requirement != self.range
    }
}

/// Whom a command is for.
#[derive(Default)]
struct Whose {
    /// The account that root becomes for the virtual environment and the labs.
    student: Option<Account>,
    /// Where the virtual environment's folder is looked for, instead of the current one.
    home: Option<PathBuf>,
}

impl Whose {
    /// What was typed, and what sudo says.
    fn resolve(host: &Host, command: &Commands) -> Result<Self> {
        let me = host.account()?;
        if command.is_for_image() && !me.is_root() {
            return Err(UsageProblem::ImageNotRoot { user: me.name }.into());
        }
        let Some(name) = command.owner() else {
            // Whoever builds an image is nobody in it.
            let student = if command.is_for_image() { None } else { host.student()? };
            return Ok(Self { student, home: None });
        };
        let owner = host
            .account_named(name)?
            .ok_or_else(|| UsageProblem::OwnerUnknown { name: name.to_owned() })?;
        if owner.uid != me.uid && !me.is_root() {
            return Err(UsageProblem::OwnerNotRoot { name: name.to_owned(), user: me.name }.into());
        }
        Ok(Self { home: Some(owner.home.clone()), student: (owner.uid != me.uid).then_some(owner) })
    }
}

/// deadsnakes, or the copy of `--ppa-mirror` and `--ppa-key`. What is written into apt's sources is
/// checked here.
fn archive(host: &Host, wish: &Wish) -> Result<Archive> {
    let mut archive = Archive::default();
    if let Some(address) = &wish.ppa_mirror {
        let has_host = ["http://", "https://"]
            .iter()
            .any(|scheme| address.len() > scheme.len() && address.starts_with(scheme));
        if user_of(address).is_some() {
            return Err(UsageProblem::MirrorPassword.into());
        }
        if !has_host || address.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(UsageProblem::MirrorAddress { address: address.clone() }.into());
        }
        archive.address = address.trim_end_matches('/').to_owned();
    }
    if let Some(file) = &wish.ppa_key {
        let key = host.read_at_most(&host.absolute(file), KEY_LIMIT)?.unwrap_or_default();
        if !key.contains("-----BEGIN PGP PUBLIC KEY BLOCK-----") {
            return Err(UsageProblem::KeyFile { file: file.clone() }.into());
        }
        archive.key = key;
    }
    Ok(archive)
}

/// The folder of `--venv`; else where this course's environment is already; else the course's, below
/// the home of `--owner` or the current folder.
fn venv_folder(
    host: &Host,
    cli: &Cli,
    course: &Course,
    wanted: &Requirement,
    whose: &Whose,
    made: MadeFor<'_>,
) -> Result<(PathBuf, VenvSource)> {
    let base = whose.home.clone().unwrap_or_else(|| host.folder().to_owned());
    let me = host.account()?;
    // What root does in a folder of somebody's, it does for that one, with what is there.
    let is_in_place = me.is_root() && whose.student.is_none() && !host.is_only_roots(&base);
    let (folder, source) = match &cli.common.venv {
        Some(typed) => (host.absolute(typed), VenvSource::Named),
        None if is_in_place || !cli.command.finds_venv() => {
            (base.join(&course.venv.folder), VenvSource::Folder)
        }
        None => {
            let owner = whose.student.as_ref().unwrap_or(&me);
            let host = &host.as_seen_by(whose.student.as_ref());
            let (name, is_own_shell) = (Path::new(&course.venv.folder), whose.home.is_none());
            Search { host, owner, base: &base, name, wanted, is_own_shell }.find(made)
        }
    };
    let folder = host.absolute(&folder);
    match folder_fault(&folder) {
        Some(why) => Err(UsageProblem::VenvFolder { folder, why }.into()),
        None => Ok((folder, source)),
    }
}

/// Why no virtual environment can be in a folder.
fn folder_fault(folder: &Path) -> Option<FolderFault> {
    match folder.to_str() {
        None => Some(FolderFault::NotUtf8),
        Some("/") => Some(FolderFault::Root),
        Some(text) if text.chars().any(char::is_control) => Some(FolderFault::ControlCharacter),
        Some(text) if text.contains(':') => Some(FolderFault::Colon),
        Some(_) => None,
    }
}
