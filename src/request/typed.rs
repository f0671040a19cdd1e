//! What was typed, as hints repeat it.

use std::path::Path;

use crate::apt::proxy::user_of;
use crate::cli::{Cli, Commands, Common, Select};
use crate::host::Host;
use crate::problem::{Invocation, RootBy};

/// What was typed, for hints that repeat it. Paths are absolute there: a hint can be pasted in any
/// folder.
pub fn invocation(host: &Host, cli: &Cli) -> Invocation {
    let path = |path: &Path| host.absolute(path).display().to_string();
    let Common { course, python, venv, .. } = &cli.common;
    let python = python.as_ref().map(|text| match text.contains('/') {
        true => path(Path::new(text)),
        false => text.clone(),
    });
    let common = [
        ("--course", course.as_deref().map(path)),
        ("--python", python),
        ("--venv", venv.as_deref().map(path)),
    ];
    let wish = cli.command.wish();
    // A password is never repeated.
    let mirror = wish.and_then(|wish| wish.ppa_mirror.as_ref());
    let mirror = mirror.filter(|address| user_of(address).is_none());
    let select = wish.is_some_and(|wish| wish.select == Select::None).then(|| "none".to_owned());
    let valued = [
        ("--ppa-mirror", mirror.cloned()),
        ("--ppa-key", wish.and_then(|wish| wish.ppa_key.as_deref()).map(path)),
        ("--owner", cli.command.owner().map(str::to_owned)),
        ("--select", select),
    ];
    let (image, clean) = match &cli.command {
        Commands::Setup(setup) => (setup.image, setup.clean),
        _ => (false, false),
    };
    let flags = [
        ("--image", image),
        ("--clean", clean),
        ("--newest", wish.is_some_and(|wish| wish.newest)),
        ("--offline", wish.is_some_and(|wish| wish.offline)),
    ];
    let words = |options: &[(&str, Option<String>)]| -> Vec<String> {
        let given = options.iter().filter_map(|(name, value)| Some((*name, value.clone()?)));
        given.flat_map(|(name, value)| [name.to_owned(), value]).collect()
    };
    let given = flags.iter().filter(|(_, is_given)| *is_given).map(|(name, _)| (*name).to_owned());
    let wanted = given.chain(words(&valued)).collect();
    let is_secret =
        host.arguments().iter().any(|word| word.contains("://") && user_of(word).is_some());
    let arguments = if is_secret { &[] } else { host.arguments() };
    let root = match host.account() {
        Ok(account) if account.is_root() => RootBy::Already,
        _ if host.elevation().is_none() => RootBy::Nobody,
        _ => RootBy::Sudo,
    };
    let typed = Invocation::new(cli.command.name(), arguments, words(&common), wanted);
    typed.by_who_becomes_root(root)
}
