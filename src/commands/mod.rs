//! What each command does with the parts: facts, plan, apply, labs, report. One command a file.

mod bundle;
mod copies;
mod course;
mod doctor;
mod draft;
mod explain;
mod first_boot;
mod look;
mod owner;
mod repair;
mod reporter;
mod rights;
mod selftest;
mod setup;
mod show;
mod undo;
mod verify;

use std::path::{Path, PathBuf};

use crate::cli::{Cli, Commands, Common, Select, Wish};
use crate::course::Course;
use crate::error::{Error, Exit, Result};
use crate::event::Event;
use crate::facts::{self, Facts, interpreters};
use crate::host::{Account, Host};
use crate::outcome::Outcome;
use crate::plan::{self, Selection};
use crate::version::Requirement;
use owner::ForWhom;
use reporter::Reporter;

/// Carries out what was typed, and reports it.
pub fn run(host: &Host, cli: &Cli) -> Exit {
    let output = match Reporter::open(host, cli) {
        Ok(output) => output,
        Err(error) => return reporter::without_report(host, &error),
    };
    let outcome = carry_out(host, cli, &output);
    output.close(outcome)
}

fn carry_out(host: &Host, cli: &Cli, output: &Reporter) -> Result<Outcome> {
    match &cli.command {
        Commands::Course(command) => return course::run(host, &cli.common, command, output),
        Commands::Explain(options) => return explain::run(options, output),
        _ => {}
    }
    let task = Task::new(host, &cli.common, output, ForWhom::of(host, &cli.command)?)?;
    match &cli.command {
        Commands::Setup(options) => setup::run(&task, options),
        Commands::Plan(options) => show::run(&task, options),
        Commands::Bundle(options) => bundle::run(&task, options),
        Commands::Doctor(options) => doctor::run(&task, options),
        Commands::Repair(options) => repair::run(&task, options),
        Commands::Undo(options) => undo::run(&task, options),
        Commands::Verify(options) => verify::run(&task, options),
        Commands::Course(_) | Commands::Explain(_) => Ok(Outcome::printed()),
    }
}

/// What a command works with.
struct Task<'a> {
    host: &'a Host,
    common: &'a Common,
    output: &'a Reporter,
    course: Course,
    venv: PathBuf,
    /// Whom root works for: the student behind sudo, or of `--owner`.
    student: Option<Account>,
}

impl<'a> Task<'a> {
    fn new(
        host: &'a Host,
        common: &'a Common,
        output: &'a Reporter,
        for_whom: ForWhom,
    ) -> Result<Self> {
        let course = load_course(host, common)?;
        let venv = venv_folder(host, common, &course, &for_whom)?;
        output.emit(Event::Started {
            command: output.command(),
            started_at: output.clock().started_at_rfc3339(),
            course: course.name.clone(),
            digest: course.digest.clone(),
        });
        Ok(Self { host, common, output, course, venv, student: for_whom.student })
    }

    /// Looks at the machine, apt aside.
    fn facts(&self, mirror: &str) -> Result<Facts> {
        facts::gather(self.host, &self.course, &self.venv, mirror, self.student.clone())
    }

    /// What the plan is made for. `--python` narrows the course's range, or names an interpreter.
    fn settings(&self, wish: Option<&Wish>) -> Result<plan::Settings> {
        let range = &self.course.python;
        let (requirement, named) = match self.common.python.as_deref() {
            None => (range.clone(), None),
            Some(text) if text.contains('/') => {
                let path = self.host.absolute(Path::new(text));
                (range.clone(), Some(interpreters::named(self.host, &path, self.student.clone())))
            }
            Some(text) => (self.narrowed(text)?, None),
        };
        let because = self.course.because.clone();
        Ok(plan::Settings {
            wish: plan::Wish {
                range: range.clone(),
                requirement,
                because,
                newest: wish.is_some_and(|wish| wish.newest),
                named,
            },
            selection: match wish.map(|wish| wish.select) {
                Some(Select::None) => Selection::None,
                Some(Select::Local) | None => Selection::Local,
            },
            refreshed: false,
            outdated: false,
            archive: match wish {
                Some(wish) => archive(self.host, wish)?,
                None => plan::Archive::default(),
            },
            install_options: plan::InstallOptions { image: false, source: package_source(wish) },
            clean: false,
        })
    }

    /// The course's range, narrowed by `--python`.
    fn narrowed(&self, text: &str) -> Result<Requirement> {
        let range = &self.course.python;
        let both = range.and(&requirement(text)?);
        if both.is_satisfiable() {
            return Ok(both);
        }
        let because = self
            .course
            .because
            .as_ref()
            .map(|because| format!(", because {because}"))
            .unwrap_or_default();
        Err(Error::Usage {
            message: format!("`--python {text}` leaves no version of the course's range `{range}`"),
            hint: format!("the course needs a Python in `{range}`{because}"),
        })
    }
}

fn load_course(host: &Host, common: &Common) -> Result<Course> {
    match &common.course {
        Some(path) => Course::load(host, path),
        None => Course::embedded(),
    }
}

/// Where packages come from, as far as it was typed.
fn package_source(wish: Option<&Wish>) -> plan::PackageSource {
    if wish.is_some_and(|wish| wish.offline) {
        plan::PackageSource::LocalOnly
    } else {
        plan::PackageSource::Network
    }
}

/// deadsnakes, or the copy of `--ppa-mirror` and `--ppa-key`. What is written into apt's sources is
/// checked here.
fn archive(host: &Host, wish: &Wish) -> Result<plan::Archive> {
    let usage = |message: String, hint: &str| Error::Usage { message, hint: hint.into() };
    let mut archive = plan::Archive::default();
    if let Some(mirror) = &wish.ppa_mirror {
        let has_scheme = ["http://", "https://"]
            .iter()
            .any(|scheme| mirror.len() > scheme.len() && mirror.starts_with(scheme));
        if !has_scheme || mirror.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let hint =
                "write for example `--ppa-mirror http://mirror.example/deadsnakes/ppa/ubuntu`";
            return Err(usage(
                format!("`--ppa-mirror {mirror}` is not the address of an archive"),
                hint,
            ));
        }
        archive.address = mirror.trim_end_matches('/').to_owned();
    }
    if let Some(path) = &wish.ppa_key {
        let key = host.read_at_most(&host.absolute(path), 1 << 20)?.unwrap_or_default();
        if !key.contains("-----BEGIN PGP PUBLIC KEY BLOCK-----") {
            let message = format!("`--ppa-key {}` is not a public key in armour", path.display());
            return Err(usage(message, "export it with `gpg --export --armor`"));
        }
        archive.key = key;
    }
    Ok(archive)
}

fn requirement(text: &str) -> Result<Requirement> {
    Requirement::parse(text).map_err(|problem| Error::Usage {
        message: format!("`--python {text}`: {problem}"),
        hint: "`--python` takes a version, a range or the path of an interpreter".into(),
    })
}

/// The virtual environment's folder: of `--venv`, else the course's, below the home of `--owner` or
/// the current folder.
fn venv_folder(
    host: &Host,
    common: &Common,
    course: &Course,
    for_whom: &ForWhom,
) -> Result<PathBuf> {
    let usual = for_whom.home.clone().unwrap_or_default().join(&course.venv.folder);
    let folder = host.absolute(common.venv.as_ref().unwrap_or(&usual));
    let problem = match folder.to_str() {
        None => "its name is not UTF-8",
        Some("/") => "it is the root of the file system",
        Some(text) if text.chars().any(char::is_control) => "its name holds a control character",
        Some(text) if text.contains(':') => {
            "its name holds a `:`, which separates the folders of a PATH"
        }
        Some(_) => return Ok(folder),
    };
    Err(Error::Usage {
        message: format!("the virtual environment cannot be `{}`: {problem}", folder.display()),
        hint: "choose another folder with `--venv DIR`".into(),
    })
}
