//! A room as one page for a browser: rows in the HTML, nothing fetched, readable without scripts. The
//! script only filters and sorts; nothing else may run, whatever the machines are called.

use super::room::{aspect, notes, title};
use super::words::{count, xml};
use crate::host::Digest;
use crate::lab::Verdict;
use crate::room::causes::{CauseKind, SharedCause};
use crate::room::state::MachineState;
use crate::room::summary::Summary;
use crate::room::{Machine, Room, nodeset};
use crate::words::one_line;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// With more machines than this, those that are ready are one line.
const ROWS: usize = 1_000;
const COLUMNS: [&str; 7] =
    ["Machine", "State", "Causes", "Distribution", "Python", "Labs passed", "Checked"];

/// The page.
pub(super) fn document(room: &Room) -> String {
    let sentence = text(&room.outcome.sentence);
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    let head = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{sentence}</title>\n<style>{STYLE}</style>\n</head>\n"
    );
    let fresh = room.fresh_s.map(|seconds| {
        format!(" Reports that were older than {} then count as stale.", age(seconds))
    });
    format!(
        "{head}<body>\n<main>\n<h1>{sentence}</h1>\n<p class=\"soft\">Put together at <time datetime=\"{at}\">{at}</time> by labready {} from the reports of the machines.{}</p>\n{}{}{}{}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        fresh.unwrap_or_default(),
        causes(room),
        drift(room),
        noted(room),
        machines(room),
        at = text(&room.made_at),
    )
}

/// Foreign text on one line, as HTML can hold it.
fn text(foreign: &str) -> String {
    xml(&one_line(foreign))
}

fn age(seconds: i64) -> String {
    if seconds % 3600 == 0 { format!("{} h", seconds / 3600) } else { format!("{seconds} s") }
}

fn causes(room: &Room) -> String {
    let causes: String = room.causes.iter().map(cause).collect();
    match causes.is_empty() {
        true => causes,
        false => format!(
            "<section aria-labelledby=\"causes\">\n<h2 id=\"causes\">Why machines are not ready</h2>\n<ol class=\"causes\">\n{causes}</ol>\n</section>\n"
        ),
    }
}

fn cause(cause: &SharedCause) -> String {
    let is_bad = matches!(cause.kind, CauseKind::Problem | CauseKind::Steps | CauseKind::Lab);
    let class = if is_bad { "" } else { " class=\"unsure\"" };
    let mostly = if cause.fixes_differ { " (most of them)" } else { "" };
    let fix =
        cause.fix.as_ref().map(|fix| format!("<p>Fix{mostly}: <code>{}</code></p>\n", text(fix)));
    let advice =
        cause.advice.as_ref().map(|advice| format!("<p>Hint{mostly}: {}</p>\n", text(advice)));
    format!(
        "<li{class} data-cause=\"{word}\">\n<h3>{}: <code>{id}</code></h3>\n<p>{}</p>\n{}<p><code>{}</code></p>\n</li>\n",
        count(cause.machines.len(), "machine"),
        text(&title(cause)),
        fix.or(advice).unwrap_or_default(),
        text(&cause.folded),
        id = text(&cause.id),
        // A word of the filter has no spaces.
        word = text(&cause.id).replace(' ', "+"),
    )
}

fn drift(room: &Room) -> String {
    let items = room.drift.iter().map(|drift| {
        let others = drift.others.iter().map(|other| {
            format!("; {} on <code>{}</code>", text(&other.value), text(&other.folded))
        });
        let most = format!("{} on {}", text(&drift.most.value), count(drift.most.count, "machine"));
        format!("<li>{}: {most}{}</li>\n", aspect(drift.aspect), others.collect::<String>())
    });
    list("drift", "Differences", items.collect())
}

fn noted(room: &Room) -> String {
    let items = notes(room).into_iter().map(|note| format!("<li>{}</li>\n", text(&note)));
    list("notes", "Notes", items.collect())
}

fn list(id: &str, title: &str, items: String) -> String {
    match items.is_empty() {
        true => items,
        false => format!(
            "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n<ul>\n{items}</ul>\n</section>\n"
        ),
    }
}

fn machines(room: &Room) -> String {
    let is_large = room.machines.len() > ROWS;
    let is_shown = |machine: &&Machine| !is_large || !machine.state.is_ready();
    let rows: String = room.machines.iter().filter(is_shown).map(row).collect();
    let ready = is_large.then(|| {
        let ready = room.machines.iter().filter(|machine| machine.state.is_ready());
        let folded = nodeset::fold(ready.map(|machine| machine.name.as_str()));
        format!("<p>Ready, and not in the table: <code>{}</code></p>\n", text(&folded))
    });
    let heads = COLUMNS.map(|column| format!("<th scope=\"col\">{column}</th>")).concat();
    format!(
        "<section aria-labelledby=\"machines\">\n<h2 id=\"machines\">Machines</h2>\n{}<div class=\"scroll\" role=\"region\" aria-label=\"Table of machines\" tabindex=\"0\">\n<table>\n<caption>{}, one a row</caption>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</section>\n",
        ready.unwrap_or_default(),
        if is_large { "Machines that are not ready" } else { "All machines" },
    )
}

fn row(machine: &Machine) -> String {
    let (sign, class, word) = match machine.state {
        MachineState::Ready => ("✓", "ready", "ready"),
        MachineState::ReadyWithoutLabs => ("✓", "ready", "ready, labs not run"),
        MachineState::NotReady => ("✗", "bad", "not ready"),
        MachineState::Inconclusive => ("?", "unsure", "inconclusive"),
        MachineState::Stale => ("?", "unsure", "stale"),
        MachineState::NoReport => ("?", "unsure", "no report"),
    };
    let of = |cell: &dyn Fn(&Summary) -> Option<String>| {
        format!("<td>{}</td>", machine.report().and_then(cell).unwrap_or_default())
    };
    let causes: Vec<String> = machine.causes.iter().map(|cause| text(cause)).collect();
    let listed: Vec<String> = causes.iter().map(|cause| format!("<code>{cause}</code>")).collect();
    format!(
        "<tr data-state=\"{}\" data-causes=\"{}\"><th scope=\"row\">{}</th><td><strong class=\"{class}\"><span aria-hidden=\"true\">{sign}</span> {word}</strong></td><td>{}</td>{}{}{}{}</tr>\n",
        machine.state.name(),
        causes.iter().map(|cause| cause.replace(' ', "+")).collect::<Vec<_>>().join(" "),
        text(&machine.name),
        listed.join(", "),
        of(&|report| {
            let distro = &report.host.as_ref()?.distro;
            Some(text(&format!("{} {}", distro.id, distro.version)))
        }),
        of(&|report| Some(text(&report.python.as_ref()?.version))),
        of(&|report| report.labs_run.then(|| labs(report))),
        of(&|report| {
            let at = text(&report.started_at);
            Some(format!("<time datetime=\"{at}\">{at}</time>"))
        }),
    )
}

fn labs(report: &Summary) -> String {
    let passed = report.labs.iter().filter(|lab| lab.status == Verdict::Pass).count();
    format!("{passed} of {}", report.labs.len())
}

/// What a policy calls a style or a script: its SHA-256 in base64.
fn hash(content: &str) -> String {
    let mut digest = Digest::default();
    digest.update(content);
    let hex = digest.hex();
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .filter_map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok())
        .collect();
    format!("sha256-{}", base64(&bytes))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0, |number: usize, at| {
            number << 8 | usize::from(three.get(at).copied().unwrap_or_default())
        });
        for at in 0..4 {
            let letter = LETTERS[number >> (18 - 6 * at) & 63];
            text.push(if at > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_base64() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        assert_eq!(
            texts.map(|text| base64(text.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
        );
    }
}
