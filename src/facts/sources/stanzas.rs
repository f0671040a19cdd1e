//! The deb822 form: stanzas of `Types`, `URIs`, `Suites` … between empty lines. Comments may stand
//! anywhere; an indented line goes on.

use super::{Source, is_no, split_list, without_credentials};

/// What stands for a key that is part of the file.
const EMBEDDED: &str = "the key in the file itself";

/// A stanza: the line it begins on, and its fields.
#[derive(Default)]
struct Stanza {
    line: usize,
    fields: Vec<(String, String)>,
}

/// Reads a file of it: for each stanza, one source for packages or for source code per address.
pub(super) fn parse(text: &str) -> Vec<Source> {
    stanzas(text).iter().flat_map(sources).collect()
}

fn stanzas(text: &str) -> Vec<Stanza> {
    let mut stanzas = vec![Stanza::default()];
    for (index, line) in text.lines().enumerate() {
        let Some(stanza) = stanzas.last_mut() else { break };
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            stanzas.push(Stanza::default());
        } else if let (true, Some((_, value))) =
            (line.starts_with([' ', '\t']), stanza.fields.last_mut())
        {
            value.push('\n');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            if stanza.fields.is_empty() {
                stanza.line = index + 1;
            }
            stanza.fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    stanzas.retain(|stanza| !stanza.fields.is_empty());
    stanzas
}

fn sources(stanza: &Stanza) -> Vec<Source> {
    let field = |name: &str| {
        stanza
            .fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let words = |name: &str| field(name).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let signed_by = match field("signed-by") {
        value if value.contains("-----BEGIN") => vec![EMBEDDED.to_owned()],
        value => split_list(value),
    };
    let kinds = words("types");
    let mut sources = Vec::new();
    for (binary, kind) in [(true, "deb"), (false, "deb-src")] {
        if !kinds.iter().any(|known| known == kind) {
            continue;
        }
        sources.extend(words("uris").iter().map(|address| Source {
            line: stanza.line,
            address: without_credentials(address),
            suites: words("suites"),
            components: words("components"),
            signed_by: signed_by.clone(),
            binary,
            enabled: !is_no(field("enabled")),
            ..Source::default()
        }));
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Ubuntu's own\n\nTypes: deb deb-src\n# http://snapshot.example/\nURIs: http://a.example/ubuntu\n https://b.example/ubuntu\nSuites: noble noble-updates\nComponents: main universe\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\r\n\r\n\r\nEnabled: no\ntypes: deb\nURIs: https://user:secret@ppa.example/ubuntu\nSuites: noble\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBFPZ\n -----END PGP PUBLIC KEY BLOCK-----\n\nURIs: http://without-types.example/\n";

    #[test]
    fn each_address_of_a_stanza_is_a_source_with_the_stanzas_line() {
        let shown = parse(FILE).into_iter().map(|source| {
            let Source { line, address, suites, components, signed_by, binary, enabled, .. } = source;
            format!("{line}: {address} {suites:?} {components:?} by {signed_by:?}, binary: {binary}, enabled: {enabled}")
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    }
}
