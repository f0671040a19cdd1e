//! Words as they are typed in a shell.

use crate::words::is_unsafe;

/// Words as they would be typed in a shell, quoted where a shell needs it.
pub fn quoted_line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as it would be typed in a shell.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "@%_+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(is_unsafe) {
        return escaped(word);
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `$'a\nb'`, as bash and zsh read it: what is shown is what is pasted.
fn escaped(word: &str) -> String {
    let mut shown = String::from("$'");
    for character in word.chars() {
        match character {
            '\'' | '\\' => shown.extend(['\\', character]),
            c if is_unsafe(c) && (c as u32) < 0x80 => {
                shown.push_str(&format!("\\x{:02x}", c as u32))
            }
            c if is_unsafe(c) => shown.push_str(&format!("\\U{:08x}", c as u32)),
            c => shown.push(c),
        }
    }
    shown + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it_and_stay_on_their_line() {
        let words = ["plain-1.0", "two words", "it's", "a\nb", "\u{202e}x\u{1b}"];
        assert_eq!(
            quoted_line(&words.map(str::to_owned)),
            r"plain-1.0 'two words' 'it'\''s' $'a\x0ab' $'\U0000202ex\x1b'"
        );
    }
}
