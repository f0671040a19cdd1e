//! Python's messages on standard error, and what they mean for a student. Pure.

/// A text that is known, what it means, and what to do.
struct Known {
    text: &'static str,
    means: &'static str,
    fix: &'static str,
}

const NEWER: &str = "run it with the Python that the course asks for; `labready plan` shows which";
const SHADOW: &str = "rename any file called `asyncio.py` beside the script, and check that it runs with Python 3.7 or later";

/// The usual ones. The first match wins, so the narrower comes before the wider.
const KNOWN: &[Known] = &[
    Known {
        text: "There is no current event loop",
        means: "since Python 3.14, `asyncio.get_event_loop()` fails where no event loop runs; the course needs an earlier Python",
        fix: NEWER,
    },
    Known {
        text: "no running event loop",
        means: "a task was created where no event loop runs",
        fix: "create tasks inside a coroutine that `asyncio.run(…)` runs",
    },
    Known {
        text: "module 'asyncio' has no attribute",
        means: "`asyncio` is not Python's own module, or Python is older than 3.7",
        fix: SHADOW,
    },
    Known {
        text: "partially initialized module",
        means: "a file beside the script hides the Python module of the same name",
        fix: "rename the file that the message names",
    },
    Known {
        text: "No module named 'asyncio'",
        means: "this Python lacks its own standard library",
        fix: "install a complete Python with `labready setup`, not a minimal package",
    },
    Known {
        text: "No module named '_",
        means: "this Python was built without part of its standard library",
        fix: "install the system's own Python packages with `labready setup`",
    },
    Known {
        text: "ensurepip is not available",
        means: "the package for virtual environments is missing",
        fix: "install pythonX.Y-venv with `labready setup`",
    },
    Known {
        text: "asyncio.run() cannot be called from a running event loop",
        means: "`asyncio.run()` was called inside a coroutine, where a loop already runs",
        fix: "`await` the coroutine instead",
    },
    Known {
        text: "a coroutine was expected",
        means: "a function was passed instead of its coroutine",
        fix: "call the function (`main()`, not `main`), and check that it is `async def`",
    },
    Known {
        text: "can't be used in 'await' expression",
        means: "something was awaited that is not a coroutine",
        fix: "check for `await time.sleep` instead of `await asyncio.sleep`, or a missing `async` before `def`",
    },
    Known {
        text: "'await' outside",
        means: "`await` is used in a function that is not `async`",
        fix: "write `async def` instead of `def` for the function that awaits",
    },
    Known {
        text: "TabError:",
        means: "tabs and spaces are mixed in the indentation",
        fix: "indent with spaces only; most editors can convert tabs",
    },
    Known {
        text: "IndentationError:",
        means: "the indentation of a line is wrong",
        fix: "start all lines of a block in the same column, with spaces only",
    },
    Known {
        text: "SyntaxError:",
        means: "Python cannot read the script",
        fix: "check the line that the message shows, and the end of the line above it",
    },
    Known {
        text: "can't open file",
        means: "Python cannot open the script",
        fix: "check that the file exists and is readable",
    },
    Known {
        text: "ModuleNotFoundError:",
        means: "a module that the script imports is not installed",
        fix: "check its spelling, or install it with `pip install` if the course says so",
    },
    Known {
        text: "NameError:",
        means: "a name is used but never defined",
        fix: "check its spelling, and for a missing `import`",
    },
    Known {
        text: "MemoryError",
        means: "it ran out of memory",
        fix: "check for a loop that never ends",
    },
];

/// The meaning and the fix of the first known message.
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

/// The name of a coroutine that was never awaited.
pub(super) fn never_awaited(errors: &str) -> Option<&str> {
    let (before, _) = errors.split_once("' was never awaited")?;
    before.rsplit_once('\'').map(|(_, name)| name)
}
