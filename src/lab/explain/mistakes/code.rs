//! A script's own text for the rules that explain a mistake: lines without strings and comments, what
//! each defines, calls and imports. Pure, and content with text that Python itself cannot read.

/// A script's text.
#[derive(Debug, Default)]
pub(in crate::lab::explain) struct Code {
    /// Its lines; line 1 is the first.
    pub lines: Vec<CodeLine>,
}

/// One line of it.
#[derive(Debug, Default)]
pub(in crate::lab::explain) struct CodeLine {
    /// Its number.
    pub number: usize,
    /// As it is written.
    pub raw: String,
    /// With blanks in the place of strings and comments.
    pub code: String,
    /// The brackets that are open where it begins: each with its line.
    pub open: Vec<(char, usize)>,
}

impl CodeLine {
    /// How far it is indented.
    pub fn indent(&self) -> usize {
        self.code.chars().take_while(|c| c.is_whitespace()).count()
    }

    /// Without strings, comments and blanks around it.
    pub fn bare(&self) -> &str {
        self.code.trim()
    }

    /// The name of the function that it defines, and whether that is a coroutine.
    pub fn defines(&self) -> Option<(&str, bool)> {
        let bare = self.bare();
        let (rest, is_async) = match bare.strip_prefix("async ") {
            Some(rest) => (rest.trim_start(), true),
            None => (bare, false),
        };
        let name = rest.strip_prefix("def ")?.split(['(', ':', ' ']).next()?;
        (!name.is_empty()).then_some((name, is_async))
    }
}

impl Code {
    /// Reads a script.
    pub fn new(source: &str) -> Self {
        let mut lexer = Lexer::default();
        let lines = source.lines().enumerate().map(|(index, raw)| {
            let open = lexer.open.clone();
            let code = lexer.line(raw, index + 1);
            CodeLine { number: index + 1, raw: raw.to_owned(), code, open }
        });
        Self { lines: lines.collect() }
    }

    /// The line of this number.
    pub fn line(&self, number: usize) -> Option<&CodeLine> {
        self.lines.get(number.checked_sub(1)?)
    }

    /// The last line before this one that says anything.
    pub fn before(&self, number: usize) -> Option<&CodeLine> {
        self.lines.iter().take(number.saturating_sub(1)).rev().find(|line| !line.bare().is_empty())
    }

    /// The function that a line stands in: the line that defines it, its name, whether it is a
    /// coroutine.
    pub fn around(&self, number: usize) -> Option<(&CodeLine, &str, bool)> {
        let indent = self.line(number)?.indent();
        let above = self.lines.iter().take(number - 1).rev();
        let mut outer = above.filter(|line| !line.bare().is_empty() && line.indent() < indent);
        outer.find_map(|line| line.defines().map(|(name, is_async)| (line, name, is_async)))
    }

    /// The coroutines that it defines: names and lines.
    pub fn coroutines(&self) -> impl Iterator<Item = (&str, usize)> {
        self.functions(true)
    }

    /// The functions that it defines, coroutines or the others: names and lines.
    pub fn functions(&self, are_async: bool) -> impl Iterator<Item = (&str, usize)> {
        self.lines.iter().filter_map(move |line| {
            let (name, is_async) = line.defines()?;
            (is_async == are_async).then_some((name, line.number))
        })
    }

    /// The lines in which a word stands, as a word.
    pub fn with_word<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a CodeLine> {
        self.lines.iter().filter(move |line| words(&line.code).any(|(_, other)| other == word))
    }

    /// Whether it has this text outside of strings and comments.
    pub fn has(&self, text: &str) -> bool {
        self.lines.iter().any(|line| line.code.contains(text))
    }

    /// The modules that it imports whole: `import asyncio, time`.
    pub fn imports(&self) -> Vec<&str> {
        let lists = self.lines.iter().filter_map(|line| line.bare().strip_prefix("import "));
        let names = lists.flat_map(|list| list.split(','));
        names.map(str::trim).filter(|name| !name.is_empty()).collect()
    }

    /// What it defines by itself: functions, classes, imports, and names that are assigned.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for line in &self.lines {
            let bare = line.bare();
            names.extend(line.defines().map(|(name, _)| name));
            let list = match bare.split_once("import ") {
                Some((before, list)) if before.is_empty() || before.starts_with("from ") => list,
                _ => "",
            };
            names.extend(list.split(',').filter_map(|part| part.split_whitespace().last()));
            if let Some((target, _)) = bare.split_once(" = ") {
                names.extend(target.split(',').map(str::trim).filter(|name| is_name(name)));
            }
        }
        names
    }

    /// Statements that are nothing but a call: its line, and what is called.
    pub fn plain_calls(&self) -> impl Iterator<Item = (&CodeLine, &str)> {
        self.lines.iter().filter(|line| line.open.is_empty()).filter_map(|line| {
            let (called, _) = line.bare().split_once('(')?;
            called.split('.').all(is_name).then_some((line, called))
        })
    }
}

/// Whether it is a name of Python.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(is_part) && !text.starts_with(|c: char| c.is_numeric())
}

/// The words of a line, and where each begins.
pub(super) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    code.split(move |c| !is_part(c)).filter_map(move |word| {
        let begins = at;
        at += word.len();
        at += code[at..].chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((begins, word))
    })
}

/// What of a string or of brackets is open at the end of a line.
#[derive(Default)]
struct Lexer {
    quote: Option<&'static str>,
    open: Vec<(char, usize)>,
}

impl Lexer {
    /// The line with blanks in the place of strings and comments.
    fn line(&mut self, raw: &str, number: usize) -> String {
        let mut code = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(character) = rest.chars().next() {
            let mut taken = character.len_utf8();
            match self.quote {
                Some(_) if character == '\\' => {
                    taken += rest[taken..].chars().next().map_or(0, char::len_utf8);
                    code.extend(rest[..taken].chars().map(|_| ' '));
                }
                Some(quote) if rest.starts_with(quote) => {
                    taken = quote.len();
                    self.quote = None;
                    code += &" ".repeat(taken);
                }
                Some(_) => code.push(' '),
                None if character == '#' => break,
                None => {
                    let quote =
                        ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| rest.starts_with(q));
                    match quote {
                        Some(quote) => {
                            taken = quote.len();
                            self.quote = Some(quote);
                            code += &" ".repeat(taken);
                        }
                        None => {
                            self.bracket(character, number);
                            code.push(character);
                        }
                    }
                }
            }
            rest = &rest[taken..];
        }
        // A string in simple quotes ends with its line, whether it is closed or not.
        self.quote = self.quote.filter(|quote| quote.len() == 3 || raw.ends_with('\\'));
        code
    }

    fn bracket(&mut self, character: char, number: usize) {
        match character {
            '(' | '[' | '{' => self.open.push((character, number)),
            ')' | ']' | '}' => {
                self.open.pop();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_are_no_code() {
        let code = Code::new("x = \"a # b\" # c\ny = '''(\n# no comment'''\nf(z,\n  'it\\'s')\n");
        let bare: Vec<&str> = code.lines.iter().map(CodeLine::bare).collect();
        assert_eq!(bare, ["x =", "y =", "", "f(z,", ")"]);
        assert_eq!(code.lines[4].open, [('(', 4)]);
    }

    #[test]
    fn what_a_script_defines_imports_and_calls_is_found() {
        let source = "import asyncio, time\nfrom datetime import datetime as clock\nasync def swiss():\n    asyncio.sleep(1)\n    a, b = 1, 2\n";
        let code = Code::new(source);
        assert_eq!(code.imports(), ["asyncio", "time"]);
        assert_eq!(code.names(), ["asyncio", "time", "clock", "swiss", "a", "b"]);
        assert_eq!(code.coroutines().collect::<Vec<_>>(), [("swiss", 3)]);
        assert_eq!(
            code.plain_calls().map(|(line, name)| (line.number, name)).collect::<Vec<_>>(),
            [(4, "asyncio.sleep")]
        );
        assert_eq!(code.around(4).map(|(line, name, _)| (line.number, name)), Some((3, "swiss")));
    }
}
