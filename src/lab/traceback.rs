//! Python's last words: the exception on standard error that ended a script, and where in the script
//! that was. Pure.
//!
//! The last exception of a chain or of a group is the final one. What is only logged (a task that
//! nobody awaited, a callback, a thread) counts where nothing else ended the script; warnings never
//! do.

use super::verdict::Exception;

/// What Python says before a traceback that did not end the script.
const ASIDES: [&str; 8] = [
    "Exception in callback",
    "Exception in thread",
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "_GatheringFuture exception was never retrieved",
    "exception calling callback",
    "unhandled exception during asyncio.run() shutdown",
    "Error in atexit",
];
/// The same where it is Python's own business, while it shuts down.
const IGNORED: [&str; 3] = ["Exception ignored", "--- Logging error", "Error in sys.excepthook"];
/// What stands between the exceptions of a chain.
const CHAINED: [&str; 2] = ["During handling of the above", "The above exception was the direct"];
const HEAD: &str = "Traceback (most recent call last):";
/// How much of an exception's message is kept, in characters.
const TEXT_LENGTH: usize = 300;

/// How much a traceback says about the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Ignored,
    Aside,
    Final,
}

/// A line of a traceback's script.
#[derive(Debug, Default)]
struct Frame<'a> {
    file: &'a str,
    line: Option<usize>,
    function: Option<&'a str>,
    source: Option<&'a str>,
    carets: Option<&'a str>,
}

/// The final exception, where the script of this name is concerned.
pub(super) fn final_exception(errors: &str, script: &str) -> Option<Exception> {
    let mut reader =
        Reader { name: script.rsplit('/').next().unwrap_or(script), ..Reader::default() };
    errors.lines().for_each(|line| reader.line(line));
    reader.found.map(|(_, exception)| exception)
}

/// The name of a coroutine that Python warns was never awaited.
pub(super) fn never_awaited(errors: &str) -> Option<&str> {
    let (before, _) = errors.split_once("' was never awaited")?;
    before.rsplit_once('\'').map(|(_, name)| name)
}

/// Goes through standard error line by line.
#[derive(Default)]
struct Reader<'a> {
    name: &'a str,
    frames: Option<Vec<Frame<'a>>>,
    weight: Option<Weight>,
    /// The weight of the traceback before, for the next one of its chain.
    last: Option<Weight>,
    found: Option<(Weight, Exception)>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) {
        let (line, is_in_group) = without_margin(line);
        if line.trim_start().starts_with(HEAD) || line.ends_with(HEAD) {
            if is_in_group || self.frames.is_some() {
                self.weight = self.weight.or(self.last);
            }
            self.frames = Some(Vec::new());
        } else if let Some(frame) = Frame::read(line) {
            self.frames.get_or_insert_default().push(frame);
        } else if self.frames.is_some() && line.starts_with(' ') {
            let frames = self.frames.as_mut().and_then(|frames| frames.last_mut());
            frames.into_iter().for_each(|frame| frame.note(line));
        } else if self.frames.is_some() && !line.trim().is_empty() {
            self.end(line);
        } else {
            self.between(line);
        }
    }

    /// What stands between tracebacks.
    fn between(&mut self, line: &'a str) {
        let begins = |with: &&str| line.starts_with(*with);
        if IGNORED.iter().any(begins) {
            self.weight = Some(Weight::Ignored);
        } else if ASIDES.iter().any(begins) {
            self.weight = Some(Weight::Aside);
        } else if CHAINED.iter().any(begins) {
            self.weight = self.last;
        } else if is_unreadable(line) {
            // A file that Python cannot even decode has no traceback.
            self.end(line);
        }
    }

    fn end(&mut self, line: &'a str) {
        let frames = self.frames.take().unwrap_or_default();
        let weight = self.weight.take().unwrap_or(Weight::Final);
        self.last = Some(weight);
        if !is_exception(line) {
            return;
        }
        let exception = self.exception(&frames, line);
        if self.found.as_ref().is_none_or(|(found, _)| weight >= *found) {
            self.found = Some((weight, exception));
        }
    }

    /// The exception with the deepest line of the script itself.
    fn exception(&self, frames: &[Frame<'_>], text: &str) -> Exception {
        let is_own = |frame: &&Frame<'_>| frame.file.rsplit('/').next() == Some(self.name);
        let own = frames.iter().rev().find(is_own);
        let mut exception = Exception { text: shortened(text), ..Exception::default() };
        let Some(frame) = own else {
            exception.line = numbered(text, self.name);
            return exception;
        };
        exception.line = frame.line;
        exception.function = frame.function.map(str::to_owned);
        if let Some(source) = frame.source {
            let (marked, source) = (frame.marked(), source.trim());
            exception.source = Some(source.to_owned());
            let (column, width) = marked.unwrap_or_default();
            (exception.column, exception.width) = (column, width);
        }
        mark_sign(&mut exception);
        exception.column.is_none().then(|| mark_named(&mut exception));
        exception
    }
}

impl<'a> Frame<'a> {
    /// `  File "x.py", line 3, in main`
    fn read(line: &'a str) -> Option<Self> {
        let (file, rest) = line.strip_prefix("  File \"")?.rsplit_once("\", line ")?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let function = rest[end..].strip_prefix(", in ").filter(|name| !name.starts_with('<'));
        Some(Self { file, line: rest[..end].parse().ok(), function, ..Self::default() })
    }

    fn note(&mut self, line: &'a str) {
        let is_marks = line.chars().all(|c| " ~^".contains(c)) && line.contains(['~', '^']);
        if self.source.is_none() {
            self.source = Some(line);
        } else if is_marks && self.carets.is_none() {
            self.carets = Some(line);
        }
    }

    /// Where the marks are in the line of the script, without its indentation, and how many.
    fn marked(&self) -> Option<(Option<usize>, usize)> {
        let (source, carets) = (self.source?, self.carets?);
        let indented = |text: &str| text.chars().take_while(|c| c.is_whitespace()).count();
        // Versions of Python differ in how they count wide characters.
        if crate::words::width(source.trim()) != source.trim().chars().count() {
            return None;
        }
        let at = indented(carets).checked_sub(indented(source))?;
        let width = carets.trim().chars().count();
        let length = source.trim().chars().count();
        (at <= length).then(|| (Some(at + 1), width.min(length.saturating_sub(at).max(1))))
    }
}

/// A line without what an exception group draws to the left of it, and whether there was any.
fn without_margin(line: &str) -> (&str, bool) {
    let bare = line.trim_start();
    match bare.strip_prefix("| ").or_else(|| (bare == "|").then_some("")) {
        Some(inside) => (inside, true),
        None => (line, bare.starts_with("+-") || bare.starts_with("+ Exception Group")),
    }
}

/// `NameError: name 'x' is not defined`, `asyncio.exceptions.CancelledError`.
fn is_exception(line: &str) -> bool {
    let name = line.split_once(':').map_or(line, |(name, _)| name);
    let is_name = name.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
    let last = name.rsplit('.').next().unwrap_or_default();
    is_name && last.starts_with(|c: char| c.is_uppercase() || c == '_')
}

/// Python before 3.10 marks the end of the word that a wrong character is in, not the character.
fn mark_sign(exception: &mut Exception) {
    let source = exception.source.as_deref().unwrap_or_default();
    let is_wrong = |sign: char| !sign.is_ascii() && !sign.is_alphanumeric();
    let at = source.chars().position(is_wrong);
    if exception.message() == "invalid character in identifier" && at.is_some() {
        (exception.column, exception.width) = (at.map(|at| at + 1), 1);
    }
}

/// Where an older Python marks nothing, the name that the message quotes is marked, if it stands in
/// the line once.
fn mark_named(exception: &mut Exception) {
    let message = exception.message();
    let quoted: Vec<&str> = message.split('\'').skip(1).step_by(2).collect();
    let name = match exception.kind() {
        "NameError" | "ImportError" | "ModuleNotFoundError" | "SyntaxError" => quoted.first(),
        "AttributeError" => quoted.get(1),
        _ => None,
    };
    let (Some(name), Some(source)) = (name, &exception.source) else { return };
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_word = name.chars().all(is_part);
    let stands = |(at, _): &(usize, &str)| {
        let (before, after) = (&source[..*at], &source[at + name.len()..]);
        !(is_word && (before.ends_with(is_part) || after.starts_with(is_part)))
    };
    let mut places = source.match_indices(*name).filter(stands).map(|(at, _)| at);
    if let (false, Some(at), None) = (name.is_empty(), places.next(), places.next()) {
        let (column, width) = (source[..at].chars().count() + 1, name.chars().count());
        (exception.column, exception.width) = (Some(column), width);
    }
}

fn is_unreadable(line: &str) -> bool {
    ["SyntaxError:", "IndentationError:", "TabError:"].iter().any(|kind| line.starts_with(kind))
}

/// `… in file x.py on line 5, but …`: where only the message says it.
fn numbered(text: &str, name: &str) -> Option<usize> {
    let (before, after) = text.split_once(" on line ")?;
    let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
    before.ends_with(name).then(|| digits.parse().ok()).flatten()
}

fn shortened(text: &str) -> String {
    let mut short: String = text.trim_end().chars().take(TEXT_LENGTH).collect();
    if short.len() < text.trim_end().len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(errors: &str) -> Exception {
        final_exception(errors, "lab.py").unwrap_or_default()
    }

    #[test]
    fn the_final_exception_is_told_with_the_deepest_line_of_the_script() {
        let errors = "\
lab.py:3: DeprecationWarning: There is no current event loop
  loop = asyncio.get_event_loop()
Traceback (most recent call last):
  File \"/home/ada/lab.py\", line 9, in <module>
    asyncio.run(main())
    ~~~~~~~~~~~^^^^^^^^
  File \"/usr/lib/python3.13/asyncio/runners.py\", line 194, in run
    return runner.run(main)
  File \"/home/ada/lab.py\", line 6, in main
    await asyncio.Sleep(1)
          ^^^^^^^^^^^^^
AttributeError: module 'asyncio' has no attribute 'Sleep'. Did you mean: 'sleep'?
lab.py:5: RuntimeWarning: coroutine 'x' was never awaited
";
        let exception = found(errors);
        assert_eq!((exception.line, exception.function.as_deref()), (Some(6), Some("main")));
        assert_eq!(exception.source.as_deref(), Some("await asyncio.Sleep(1)"));
        assert_eq!((exception.column, exception.width), (Some(7), 13));
        assert_eq!(
            (exception.kind(), &exception.message()[..16]),
            ("AttributeError", "module 'asyncio'")
        );
    }

    #[test]
    fn a_chain_and_a_group_end_with_their_last_exception() {
        let chain = "Traceback (most recent call last):\n  File \"lab.py\", line 1, in <module>\n    a()\nKeyError: 1\n\n\
                     During handling of the above exception, another exception occurred:\n\n\
                     Traceback (most recent call last):\n  File \"lab.py\", line 2, in <module>\n    b()\nValueError: two\n";
        assert_eq!((found(chain).text.as_str(), found(chain).line), ("ValueError: two", Some(2)));
        let group = "  + Exception Group Traceback (most recent call last):\n  |   File \"lab.py\", line 9, in <module>\n  |     asyncio.run(main())\n  \
                     | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    \
                     | Traceback (most recent call last):\n    |   File \"lab.py\", line 3, in swiss\n    |     1 / 0\n    |     ~~^~~\n    \
                     | ZeroDivisionError: division by zero\n    +------------------------------------\n";
        let exception = found(group);
        assert_eq!((exception.kind(), exception.line), ("ZeroDivisionError", Some(3)));
        assert_eq!((exception.column, exception.width), (Some(1), 5));
    }

    #[test]
    fn what_is_only_logged_counts_where_nothing_ended_the_script() {
        let logged = "Task exception was never retrieved\nfuture: <Task finished>\nTraceback (most recent call last):\n  \
                      File \"lab.py\", line 4, in swiss\n    nme\nNameError: name 'nme' is not defined\n";
        assert_eq!(found(logged).kind(), "NameError");
        let ended = "Traceback (most recent call last):\n  File \"lab.py\", line 1, in <module>\n    f()\nTypeError: no\n";
        for errors in [format!("{logged}{ended}"), format!("{ended}{logged}")] {
            assert_eq!(found(&errors).kind(), "TypeError", "{errors}");
        }
        let ignored = format!("{logged}Exception ignored in: <x>\n{ended}");
        assert_eq!(found(&ignored).kind(), "NameError");
        assert_eq!(final_exception("lab.py:1: DeprecationWarning: old\n  x()\n", "lab.py"), None);
    }

    #[test]
    fn an_older_python_marks_nothing_so_the_name_that_it_quotes_is_marked() {
        let errors = "Traceback (most recent call last):\n  File \"lab.py\", line 3, in main\n    print(secnd, second)\nNameError: name 'secnd' is not defined\n";
        assert_eq!((found(errors).column, found(errors).width), (Some(7), 5));
        let wide = "  File \"lab.py\", line 7\n    sleep（1）\n         ^\nSyntaxError: invalid character '（' (U+FF08)\n";
        assert_eq!((found(wide).column, found(wide).width), (Some(6), 1));
        let undecoded = "SyntaxError: Non-UTF-8 code starting with '\\xfc' in file lab.py on line 5, but no encoding declared\n";
        assert_eq!((found(undecoded).kind(), found(undecoded).line), ("SyntaxError", Some(5)));
    }
}
