//! What Python says on standard error, and what it means for a student. Pure.

/// A text that is known, what it means, and what to do.
struct Known {
    text: &'static str,
    means: &'static str,
    fix: &'static str,
}

const NEWER: &str = "run it with the Python that the course asks for; `labready plan` shows which";
const SHADOW: &str = "rename any file called `asyncio.py` beside the script, and check that it runs with Python 3.7 or later";

/// The usual ones. The first that is found is told, so that the narrower stands before the wider.
const KNOWN: &[Known] = &[
    Known {
        text: "There is no current event loop",
        means: "from Python 3.14 on there is no event loop until one runs, so that `asyncio.get_event_loop()` raised RuntimeError; the course needs an earlier Python",
        fix: NEWER,
    },
    Known {
        text: "no running event loop",
        means: "a task was made where no event loop runs",
        fix: "make tasks inside a coroutine that `asyncio.run(…)` runs",
    },
    Known {
        text: "module 'asyncio' has no attribute",
        means: "`asyncio` is not Python's own, or Python is older than 3.7",
        fix: SHADOW,
    },
    Known {
        text: "partially initialized module",
        means: "a file beside the script has the name of one of Python's own modules and hides it",
        fix: "rename that file; the message names it",
    },
    Known {
        text: "No module named 'asyncio'",
        means: "this Python lacks its own standard library",
        fix: "install a whole Python (`labready setup`), not a minimal package",
    },
    Known {
        text: "No module named '_",
        means: "this Python was built without a part of its standard library",
        fix: "use an interpreter from the system's packages (`labready setup`)",
    },
    Known {
        text: "ensurepip is not available",
        means: "the package with Python's venv support is missing",
        fix: "`labready setup` installs it (pythonX.Y-venv)",
    },
    Known {
        text: "asyncio.run() cannot be called from a running event loop",
        means: "`asyncio.run()` was called inside a coroutine, where a loop runs already",
        fix: "`await` the coroutine there instead",
    },
    Known {
        text: "a coroutine was expected",
        means: "a function was passed where its coroutine is wanted",
        fix: "call it: `main()`, not `main`; and is it `async def`?",
    },
    Known {
        text: "can't be used in 'await' expression",
        means: "something was awaited that is no coroutine",
        fix: "was `time.sleep` awaited instead of `asyncio.sleep`, or an `async` left out before `def`?",
    },
    Known {
        text: "'await' outside",
        means: "`await` stands in a function that is not `async`",
        fix: "write `async def` before the function that awaits",
    },
    Known {
        text: "TabError:",
        means: "tabs and spaces are mixed in the indentation",
        fix: "indent every line with four spaces; most editors can convert tabs",
    },
    Known {
        text: "IndentationError:",
        means: "a line is indented wrongly",
        fix: "lines of the same block begin in the same column, with spaces only",
    },
    Known {
        text: "SyntaxError:",
        means: "Python cannot read the script",
        fix: "look at the line that the message shows, and at the end of the one above it",
    },
    Known {
        text: "can't open file",
        means: "Python may not read the script",
        fix: "check that the file is there and readable",
    },
    Known {
        text: "ModuleNotFoundError:",
        means: "a module that the script imports is not installed",
        fix: "check its spelling; install it into the virtual environment with `pip install` if the course says so",
    },
    Known {
        text: "NameError:",
        means: "a name is used that was never defined",
        fix: "check its spelling, and whether an `import` is missing",
    },
    Known {
        text: "MemoryError",
        means: "it ran out of memory",
        fix: "look for a loop that never ends",
    },
];

/// What the known texts say of it: meaning, and fix.
pub(super) fn known(errors: &str) -> Option<(&'static str, &'static str)> {
    KNOWN.iter().find(|known| errors.contains(known.text)).map(|known| (known.means, known.fix))
}

/// The line with the exception itself: the last one that is not indented.
pub(super) fn exception(errors: &str) -> Option<&str> {
    let lines = errors.lines().rev().map(str::trim_end).filter(|line| !line.is_empty());
    lines.filter(|line| !line.starts_with([' ', '\t'])).find(|line| is_exception(line))
}

fn is_exception(line: &str) -> bool {
    let name = line.split_once(':').map_or(line, |(name, _)| name);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
    let ending =
        ["Error", "Exception", "Interrupt", "Exit", "Warning", "StopIteration", "ExceptionGroup"];
    is_name && (ending.iter().any(|ending| name.ends_with(ending)) || line.contains(": "))
}

/// The line of the script that it happened in: the deepest one that the traceback names.
pub(super) fn line_of(errors: &str, script: &str) -> Option<usize> {
    let name = script.rsplit('/').next().unwrap_or(script);
    let own = errors
        .lines()
        .rev()
        .filter(|line| line.trim_start().starts_with("File \"") && line.contains(name));
    own.filter_map(|line| {
        let number = line.rsplit_once(", line ")?.1;
        number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    })
    .next()
}

/// A coroutine that was made and never awaited, by its name.
pub(super) fn never_awaited(errors: &str) -> Option<&str> {
    let (before, _) = errors.split_once("' was never awaited")?;
    before.rsplit_once('\'').map(|(_, name)| name)
}
