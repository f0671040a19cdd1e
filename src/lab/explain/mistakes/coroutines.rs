//! What was called, awaited or handed over in the wrong way.

use super::code::is_name;
use super::slips::unawaited;
use super::{CodeLine, Crash, Mistake};

/// Messages that say enough by themselves: what they mean, and what to do.
const ROWS: [(&str, &str, &str, &str); 9] = [
    (
        "RuntimeError",
        "asyncio.run() cannot be called from a running event loop",
        "`asyncio.run` is called inside a coroutine, where a loop already runs",
        "write `await` instead of `asyncio.run`",
    ),
    (
        "RuntimeError",
        "This event loop is already running",
        "the loop is started inside a coroutine, which it already runs",
        "write `await` instead",
    ),
    (
        "RuntimeError",
        "There is no current event loop",
        "since Python 3.14, `asyncio.get_event_loop()` fails where no event loop runs",
        "run it with the Python that the course asks for; `labready plan` shows which",
    ),
    (
        "RuntimeError",
        "no running event loop",
        "a task is created where no event loop runs",
        "create tasks inside a coroutine that `asyncio.run(…)` runs",
    ),
    (
        "RuntimeError",
        "cannot reuse already awaited coroutine",
        "one coroutine is awaited twice",
        "call the function again for each `await`",
    ),
    (
        "RuntimeError",
        "Event loop is closed",
        "the event loop is used after it was closed",
        "move what uses it before `close()`",
    ),
    (
        "EOFError",
        "EOF when reading a line",
        "`input` waits for somebody to type, but a lab runs by itself",
        "delete the `input(…)`",
    ),
    ("MemoryError", "", "it ran out of memory", "check for a loop that never ends"),
    (
        "TypeError",
        "run_in_executor() missing 1 required positional argument: 'func'",
        "`run_in_executor` takes the executor first, and `None` stands for the loop's own",
        "write `run_in_executor(None, …)`",
    ),
];
/// Calls that take a function to be called later, before and after where it stands.
const TAKERS: [&str; 7] = [
    "call_soon(",
    "run_in_executor(None, ",
    "target=",
    ".submit(",
    "call_soon_threadsafe(",
    "to_thread(",
    "add_done_callback(",
];

pub(super) fn mistake(crash: Crash<'_>) -> Option<Mistake> {
    let row = ROWS.iter().find(|(kind, text, ..)| crash.is(kind, text));
    if let Some((_, _, means, fix)) = row {
        return crash.here(*means, *fix);
    }
    if crash.exception.kind() == "CancelledError" {
        let slip = unawaited(crash.code)?;
        return Mistake::at(slip.line, format!("it {}", slip.means), slip.fix);
    }
    if !["TypeError", "ValueError"].contains(&crash.exception.kind()) {
        return None;
    }
    let rules = [not_called, awaited, called_at_once, in_a_list, no_awaitable];
    rules.iter().find_map(|rule| rule(crash))
}

/// `asyncio.run(main)`, `asyncio.create_task(swiss)`
fn not_called(crash: Crash<'_>) -> Option<Mistake> {
    let function = crash.between("a coroutine was expected, got <function ", " at ")?;
    is_name(function).then(|| {
        crash.here(
            format!("`{function}` is passed without being called: the `()` is missing"),
            format!("write `{function}()`"),
        )
    })?
}

/// `await rolex`, `await time.sleep(1)`
fn awaited(crash: Crash<'_>) -> Option<Mistake> {
    let of_older = crash.between("object ", " can't be used in 'await' expression");
    let kind = of_older.or_else(|| crash.between("'", "' object can't be awaited"))?;
    let (_, rest) = crash.line()?.code.split_once("await ")?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len());
    let (called, behind) = (&rest[..end], rest[end..].trim_start());
    match (kind, behind.starts_with('('), called) {
        ("function" | "method", false, _) => crash.here(
            format!("`{called}` is awaited without being called: the `()` is missing"),
            format!("write `await {called}()`"),
        ),
        ("NoneType", true, "time.sleep") => crash.here(
            "`time.sleep` cannot be awaited: it blocks the whole event loop",
            "write `await asyncio.sleep(…)`",
        ),
        ("NoneType", true, "print") => {
            crash.here("`print` cannot be awaited", "delete the `await` before `print`")
        }
        (_, true, _) => {
            let (_, line) = crash.code.functions(false).find(|(name, _)| *name == called)?;
            Mistake::at(
                line,
                format!("`{called}` is awaited, but it is a plain `def`"),
                format!("write `async def {called}`"),
            )
        }
        _ => None,
    }
}

/// `loop.call_soon(sundial())`
fn called_at_once(crash: Crash<'_>) -> Option<Mistake> {
    if crash.exception.message() != "'NoneType' object is not callable" {
        return None;
    }
    let functions: Vec<&str> = crash.code.functions(false).map(|(name, _)| name).collect();
    let handed = |line: &'_ CodeLine| {
        functions
            .iter()
            .find(|name| TAKERS.iter().any(|taker| line.code.contains(&format!("{taker}{name}()"))))
            .map(|name| ((*name).to_owned(), line.number))
    };
    let (name, line) = crash.code.lines.iter().find_map(handed)?;
    Mistake::at(
        line,
        format!("`{name}()` is called at once instead of being passed on, to be called later"),
        format!("write `{name}` without the `()`"),
    )
}

/// `asyncio.gather([first, second])`
fn in_a_list(crash: Crash<'_>) -> Option<Mistake> {
    let (_, list) = crash.line()?.code.split_once("gather([")?;
    let is_told = ["unhashable type: 'list'", "awaitable is required"];
    let message = crash.exception.message();
    let list = list.split(']').next()?;
    is_told.iter().any(|text| message.contains(text)).then(|| {
        crash.here(
            "`gather` takes the tasks themselves, not a list of them",
            format!("write `gather({list})`, without the square brackets"),
        )
    })?
}

/// `loop.run_until_complete(asyncio.sleep)`
fn no_awaitable(crash: Crash<'_>) -> Option<Mistake> {
    if !crash.exception.message().contains("a coroutine or an awaitable is required") {
        return None;
    }
    let code = crash.line()?.code.as_str();
    let coroutines = crash.code.coroutines().map(|(name, _)| name).chain(["asyncio.sleep"]);
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let uncalled = |name: &&str| {
        code.match_indices(*name).any(|(at, _)| {
            let behind = &code[at + name.len()..];
            !code[..at].ends_with(is_part) && behind.starts_with([')', ','])
        })
    };
    let name = coroutines.into_iter().find(uncalled)?;
    crash.here(
        format!("`{name}` is passed without being called: the `()` is missing"),
        format!("write `{name}(…)`"),
    )
}
