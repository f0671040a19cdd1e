//! What is said of steps while they begin, wait and end. Pure.
//!
//! Two lanes work side by side, so steps end in another order than they stand in the plan: what is
//! counted is how many have ended.

use crate::event::StepStatus;

use super::paint::Paint;
use super::words::{duration, harmless};

/// labready was asked to end while dpkg works.
pub(super) const DELAYS_END: &str = "Finishing this step so that nothing is left half-installed";
/// What a title leaves to the percentage, the time and what is being done, in columns.
const REST: usize = 22;

/// How many steps of the plan there are, and how many have ended well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub done: usize,
    pub total: usize,
}

impl Count {
    /// `2 of 6 steps done`; nothing of a single one.
    pub fn so_far(self) -> Option<String> {
        (self.total > 1).then(|| format!("{} of {} steps done", self.done, self.total))
    }

    /// `2 of 6 done: `.
    fn label(self) -> String {
        match self.total {
            0 | 1 => "done:".to_owned(),
            total => format!("{} of {total} done:", self.done),
        }
    }
}

/// Where lines are not drawn again: a step has begun.
pub(super) fn start_line(title: &str, paint: &Paint) -> String {
    paint.prose(&format!("start: {}", harmless(title)))
}

/// A step has ended; `reason` is why it failed, where nothing else says it. `count` has it already.
pub(super) fn end_line(
    title: &str,
    (status, duration_ms): (StepStatus, u64),
    reason: Option<&str>,
    count: Count,
    paint: &Paint,
) -> String {
    let title = harmless(title);
    let reason = reason.map(|reason| format!(": {}", harmless(reason))).unwrap_or_default();
    let time = duration(duration_ms);
    let (label, text) = match status {
        StepStatus::Done => (count.label(), format!("{title} ({time})")),
        StepStatus::Failed => ("failed:".into(), format!("{title} ({time}){reason}")),
        StepStatus::NotTried => ("not tried:".into(), title),
        StepStatus::Planned => ("planned:".into(), title),
    };
    let line = paint.prose(&format!("{label} {text}"));
    // Coloured last: escapes have no width.
    match line.strip_prefix(&label) {
        Some(rest) => format!("{}{rest}", coloured(&label, status, paint)),
        None => line,
    }
}

fn coloured(label: &str, status: StepStatus, paint: &Paint) -> String {
    match status {
        StepStatus::Done => paint.good(label),
        StepStatus::Failed => paint.bad(label),
        StepStatus::NotTried => paint.unsure(label),
        StepStatus::Planned => label.to_owned(),
    }
}

/// Another program has apt, or this folder.
pub(super) fn waiting(waits_for: &str, seconds: u64) -> String {
    format!("waiting for {}, {seconds} s so far; press Ctrl-C to stop waiting", harmless(waits_for))
}

/// `42 s`, `1 min 5 s`: of what still goes on.
pub(super) fn so_far(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// A title that leaves room on its line.
pub(super) fn short_title(title: &str, paint: &Paint) -> String {
    let title = harmless(title);
    let room = paint.width().saturating_sub(REST);
    if title.chars().count() <= room {
        return title;
    }
    let dots = if paint.is_unicode() { "…" } else { "..." };
    let kept = room.saturating_sub(dots.chars().count());
    title.chars().take(kept).collect::<String>() + dots
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: &str = "Create the virtual environment `/home/student/course/venv`";

    #[test]
    fn steps_are_counted_as_they_end_and_their_lines_break_between_words() {
        let paint = Paint::uncoloured(false, 60);
        let end = |status, count| end_line(TITLE, (status, 3_200), Some("no room"), count, &paint);
        let lines = [
            start_line(TITLE, &paint),
            end(StepStatus::Done, Count { done: 2, total: 6 }),
            end(StepStatus::Done, Count { done: 1, total: 1 }),
            end(StepStatus::Failed, Count { done: 1, total: 6 }),
            end(StepStatus::NotTried, Count { done: 1, total: 6 }),
            short_title(TITLE, &paint),
            so_far(59),
            so_far(61),
        ];
        insta::assert_snapshot!(lines.join("\n"));
    }
}
