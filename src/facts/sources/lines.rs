//! The one-line form: `deb [arch=amd64 signed-by=/key.asc] ADDRESS SUITE COMPONENT…`.

use super::{Source, is_no, split_list, without_credentials};

/// Reads a file of it. What is no source is passed over.
pub(super) fn parse(text: &str) -> Vec<Source> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter_map(|(number, line)| source(number, &words(line))).collect()
}

fn source(line: usize, words: &[String]) -> Option<Source> {
    let (kind, rest) = words.split_first()?;
    let (options, rest) = match rest.split_first()? {
        (first, rest) if first.starts_with('[') => (first.trim_matches(['[', ']']), rest),
        _ => ("", rest),
    };
    let [address, suite, components @ ..] = rest else { return None };
    if !["deb", "deb-src"].contains(&kind.as_str()) {
        return None;
    }
    let option = |name: &str| {
        options.split_whitespace().find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
    };
    Some(Source {
        line,
        address: without_credentials(address),
        suites: vec![suite.clone()],
        components: components.to_vec(),
        signed_by: option("signed-by").map(split_list).unwrap_or_default(),
        binary: kind == "deb",
        enabled: !option("enabled").is_some_and(is_no),
        ..Source::default()
    })
}

/// The words before the comment. What stands in brackets or quotes is one word, as the name of a
/// disc is: `cdrom:[Debian 12]/`.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut in_brackets, mut in_quotes) = (false, false);
    for c in line.chars() {
        match c {
            '#' if !in_brackets => break,
            '"' => in_quotes = !in_quotes,
            c if c.is_whitespace() && !in_brackets && !in_quotes => words.push(String::new()),
            c => {
                in_brackets = (in_brackets || c == '[') && c != ']';
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"# deb http://old.example/ubuntu noble main
deb http://a.example/ubuntu noble main universe # the course's
  deb [arch=amd64 signed-by=/k.asc,/l.gpg] https://ppa.launchpad.net/deadsnakes/ppa/ubuntu jammy main
deb-src	http://s.example/ x main
deb [ trusted=yes enabled=no ] "http://b.example/flat" ./

rpm http://c.example/ x main
deb http://half.example/
deb cdrom:[Debian GNU/Linux 12.5.0 _Bookworm_ - Official amd64 DVD]/ bookworm main
"#;

    #[test]
    fn each_line_is_a_source_with_its_number() {
        let shown = parse(FILE).into_iter().map(|source| {
            let Source { line, address, suites, components, signed_by, binary, enabled, .. } = source;
            format!("{line}: {address} {suites:?} {components:?} by {signed_by:?}, binary: {binary}, enabled: {enabled}")
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    }
}
