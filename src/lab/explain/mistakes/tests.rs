//! Rules where a mistake is certain, and their silence where it only looks so.

use super::{Code, Crash, mistake};
use crate::lab::verdict::Exception;

/// What is said of a script that ended with this, in this line.
fn said(source: &str, line: usize, text: &str) -> Option<(Option<usize>, String)> {
    let exception = Exception { text: text.into(), line: Some(line), ..Exception::default() };
    let code = Code::new(source);
    mistake(Crash { code: &code, exception: &exception })
        .map(|mistake| (mistake.line, format!("{} / {}", mistake.means, mistake.fix)))
}

#[test]
fn a_rule_that_does_not_certainly_apply_is_silent() {
    let silent = [
        // A name that is near to nothing, and one that is as near to two.
        ("x = 1\n", 1, "NameError: name 'quux' is not defined"),
        ("task1 = 1\ntask2 = 2\nprint(task3)\n", 3, "NameError: name 'task3' is not defined"),
        ("d = {}\nd['a']\n", 2, "KeyError: 'a'"),
        ("f(x y)\n", 1, "ZeroDivisionError: division by zero"),
        // The wrong sign stands in a string, where it is right.
        ("print('“', 5x)\n", 1, "SyntaxError: invalid decimal literal"),
        (
            "asyncio.create_taks()\n",
            1,
            "AttributeError: 'Task' object has no attribute 'create_taks'",
        ),
        // What is not callable is not what was handed over.
        ("def f():\n    pass\nf()()\n", 3, "TypeError: 'NoneType' object is not callable"),
        (
            "import pty\n",
            1,
            "AttributeError: partially initialized module 'pty' has no attribute 'fork' (most likely due to a circular import)",
        ),
        (
            "import asyncio\n",
            1,
            "AttributeError: partially initialized module 'asyncio' has no attribute 'run' (most likely due to a circular import)",
        ),
        ("if x:\n    pass\n", 1, "SyntaxError: invalid syntax"),
        ("python = 3 3\n", 1, "SyntaxError: invalid syntax"),
        ("1 + \n2\n", 1, "SyntaxError: invalid syntax"),
        ("", 1, "SyntaxError: invalid syntax"),
        ("import asyncio\n", 9, "SyntaxError: '(' was never closed?"),
    ];
    for (source, line, text) in silent {
        assert_eq!(said(source, line, text), None, "{source:?} {text}");
    }
}

#[test]
fn what_stands_behind_an_exception_is_found_in_the_script() {
    let said = |source, line, text| {
        said(source, line, text)
            .map(|(line, words)| format!("{line:?} {words}"))
            .unwrap_or_default()
    };
    let all = [
        said(
            "import time.sleep\n",
            1,
            "ModuleNotFoundError: No module named 'time.sleep'; 'time' is not a package",
        ),
        said(
            "import asyncio.tasks\n",
            1,
            "ModuleNotFoundError: No module named 'asyncio.tasks'; 'asyncio' is not a package",
        ),
        said(
            "asyncio.sleep(1)\n",
            1,
            "AttributeError: module 'asyncio' has no attribute 'sleep' (consider renaming '/home/ada/asyncio.py' since it has the same name as the standard library module named 'asyncio' and the import system gives it precedence)",
        ),
        said("ada@desk:~$ python3 lab.py\n", 1, "SyntaxError: invalid syntax"),
        said("$ import asyncio\n", 1, "SyntaxError: invalid syntax"),
        said("pip install asyncio\n", 1, "SyntaxError: invalid syntax"),
        said("main()\nasync def main():\n    pass\n", 1, "NameError: name 'main' is not defined"),
        said(
            "async with asyncio.TaskGroup() as g:\n    pass\n",
            1,
            "AttributeError: module 'asyncio' has no attribute 'TaskGroup'",
        ),
        said("x = tru\n", 1, "NameError: name 'tru' is not defined"),
        said(
            "def rolex():\n    pass\nasync def main():\n    await rolex()\n",
            4,
            "TypeError: object NoneType can't be used in 'await' expression",
        ),
        said("await main()\n", 1, "SyntaxError: 'await' outside function"),
        said("text = '''a\n", 1, "SyntaxError: EOF while scanning triple-quoted string literal"),
        said(
            "loop.run_untill_complete(x)\n",
            1,
            "AttributeError: '_UnixSelectorEventLoop' object has no attribute 'run_untill_complete'",
        ),
        said("print(“hi”)\n", 1, "SyntaxError: invalid character '“' (U+201C)"),
        said("print(\"hi”)\n", 1, "SyntaxError: unterminated string literal (detected at line 1)"),
        said("i\0m\0p\0o\0\n", 1, "SyntaxError: source code cannot contain null bytes"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    Some(1) `sleep` is not a module, but a name in the module `time` / write `import time`, and `time.sleep` where you use it
    Some(1) a file `asyncio.py` hides Python's own module `asyncio` / rename your file `asyncio.py`
    Some(1) your file `asyncio.py` hides Python's own module `asyncio` / rename `asyncio.py`
    Some(1) `ada@desk:~$ python3 lab.py` is a command for the terminal, not a line of Python / delete the line
    Some(1) it starts with `$`, which is the terminal's prompt and not part of the program / delete the `$` and the space behind it
    Some(1) `pip install asyncio` is a command for the terminal, not a line of Python / delete the line
    Some(1) `main` is used here, but defined only in line 2 / define it before you use it
    Some(1) `asyncio.TaskGroup` exists only since Python 3.11 / run it with a newer Python, or write what the lab sheet says
    Some(1) `tru` is not defined anywhere, but `True` is / write `True` if you mean that one
    Some(1) `rolex` is awaited, but it is a plain `def` / write `async def rolex`
    Some(1) `await` works only inside an `async def` / move it into a coroutine, and run that with `asyncio.run(…)`
    Some(1) the three quotes at the end of a text are missing / end the text with the same three quotes that it begins with
    Some(1) an event loop has no `run_untill_complete`, but it has `run_until_complete` / write `run_until_complete`
    Some(1) `“` looks like `"`, but is another character / type `"` in its place, wherever `“` is meant to be one
    Some(1) `”` looks like `"`, but is another character / type `"` in its place, wherever `”` is meant to be one
    None is saved as UTF-16, and Python reads UTF-8 / save it again with the encoding UTF-8, which your editor's “Save as” offers
    "#);
}
