//! What the virtual environment lacks, as steps: pure. It is the student's: no step here needs
//! root.

use std::path::Path;

use super::choice::{Choice, Origin};
use super::words::quoted_list;
use super::{Action, Step, commands};
use crate::apt::PackageSource;
use crate::error::Result;
use crate::facts::Facts;
use crate::facts::pip::normalized;
use crate::facts::venv::State;
use crate::host::{Account, quoted_line};
use crate::problem::VenvProblem;
use crate::request::Request;
use crate::version::PythonVersion;

/// Makes it, or puts into it what is missing.
///
/// # Errors
/// [`VenvProblem`] when what is there is not ours to make.
pub(super) fn steps(request: &Request, facts: &Facts, choice: &Choice) -> Result<Vec<Step>> {
    let packages = &request.course.venv.packages;
    let folder = &facts.venv.folder;
    let shown = folder.display();
    let owner = owner_to_become(facts);
    let mut steps: Vec<Step> = give_back_step(facts).into_iter().collect();
    let why = match flaw(request, facts, Some(choice))? {
        Some(why) => why,
        None => {
            steps.extend(package_steps(packages, facts, &request.install.source, owner));
            return Ok(steps);
        }
    };
    if let Some(stranger) = facts.venv.strangers.first() {
        let (folder, file) = (folder.clone(), stranger.clone());
        return Err(VenvProblem::HoldsFiles { folder, file, why }.into());
    }
    let action = Action::MakeVenv {
        folder: folder.clone(),
        interpreter: choice.path.clone(),
        version: choice.version.clone(),
        replace: matches!(facts.venv.state, State::Good | State::Broken(_)),
    };
    let title = if matches!(facts.venv.state, State::Missing | State::Empty) {
        "Create"
    } else {
        "Rebuild"
    };
    steps.push(Step {
        id: "make-venv".into(),
        title: format!("{title} the virtual environment `{shown}`"),
        why,
        action,
        command: commands::make_venv(&choice.path, folder, owner.clone()),
        needs_root: false,
    });
    steps.extend(pip_step(folder, packages, owner, &request.install.source));
    Ok(steps)
}

/// Why the virtual environment must be made (again); `None` when it is good. An error when it is
/// not ours to make.
pub(super) fn flaw(
    request: &Request,
    facts: &Facts,
    choice: Option<&Choice>,
) -> Result<Option<String>> {
    let venv = &facts.venv;
    let owner = facts.rights.owner();
    if let (State::Good | State::Broken(_), Some(uid)) = (&venv.state, venv.owner_uid)
        && uid != owner.uid
        && give_back_step(facts).is_none()
    {
        return Err(VenvProblem::OfAnother {
            folder: venv.folder.clone(),
            part: None,
            uid,
            owner: owner.name.clone(),
            is_fixable: false,
            by_hand: give_back_by_hand(facts),
        }
        .into());
    }
    match &venv.state {
        State::Missing => Ok(Some("it does not exist".into())),
        State::Empty => Ok(Some("its folder is empty".into())),
        State::Broken(flaw) => Ok(Some(flaw.words())),
        State::Foreign(what) => {
            let (folder, what) = (venv.folder.clone(), what.clone());
            Err(VenvProblem::Foreign { folder, what }.into())
        }
        State::Good => {
            Ok(venv.version.as_ref().and_then(|version| misfit(version, request, choice)))
        }
    }
}

/// An environment that an earlier `sudo` left to root, in a folder of the student's: given back
/// before anything else is done with it. It must be one as a whole: nothing that no environment
/// brings changes hands.
pub(super) fn give_back_step(facts: &Facts) -> Option<Step> {
    let venv = &facts.venv;
    let owner = facts.rights.owner();
    let why = match (venv.owner_uid, &venv.roots_part) {
        (Some(0), _) => "it belongs to root, as after an earlier `sudo`".to_owned(),
        (Some(uid), Some(part)) if uid == owner.uid => {
            format!("`{}` in it belongs to root, as after `sudo pip install`", part.display())
        }
        _ => return None,
    };
    let is_in_own_folder = !owner.is_root() && venv.parent_uid == Some(owner.uid);
    let is_nothing_else =
        matches!(venv.state, State::Good | State::Broken(_)) && venv.strangers.is_empty();
    (is_in_own_folder && is_nothing_else).then(|| Step {
        id: "give-back-venv".into(),
        title: format!(
            "Change the owner of the virtual environment `{}` to {}",
            venv.folder.display(),
            owner.name
        ),
        why,
        command: commands::give_back(&venv.folder, owner.uid, owner.gid, &[]),
        action: Action::GiveBackVenv {
            folder: venv.folder.clone(),
            uid: owner.uid,
            gid: owner.gid,
        },
        needs_root: true,
    })
}

/// The command that gives it to the student, whoever owns it, for a person who has looked into it.
pub fn give_back_by_hand(facts: &Facts) -> String {
    let owner = facts.rights.owner();
    let folder = facts.venv.folder.display().to_string();
    quoted_line(&["chown".into(), "-hR".into(), format!("{}:{}", owner.uid, owner.gid), folder])
}

/// Why the version that a good virtual environment was made by does not do.
fn misfit(version: &PythonVersion, request: &Request, choice: Option<&Choice>) -> Option<String> {
    let wanted = &request.python.requirement;
    if !wanted.matches(version) {
        return Some(format!("it was created by Python {version}, which is not in `{wanted}`"));
    }
    let named = choice.filter(|choice| choice.origin == Origin::Named)?;
    let is_other = (version.major, version.minor) != (named.version.major, named.version.minor);
    is_other.then(|| {
        format!("it was created by Python {version}, but `--python` asks for {}", named.version)
    })
}

/// What a good virtual environment lacks.
fn package_steps(
    packages: &[String],
    facts: &Facts,
    source: &PackageSource,
    owner: Option<Account>,
) -> Vec<Step> {
    let folder = &facts.venv.folder;
    let has = |name: &str| facts.venv.packages.contains(&normalized(name));
    let missing: Vec<String> = packages.iter().filter(|name| !has(name)).cloned().collect();
    let add_pip = (!has("pip")).then(|| Step {
        id: "add-pip".into(),
        title: "Add pip to the virtual environment".into(),
        why: "it has no pip".into(),
        action: Action::AddPip { folder: folder.clone() },
        command: commands::add_pip(folder, owner.clone()),
        needs_root: false,
    });
    add_pip.into_iter().chain(pip_step(folder, &missing, owner, source)).collect()
}

fn pip_step(
    folder: &Path,
    packages: &[String],
    owner: Option<Account>,
    source: &PackageSource,
) -> Option<Step> {
    (!packages.is_empty()).then(|| Step {
        id: "install-into-venv".into(),
        title: format!("Install {} into the virtual environment", quoted_list(packages)),
        why: "the course needs it".into(),
        command: commands::install_into_venv(folder, packages, owner, source),
        action: Action::InstallIntoVenv { folder: folder.to_owned(), packages: packages.to_vec() },
        needs_root: false,
    })
}

/// Root works for the student whose folder this is.
fn owner_to_become(facts: &Facts) -> Option<Account> {
    facts.rights.student.clone()
}
