//! Which of the words that are known was probably meant.

/// The one word that is spelled like what was typed but for so many letters; none where two are as
/// near.
pub fn nearest<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
    letters: usize,
) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|word| (distance(&typed, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= letters)
        .collect();
    near.sort_unstable();
    near.dedup();
    match near.as_slice() {
        [(first, _), (second, _), ..] if first == second => None,
        [(_, word), ..] => Some(*word),
        [] => None,
    }
}

/// How many letters of a word may be wrong before it is hardly meant.
pub fn slips(typed: &str) -> usize {
    match typed.chars().count() {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

/// How many letters have to be added, removed, replaced or swapped with their neighbour.
pub fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, known) in other.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != known);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == other[j - 1] && one[i - 1] == *known {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_added_removed_replaced_or_swapped_are_counted() {
        let pairs = [("kitten", "sitting"), ("", "abc"), ("asycnio", "asyncio"), ("same", "same")];
        assert_eq!(pairs.map(|(one, other)| distance(one, other)), [3, 3, 1, 0]);
    }

    #[test]
    fn a_word_that_is_as_near_to_two_others_stands_for_neither() {
        let near = |typed| nearest(typed, ["first", "second", "time"], slips(typed));
        assert_eq!(
            ["secnd", "First", "tiem", "third", "x"].map(near),
            [Some("second"), Some("first"), Some("time"), None, None]
        );
        assert_eq!(nearest("tasc", ["task", "tasd"], 1), None);
    }
}
