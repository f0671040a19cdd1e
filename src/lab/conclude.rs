//! From the observations of a lab to its result: the judgement, the words for it, and the evidence.
//! Pure.

use super::explain::{Explainer, Words};
use super::judge::{self, Expected};
use super::observation::Observation;
use super::script::Script;
use super::verdict::LabResult;
use crate::course::Lab;

/// The result of a lab after these attempts, of which there may be so many; `None` when another one
/// is needed.
pub fn conclude(
    lab: &Lab,
    script: &Script,
    observations: &[Observation],
    attempts: usize,
) -> Option<LabResult> {
    let timeline = &lab.timeline;
    let expected = Expected { timeline, script: &script.shown, source: &lab.source };
    let judgement = judge::judge(expected, observations, attempts);
    let status = judgement.verdict?;
    let explainer = Explainer::new(script, timeline, &judgement, observations);
    let Words { summary, detail, fix, line } = explainer.words();
    let exception = explainer.exception;
    Some(LabResult {
        name: lab.name.clone(),
        script: script.shown.clone(),
        status,
        reason: judgement.reason,
        summary,
        detail,
        fix,
        line,
        exception,
        evidence: judgement.evidence,
        timeline: timeline.clone(),
        attempts: observations
            .iter()
            .map(|observation| judge::attempt(timeline, observation))
            .collect(),
    })
}
