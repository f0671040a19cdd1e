//! Names that Python does not know: misspelt, never imported, in the wrong module.

use super::code::is_name;
use super::library::{BUILTINS, LOOP, SINCE, names_in};
use super::{Crash, Mistake};
use crate::lab::script::OWN_MODULES;
use crate::spelling::{nearest, slips};

/// Modules of a lab, and how each is imported.
const IMPORTS: [(&str, &str); 6] = [
    ("asyncio", "import asyncio"),
    ("time", "import time"),
    ("datetime", "from datetime import datetime"),
    ("random", "import random"),
    ("threading", "import threading"),
    ("sys", "import sys"),
];

/// Modules of Python's own that hold others.
const PACKAGES: [&str; 4] = ["asyncio", "collections", "concurrent", "logging"];

pub(super) fn mistake(crash: Crash<'_>) -> Option<Mistake> {
    match crash.exception.kind() {
        "ModuleNotFoundError" => module(crash),
        "ImportError" => import(crash),
        "AttributeError" => hidden(crash).or_else(|| attribute(crash)),
        "NameError" => name(crash, crash.between("name '", "' is not defined")?),
        _ => None,
    }
}

/// The name that was meant: the same but for capital letters, or spelled nearly so.
fn meant<'a>(typed: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let same = |word: &&str| word.eq_ignore_ascii_case(typed) && *word != typed;
    let mut alike = known.clone().filter(same);
    let first = alike.next();
    match alike.find(|word| Some(*word) != first) {
        Some(_) => None,
        None => first.or_else(|| nearest(typed, known.filter(|word| *word != typed), slips(typed))),
    }
}

fn module(crash: Crash<'_>) -> Option<Mistake> {
    let named = crash.between("No module named '", "'")?;
    if crash.exception.message().contains("is not a package") {
        return no_package(crash, named);
    }
    let module = named.split('.').next().unwrap_or(named);
    let own = || OWN_MODULES.split_whitespace();
    if module.starts_with('_') {
        return crash.here(
            "this Python was built without part of its standard library",
            "install the system's own Python packages with `labready setup`",
        );
    }
    if own().any(|own| own == named) {
        return crash.here(
            "this Python lacks part of its own standard library",
            "install a complete Python with `labready setup`",
        );
    }
    match meant(module, own()) {
        Some(near) => crash.here(
            format!("there is no module `{module}`; Python has one that is called `{near}`"),
            format!("write `{near}` if you mean that one"),
        ),
        None => crash.here(
            format!("`{module}` is not one of Python's own modules, and it is not installed"),
            "compare the line with the lab sheet, letter by letter",
        ),
    }
}

/// `import time.sleep`, or a file that hides a package of Python's own.
fn no_package(crash: Crash<'_>, named: &str) -> Option<Mistake> {
    let (module, name) = named.split_once('.')?;
    if PACKAGES.contains(&module) {
        return crash.here(
            format!("a file `{module}.py` hides Python's own module `{module}`"),
            format!("rename your file `{module}.py`"),
        );
    }
    names_in(module).split_whitespace().any(|own| own == name).then(|| {
        crash.here(
            format!("`{name}` is not a module, but a name in the module `{module}`"),
            format!("write `import {module}`, and `{module}.{name}` where you use it"),
        )
    })?
}

fn import(crash: Crash<'_>) -> Option<Mistake> {
    hidden(crash).or_else(|| {
        let name = crash.between("cannot import name '", "'")?;
        let module = crash.between("from '", "'")?;
        let near = meant(name, names_in(module).split_whitespace())?;
        crash.here(
            format!("`{module}` has no `{name}`, but it has `{near}`"),
            format!("write `{near}`"),
        )
    })
}

/// A file of the student's in the place of one of Python's own modules, where Python says which.
fn hidden(crash: Crash<'_>) -> Option<Mistake> {
    let file = crash.between("consider renaming '", "'")?.rsplit('/').next()?;
    let module = file.strip_suffix(".py")?;
    OWN_MODULES.split_whitespace().any(|own| own == module).then(|| {
        crash.here(
            format!("your file `{file}` hides Python's own module `{module}`"),
            format!("rename `{file}`"),
        )
    })?
}

fn attribute(crash: Crash<'_>) -> Option<Mistake> {
    // A file that hides the module is told of elsewhere.
    if crash.exception.message().contains("partially initialized") {
        return None;
    }
    let attribute = crash.between("has no attribute '", "'")?;
    if let Some(module) = crash.between("module '", "' has no attribute") {
        return of_module(crash, module, attribute);
    }
    let kind = crash.between("'", "' object has no attribute");
    if kind.is_some_and(|kind| kind.ends_with("EventLoop")) {
        let near = meant(attribute, LOOP.split_whitespace())?;
        return crash.here(
            format!("an event loop has no `{attribute}`, but it has `{near}`"),
            format!("write `{near}`"),
        );
    }
    let of_class = crash.between("type object '", "' has no attribute")?;
    let class = of_class.rsplit('.').next()?;
    (class == attribute && class == "datetime").then(|| {
        crash.here(
            "`datetime` is already the class here, because of `from datetime import datetime`",
            "write `datetime.now()`, with `datetime` once",
        )
    })?
}

fn of_module(crash: Crash<'_>, module: &str, attribute: &str) -> Option<Mistake> {
    let of_class = ["now", "today", "utcnow", "strptime", "fromtimestamp"];
    if module == "datetime" && of_class.contains(&attribute) {
        return crash.here(
            format!(
                "`datetime` is the module here, and `{attribute}` belongs to the class inside it"
            ),
            "import the class: `from datetime import datetime`",
        );
    }
    if let Some((_, version)) =
        SINCE.iter().find(|(name, _)| module == "asyncio" && *name == attribute)
    {
        return crash.here(
            format!("`asyncio.{attribute}` exists only since Python {version}"),
            "run it with a newer Python, or write what the lab sheet says",
        );
    }
    let near = meant(attribute, names_in(module).split_whitespace())?;
    crash.here(
        format!("`{module}` has no `{attribute}`, but it has `{near}`"),
        format!("write `{module}.{near}`"),
    )
}

fn name(crash: Crash<'_>, name: &str) -> Option<Mistake> {
    let imported = crash.code.imports();
    let known = IMPORTS.iter().find(|(module, _)| *module == name);
    if let Some((module, import)) = known.filter(|(module, _)| !crash.code.names().contains(module))
    {
        return crash.here(
            format!("`{module}` is used, but never imported"),
            format!("write `{import}` at the top of the file"),
        );
    }
    let holds = |module: &&&str| names_in(module).split_whitespace().any(|own| own == name);
    let modules: Vec<&str> = imported.iter().filter(holds).copied().collect();
    if let Some(module) = modules.iter().find(|module| crash.code.has(&format!("{module},{name}")))
    {
        return crash.here(
            format!("`{module},{name}` has a comma where a dot belongs"),
            format!("write `{module}.{name}`"),
        );
    }
    if !modules.is_empty() {
        let with: Vec<String> = modules.iter().map(|module| format!("`{module}.{name}`")).collect();
        return crash.here(
            format!("`{name}` needs its module before it"),
            format!("write {}", with.join(" or ")),
        );
    }
    if let Some(line) = defined_later(crash, name) {
        return crash.here(
            format!("`{name}` is used here, but defined only in line {line}"),
            "define it before you use it",
        );
    }
    misspelt(crash, name)
}

/// The line further down in which a name is defined that the script's outermost lines already use.
fn defined_later(crash: Crash<'_>, name: &str) -> Option<usize> {
    let here = crash.line()?;
    let functions = crash.code.functions(true).chain(crash.code.functions(false));
    let mut later = functions.filter(|(known, line)| *known == name && *line > here.number);
    later.next().map(|(_, line)| line).filter(|_| here.indent() == 0)
}

fn misspelt(crash: Crash<'_>, name: &str) -> Option<Mistake> {
    let own = crash.code.names();
    let builtins = BUILTINS.split_whitespace();
    let known = own.into_iter().filter(|known| is_name(known)).chain(builtins);
    let near = meant(name, known)?;
    crash.here(
        format!("`{name}` is not defined anywhere, but `{near}` is"),
        format!("write `{near}` if you mean that one"),
    )
}
