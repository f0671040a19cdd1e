//! The ids of steps: slugs, each once in a plan. Pure.

use std::collections::BTreeSet;

use super::Step;

/// Any text in kebab case: lower-case ASCII letters and digits, with single hyphens between.
pub(super) fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// Numbers the steps that would have the id of an earlier one: two folders may have interpreters of
/// one name.
pub(super) fn with_distinct_ids(mut steps: Vec<Step>) -> Vec<Step> {
    let mut taken = BTreeSet::new();
    for step in &mut steps {
        let wanted = step.id.clone();
        let mut number = 2;
        while !taken.insert(step.id.clone()) {
            step.id = format!("{wanted}-{number}");
            number += 1;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Action, Step};
    use super::*;

    fn step(id: &str) -> Step {
        Step {
            id: id.into(),
            title: String::new(),
            why: String::new(),
            action: Action::RefreshIndex,
            command: crate::apt::commands::refresh_index(),
            needs_root: true,
        }
    }

    #[test]
    fn what_is_not_a_letter_or_a_digit_becomes_a_hyphen() {
        assert_eq!(
            ["register-python3.11", "remove-venv-/root/My venv/", "é"].map(slug),
            ["register-python3-11", "remove-venv-root-my-venv", ""]
        );
    }

    #[test]
    fn a_second_step_of_one_id_gets_a_number_that_is_not_taken() {
        let steps = with_distinct_ids(["a", "a-2", "a", "a"].map(step).into());
        let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        assert_eq!(ids, ["a", "a-2", "a-3", "a-4"]);
    }

    proptest! {
        #[test]
        fn whatever_a_folder_is_called_the_ids_are_slugs_and_distinct(names in prop::collection::vec("\\PC{0,12}", 1..8)) {
            let ids = names.iter().map(|name| slug(&format!("remove-venv-{name}")));
            let steps = with_distinct_ids(ids.map(|id| step(&id)).collect());
            let ids: BTreeSet<&String> = steps.iter().map(|step| &step.id).collect();
            prop_assert_eq!(ids.len(), names.len());
            let is_slug = |id: &String| id.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            });
            prop_assert!(ids.into_iter().all(is_slug));
        }
    }
}
