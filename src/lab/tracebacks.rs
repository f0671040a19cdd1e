//! Exceptions that standard error tells of although the script went on: Python exits with 0 after
//! one in a thread, in a callback, or in a task that nobody awaited. Pure.
//!
//! A traceback is the script's when it names the script's file, or when Python reports it for a
//! thread, a callback or a task, which only the script can have made. What else Python survives (a
//! broken `.pth` file in site-packages) is not. One without such a report was caught and printed by
//! the script itself, which is nothing wrong where the course's own script does so, too.

/// How each of them begins.
pub(super) const TRACEBACK: &str = "Traceback (most recent call last)";
/// How Python's reports of exceptions that nobody caught begin.
const REPORTS: [&str; 5] = [
    "Exception in thread",
    "Exception in callback",
    "exception was never retrieved",
    "Exception ignored in",
    "unhandled exception during",
];
/// How a script prints an exception that it caught.
const PRINTERS: [&str; 6] = [
    "print_exc(",
    "print_exception(",
    "format_exc(",
    "format_exception(",
    ".exception(",
    "exc_info",
];

/// Whether a traceback on standard error is the script's, of that path or file name. `expected` is
/// the course's own script.
pub(super) fn is_told(errors: &str, script: &str, expected: &str) -> bool {
    let file = script.rsplit('/').next().unwrap_or(script);
    let prints_its_own = PRINTERS.iter().any(|printer| expected.contains(printer));
    blocks(errors).any(|block| {
        let is_report = REPORTS.iter().any(|report| block.head.contains(report));
        let names_the_script = names(block.head, file) || names(block.text, file);
        (is_report && !block.head.contains("Exception ignored in"))
            || (names_the_script && (is_report || !prints_its_own))
    })
}

/// A traceback, and the lines above it back to the last blank one.
struct Block<'a> {
    head: &'a str,
    text: &'a str,
}

fn blocks(errors: &str) -> impl Iterator<Item = Block<'_>> {
    let places: Vec<usize> = errors.match_indices(TRACEBACK).map(|(at, _)| at).collect();
    let ends: Vec<usize> = places.iter().copied().skip(1).chain([errors.len()]).collect();
    places.into_iter().zip(ends).map(|(at, end)| {
        let before = errors[..at].trim_end();
        let head = before.rfind("\n\n").map_or(0, |blank| blank + 2);
        Block { head: &before[head..], text: &errors[at..end] }
    })
}

/// Whether a text names the file: `File "…/lab.py", line 3`, `defined at …/lab.py:5`.
fn names(text: &str, file: &str) -> bool {
    !file.is_empty()
        && text.match_indices(file).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + file.len()..].chars().next();
            matches!(before, None | Some('/' | '"' | ' ' | '\''))
                && matches!(after, Some('"' | ':' | '\''))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKEN_PTH: &str = "Error processing line 1 of /venv/lib/python3.12/site-packages/old.pth:\n\n  Traceback (most recent call last):\n    File \"<frozen site>\", line 206, in addpackage\n    File \"<string>\", line 1, in <module>\n  ModuleNotFoundError: No module named 'gone'\n\nRemainder of file ignored\n";
    const OF_A_TASK: &str = "Task exception was never retrieved\nfuture: <Task finished name='Task-2' coro=<swiss() done, defined at /home/eva/lab.py:5> exception=ValueError()>\nTraceback (most recent call last):\n  File \"/home/eva/lab.py\", line 8, in swiss\n    raise ValueError\nValueError\n";
    const OF_A_THREAD: &str = "Exception in thread Thread-1 (work):\nTraceback (most recent call last):\n  File \"/usr/lib/python3.12/threading.py\", line 1073, in _bootstrap_inner\n    self.run()\nTypeError: work() missing 1 required positional argument: 'n'\n";
    const CAUGHT: &str = "Traceback (most recent call last):\n  File \"/home/eva/lab.py\", line 8, in main\n    raise ValueError\nValueError\n";

    #[test]
    fn what_python_survives_before_the_script_is_not_the_scripts() {
        assert!(!is_told(BROKEN_PTH, "lab.py", ""));
        assert!(!is_told("", "lab.py", ""));
        assert!(is_told(&format!("{BROKEN_PTH}{OF_A_TASK}"), "lab.py", ""));
    }

    #[test]
    fn an_exception_that_nobody_caught_is_told_whatever_the_course_prints() {
        for errors in [OF_A_TASK, OF_A_THREAD] {
            assert!(is_told(errors, "copies/lab.py", ""));
            assert!(is_told(errors, "lab.py", "traceback.print_exc()"));
        }
    }

    #[test]
    fn one_that_was_caught_and_printed_is_fine_where_the_course_does_so_too() {
        assert!(is_told(CAUGHT, "lab.py", "print('hello')"));
        assert!(!is_told(CAUGHT, "lab.py", "except ValueError:\n    traceback.print_exc()"));
    }
}
