//! What is typed next on a workstation that is ready: into the course's folder, into its virtual
//! environment, the first lab, and its check.

use std::path::Path;

use super::Task;
use super::round::Round;
use crate::host::quoted_line;
use crate::outcome::Next;

/// Nothing in an image, where nobody types, and without a lab.
pub(super) fn next(task: &Task<'_>, round: &Round) -> Option<Next> {
    let venv = &round.facts.venv;
    let labs = &task.request.course.labs;
    let python = venv.version.clone().filter(|_| !task.request.install.image)?;
    let host = task.host.as_seen_by(task.request.student.as_ref());
    let (here, beside) = (task.host.absolute(Path::new(".")), venv.folder.parent()?);
    let is_there = |folder: &Path, script: &str| host.lstat(&folder.join(script)).exists();
    let in_folder = |folder: &Path| {
        labs.iter().map(|lab| lab.script.as_str()).find(|lab| is_there(folder, lab))
    };
    // Where the student's files are; else beside the environment.
    let (folder, found) = match (in_folder(&here), in_folder(beside)) {
        (Some(lab), _) => (here.as_path(), Some(lab)),
        (None, found) => (beside, found),
    };
    let lab = found.or(labs.first().map(|lab| lab.script.as_str()))?;
    let word = |path: &Path| quoted_line(&[path.display().to_string()]);
    let environment =
        if folder == beside { venv.folder.strip_prefix(beside).ok()? } else { &venv.folder };
    let script = quoted_line(&[lab.to_owned()]);
    let enter = (folder != here).then(|| format!("cd {}", word(folder)));
    let commands = [
        format!("source {}", word(&environment.join("bin/activate"))),
        format!("python3 {script}"),
        task.request.typed.labready_with("verify", &[lab]),
    ];
    Some(Next {
        python,
        venv: venv.folder.clone(),
        lacks: found.is_none().then(|| lab.to_owned()),
        commands: enter.into_iter().chain(commands).collect(),
    })
}
