//! How sure a verdict about times is: how many attempts agree, how little the machine explains, and
//! what else Python said.

use super::{Explainer, time};
use crate::lab::series;
use crate::lab::traceback::never_awaited;
use crate::lab::verdict::{Evidence, Point};

/// An interpreter that sleeps this long before it reads the script is worth a remark, in
/// milliseconds.
const SLOW_MS: f64 = 500.0;

impl Explainer<'_> {
    /// Why a fail is one: a full sentence.
    pub(super) fn agreement(&self) -> Option<String> {
        let gap = self.judgement.evidence.as_ref()?;
        let (agreeing, attempts) = (self.judgement.agreeing, self.observations.len());
        if agreeing <= 1 && gap.gap_ms < gap.bound_ms && gap.bound_ms < gap.due_ms {
            return Some("One attempt proves it: a sleep is never shorter than asked for".into());
        }
        let agree = match (agreeing, attempts) {
            (0 | 1, 0 | 1) => "One attempt shows it".to_owned(),
            (2, 2) => "Both attempts agree".to_owned(),
            (3, 3) => "All three attempts agree".to_owned(),
            (agreeing, attempts) => format!("{agreeing} of {attempts} attempts agree"),
        };
        let held = gap.stall.explains_ms();
        Some(if held < 1.0 {
            format!("{agree}, and the machine held nothing up")
        } else {
            let held = time(held.min(gap.gap_ms.abs()));
            format!("{agree}, and the machine held it up for {held} at the most")
        })
    }

    /// Why there is no verdict, as far as a gap tells, and whether that is Python's own slowness.
    pub(super) fn obstacle(&self, gap: &Evidence) -> (String, bool) {
        let (what, how_long) = gap.stall.largest();
        let lacks = match gap.stall.lacks().as_slice() {
            [] => String::new(),
            lacks => format!(". Not measurable on this machine: {}", lacks.join(", ")),
        };
        let excess_ms = (gap.gap_ms - gap.interpreter_ms - gap.due_ms).abs();
        let imports_ms = match gap.from {
            Point::Spawn => self.observation().map_or(0.0, |run| run.imports_ms),
            _ => 0.0,
        };
        let is_python =
            imports_ms >= gap.stall.explains_ms().max(excess_ms / 4.0) && imports_ms > 0.0;
        let why = if is_python {
            let imports = time(imports_ms);
            format!("and importing Python's own modules alone takes {imports} on this machine")
        } else if !gap.stall.is_told() {
            "and this machine does not tell what held it up".to_owned()
        } else if gap.stall.explains_ms() >= excess_ms / 4.0 {
            // What held the interpreter up is no part of what is told.
            let took_ms = (gap.gap_ms - gap.interpreter_ms).max(0.0);
            format!("and for {} of that {what}", time(how_long.min(took_ms)))
        } else {
            "which the machine does not explain, but the attempts do not agree".to_owned()
        };
        (format!("{why}{lacks}"), is_python)
    }

    /// What is worth knowing beside the verdict.
    pub(super) fn remarks(&self) -> Vec<String> {
        let coroutine = never_awaited(self.errors()).map(|coroutine| {
            format!("Python warns that the coroutine `{coroutine}()` was never awaited")
        });
        let slow = self.slow_ms().map(|slow| {
            format!("Python itself took {} to start, before it read the script", time(slow))
        });
        coroutine.into_iter().chain(slow).collect()
    }

    /// How long the interpreter took until it read the script, where it neither worked nor was held
    /// up for most of that.
    fn slow_ms(&self) -> Option<f64> {
        let run = self.observation()?;
        let [unread_ms, _] = run.read_ms?;
        let stall = series::stall(run, 0.0, unread_ms);
        let explained = stall.explains_ms() + stall.on_cpu_ms.unwrap_or(0.0);
        (unread_ms - explained >= SLOW_MS).then_some(unread_ms)
    }
}
