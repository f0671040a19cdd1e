//! os-release and its kin, read by ourselves: assignments as a shell would read them, and nothing is
//! ever expanded. Format: os-release(5).

use std::collections::BTreeMap;

/// Longer values are nobody's name.
const VALUE_LIMIT: usize = 256;

/// What some editors put before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The assignments of an os-release: quotes, escapes, comments, CRLF, a missing final newline, a byte
/// order mark, `export`. Of a doubled key the last one counts, as in a shell. Lines that are no
/// assignment are passed over; nothing is ever expanded.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let assignments = text.lines().filter_map(|line| {
        let line = line.trim();
        let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
        let (key, value) = exported.unwrap_or(line).trim_start().split_once('=')?;
        let valid = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        valid.then(|| (key.to_owned(), unquoted(value)))
    });
    assignments.collect()
}

/// A value without its quotes. In single quotes nothing is special; elsewhere a backslash takes the
/// next character as it is.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut characters = value.chars().skip(usize::from(quote.is_some()));
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        match character {
            _ if Some(character) == quote => break,
            '\\' if quote != Some('\'') => plain.extend(characters.next()),
            _ if plain.len() >= VALUE_LIMIT => break,
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_escapes_comments_and_line_ends_are_read_as_a_shell_would() {
        let text = "# a comment\r\nID=debian\r\nNAME='Debian \\ GNU'\nPRETTY_NAME=\"a \\\"b\\\" \\$c\"\nID=ubuntu\nnonsense\nVERSION_ID=12";
        insta::assert_debug_snapshot!(parse(text), @r#"
        {
            "ID": "ubuntu",
            "NAME": "Debian \\ GNU",
            "PRETTY_NAME": "a \"b\" $c",
            "VERSION_ID": "12",
        }
        "#);
    }

    #[test]
    fn a_byte_order_mark_and_export_are_read_as_a_shell_would() {
        let fields =
            parse("\u{feff}ID=debian\nexport VERSION_ID=12\nexport\tNAME='Debian'\nexported=x\n");
        assert_eq!(fields["ID"], "debian");
        assert_eq!(fields["VERSION_ID"], "12");
        assert_eq!(fields["NAME"], "Debian");
        assert_eq!(fields["exported"], "x");
    }

    #[test]
    fn a_megabyte_of_one_line_is_cut_and_not_kept() {
        let fields = parse(&format!("ID=debian\nVERSION_CODENAME={}\n", "x".repeat(1 << 20)));
        assert_eq!(fields["VERSION_CODENAME"].len(), VALUE_LIMIT);
    }
}
