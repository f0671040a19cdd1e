//! Variants of the four labs: each fails, or passes, as the table says.

use std::fs;
use std::path::{Path, PathBuf};

use labready::course::Lab;
use labready::host::Host;
use labready::lab::{LabResult, Verdict};

use crate::machine::{Python, judge_all, judge_copy, judge_own, labs, pythons};

/// A line of the table.
struct Variant {
    lab: Lab,
    name: String,
    verdict: Verdict,
    /// The reason as JSON tells it; `None` where several are right.
    reason: Option<String>,
    python: Python,
    script: PathBuf,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/labs")
}

/// The table, with the oldest of the interpreters that is new enough for each variant.
fn variants() -> Vec<Variant> {
    let (labs, pythons) = (labs(), pythons());
    let table = fs::read_to_string(fixtures().join("verdicts.tsv")).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let variants = lines.enumerate().filter_map(|(index, line)| {
        let fields: Vec<&str> = line.split('\t').collect();
        let needs =
            fields.get(4).map_or(7, |python| python.trim_start_matches(">=3.").parse().unwrap());
        let able: Vec<&Python> = pythons.iter().filter(|python| python.minor >= needs).collect();
        // Turn about, so that all interpreters are met. Where none is new enough for a variant, it
        // is not a variant of this machine.
        let python = (*able.get(index % able.len().max(1))?).clone();
        Some(Variant {
            lab: labs.iter().find(|lab| lab.name == fields[0]).unwrap().clone(),
            name: fields[1].to_owned(),
            verdict: if fields[2] == "pass" { Verdict::Pass } else { Verdict::Fail },
            reason: (fields[3] != "*").then(|| fields[3].to_owned()),
            python,
            script: fixtures().join(fields[0]).join(format!("{}.py", fields[1])),
        })
    });
    variants.collect()
}

/// What is wrong with a verdict, as a line for the failure message.
fn complaint(variant: &Variant, result: &LabResult) -> Option<String> {
    let reason = serde_json::to_value(result.reason).unwrap();
    let is_right = result.status == variant.verdict
        && variant.reason.as_ref().is_none_or(|wanted| reason == wanted.as_str());
    (!is_right).then(|| {
        let Variant { lab, name, verdict, reason: wanted, python, .. } = variant;
        let evidence = serde_json::to_string(&result.evidence).unwrap();
        format!(
            "{}/{name} on 3.{}: {verdict:?} {wanted:?} is due, {:?} {reason} came: {}\n    {evidence}",
            lab.name, python.minor, result.status, result.summary
        )
    })
}

#[test]
fn every_wrong_variant_fails_and_every_harmless_one_passes() {
    let host = Host::this().unwrap();
    let variants = variants();
    assert!(variants.len() > 100, "the table lists {} variants", variants.len());
    let results = judge_all(&variants, |variant| {
        judge_copy(&host, &variant.python, &variant.lab, &variant.script)
    });
    let complaints: Vec<String> = variants
        .iter()
        .zip(&results)
        .filter_map(|(variant, result)| complaint(variant, result))
        .collect();
    assert!(
        complaints.is_empty(),
        "{} of {}:\n{}",
        complaints.len(),
        variants.len(),
        complaints.join("\n")
    );
}

#[test]
fn every_file_of_a_lab_stands_in_the_table() {
    let table = fs::read_to_string(fixtures().join("verdicts.tsv")).unwrap();
    for lab in labs() {
        let names = fs::read_dir(fixtures().join(&lab.name))
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        for name in
            names.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".py"))
        {
            let line = format!("{}\t{}\t", lab.name, name.trim_end_matches(".py"));
            assert!(
                table.contains(&line),
                "fixtures/labs/verdicts.tsv has no line for {}/{name}",
                lab.name
            );
        }
    }
}

#[test]
fn the_course_passes_on_every_interpreter() {
    let host = Host::this().unwrap();
    let many: Vec<(Python, Lab)> = pythons()
        .into_iter()
        .flat_map(|python| labs().into_iter().map(move |lab| (python.clone(), lab)))
        .collect();
    let results = judge_all(&many, |(python, lab)| judge_own(&host, python, lab));
    for ((python, _), result) in many.iter().zip(results) {
        assert_eq!(
            result.status,
            Verdict::Pass,
            "{} on 3.{}: {}",
            result.name,
            python.minor,
            result.summary
        );
    }
}
