//! Markdown for the summaries of CI and for chats: the answer first, small tables, no text that could
//! become markup or call somebody.

use super::room::notes;
use super::words::count;
use crate::lab::Verdict;
use crate::room::Room;
use crate::room::causes::SharedCause;
use crate::words::one_line;

/// One machine.
pub(super) fn of_machine(room: &Room) -> String {
    let Some(report) = room.machines.first().and_then(|machine| machine.report()) else {
        return String::new();
    };
    let said = report.error.as_ref().map_or(&report.sentence, |error| &error.message);
    let mut text = format!("**{}**\n", escaped(said));
    let causes = room.causes.iter().map(|cause| {
        let id = code(&cause.id);
        format!("| {id} | {} | {} |\n", escaped(&cause.title), fix(cause))
    });
    text += &table("| problem | what | fix |\n| --- | --- | --- |\n", causes.collect());
    let labs = report.labs.iter().map(|lab| {
        let verdict = match lab.status {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Error => "error",
        };
        format!("| {} | {verdict} | {} |\n", escaped(&lab.name), escaped(&lab.summary))
    });
    text + &table("| lab | verdict | what |\n| --- | --- | --- |\n", labs.collect())
}

/// A room.
pub(super) fn of_room(room: &Room) -> String {
    let mut text = format!("**{}**\n", escaped(&room.outcome.sentence));
    let causes = room.causes.iter().map(|cause| {
        let machines = count(cause.machines.len(), "machine");
        let title = escaped(&cause.title);
        let (folded, id) = (code(&cause.folded), code(&cause.id));
        format!("| {machines}: {folded} | {id}: {title} | {} |\n", fix(cause))
    });
    text += &table("| machines | cause | fix |\n| --- | --- | --- |\n", causes.collect());
    let drift = room.drift.iter().flat_map(|drift| {
        let most = format!("{} ({})", escaped(&drift.most.value), drift.most.count);
        drift.others.iter().map(move |other| {
            let name = super::room::aspect(drift.aspect);
            let value = escaped(&other.value);
            format!("| {name} | {most} | {value}: {} |\n", code(&other.folded))
        })
    });
    text += &table("| difference | most | others |\n| --- | --- | --- |\n", drift.collect());
    let notes = notes(room).into_iter().map(|note| format!("- {}\n", escaped(&note)));
    text + &table("", notes.collect())
}

fn table(head: &str, rows: String) -> String {
    if rows.is_empty() { rows } else { format!("\n{head}{rows}") }
}

fn fix(cause: &SharedCause) -> String {
    let fix = cause.fix.as_ref().map(|fix| code(fix));
    fix.or_else(|| cause.advice.as_ref().map(|advice| escaped(advice))).unwrap_or_default()
}

/// Foreign text as text.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in one_line(text).chars() {
        match letter {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            // Nobody is called by it.
            '@' => escaped += "&#64;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Foreign text as code, within a table's cell.
fn code(text: &str) -> String {
    let text = one_line(text).replace('|', "\\|");
    let (mut longest, mut run) = (0, 0);
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escaped("<img> [x](y) **b** @all | #1\n"),
            r"&lt;img&gt; \[x\](y) \*\*b\*\* &#64;all \| \#1\\n"
        );
        assert_eq!(code("a `b` | c"), r"``a `b` \| c``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
