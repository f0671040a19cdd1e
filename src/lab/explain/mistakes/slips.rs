//! Mistakes that Python says nothing about, or only warns of: each is looked for where what was
//! printed shows that something is wrong.

use super::Code;
use super::code::words;

/// What is wrong in a line, to be said after "line N".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lab::explain) struct Slip {
    pub line: usize,
    pub means: String,
    pub fix: String,
}

/// What asyncio offers that does nothing, or is cut off, unless it is awaited.
const AWAITED: [&str; 4] = ["asyncio.sleep", "asyncio.gather", "asyncio.wait", "asyncio.wait_for"];

/// The first coroutine that is called as a statement of its own, without `await`.
pub(in crate::lab::explain) fn unawaited(code: &Code) -> Option<Slip> {
    let is_coroutine = |called: &str| {
        AWAITED.contains(&called) || code.coroutines().any(|(name, _)| name == called)
    };
    let (line, called) = code.plain_calls().find(|(_, called)| is_coroutine(called))?;
    // `rolex()`, but `asyncio.sleep(…)`
    let shown = if line.bare().ends_with("()") { "()" } else { "(…)" };
    let shown = format!("{called}{shown}");
    let (means, fix) = match code.around(line.number) {
        None if !called.contains('.') => {
            (format!("calls `{shown}` without running it"), format!("write `asyncio.run({shown})`"))
        }
        _ => (format!("calls `{shown}` without `await`"), format!("write `await {shown}`")),
    };
    Some(Slip { line: line.number, means, fix })
}

/// A loop, or a `main`, that is made and never run.
pub(in crate::lab::explain) fn unrun(code: &Code) -> Option<Slip> {
    let runs = ["run_until_complete", "run_forever", "asyncio.run"];
    if runs.iter().any(|run| code.has(run)) {
        return None;
    }
    if let Some((_, line)) =
        code.coroutines().find(|(name, _)| *name == "main" && code.with_word("main").count() == 1)
    {
        return Some(Slip {
            line,
            means: "defines `main`, but nothing runs it".into(),
            fix: "end the script with `asyncio.run(main())`".into(),
        });
    }
    let makes = ["get_event_loop(", "new_event_loop("];
    let line = code.lines.iter().find(|line| makes.iter().any(|make| line.code.contains(make)))?;
    Some(Slip {
        line: line.number,
        means: "makes an event loop, but nothing runs it".into(),
        fix: "end the script as the lab sheet does, with `loop.run_until_complete(…)`".into(),
    })
}

/// `if __name__ == "main":`
pub(in crate::lab::explain) fn wrong_guard(code: &Code) -> Option<Slip> {
    let mut guards = code.with_word("__name__");
    let line = guards.find(|line| line.bare().starts_with("if ") && line.code.contains("=="))?;
    let quoted = line.raw.split(['"', '\'']).nth(1)?;
    (quoted != "__main__").then(|| Slip {
        line: line.number,
        means: format!("compares `__name__` with `{quoted}`, which it never is"),
        fix: "write `if __name__ == \"__main__\":`".into(),
    })
}

/// A text in braces that was printed as it stands in the script.
pub(in crate::lab::explain) fn unformatted(code: &Code, printed: &str) -> Option<Slip> {
    let is_template = printed.split_once('{').is_some_and(|(_, rest)| rest.contains('}'));
    let line = code.lines.iter().find(|line| is_template && line.raw.contains(printed))?;
    let (before, _) = line.raw.split_once(printed)?;
    let before = before.trim_end_matches(['"', '\'']);
    (!before.ends_with(['f', 'F'])).then(|| Slip {
        line: line.number,
        means: "prints the braces as they are: the `f` before the quote is missing".into(),
        fix: format!("write `f\"{printed}\"`"),
    })
}

/// A function that was printed instead of what it gives.
pub(in crate::lab::explain) fn uncalled_in_text(code: &Code, printed: &str) -> Option<Slip> {
    let kinds = ["<built-in method ", "<function ", "<bound method ", "<coroutine object "];
    let (kind, rest) = kinds.iter().find_map(|kind| Some((*kind, printed.split_once(kind)?.1)))?;
    let name = rest.split([' ', '>']).next()?.rsplit('.').next()?;
    let line = code.lines.iter().find(|line| {
        line.raw.contains("print")
            && words(&line.raw).any(|(at, word)| {
                word == name
                    && line.raw[at + word.len()..].starts_with('(') == kind.contains("coroutine")
            })
    })?;
    Some(if kind.contains("coroutine") {
        Slip {
            line: line.number,
            means: format!("prints the coroutine `{name}()` instead of awaiting it"),
            fix: format!("write `await {name}()`"),
        }
    } else {
        Slip {
            line: line.number,
            means: format!(
                "prints the function `{name}` instead of calling it: the `()` is missing"
            ),
            fix: format!("write `{name}()`"),
        }
    })
}

/// The one line of the script that prints a text which begins like this.
pub(in crate::lab::explain) fn where_printed(code: &Code, printed: &str) -> Option<usize> {
    let words = printed.split(['{', '<']).next()?;
    let words = words.split(|c: char| c.is_ascii_digit()).next()?.trim();
    let mut lines = code.lines.iter().filter(|line| {
        !words.is_empty() && line.code.contains("print") && line.raw.contains(words)
    });
    let first = lines.next()?;
    lines.next().is_none().then_some(first.number)
}
