//! The mistakes of beginners, from recorded runs on three versions of Python: verdict, explanation and
//! what a student sees. `tests/judge/mistakes.rs` runs the same for real, and records.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use labready::course::Course;
use labready::event::Event;
use labready::lab::{
    LabResult, MachineSample, Observation, Script, ThreadSample, Verdict, conclude,
};
use labready::report::paint::Paint;
use labready::report::{Report, human, plain};
use serde::Deserialize;

#[path = "../mistakes/cases.rs"]
mod cases;

use cases::{Case, cases, folder, unmeasured};

const VERSIONS: [&str; 3] = ["3.8", "3.11", "3.13"];

/// A run, or several until it was settled.
#[derive(Deserialize)]
struct Recording {
    lab: String,
    mistake: String,
    observations: Vec<Observation>,
}

/// The recorded runs on a version, in the order of the table.
fn recordings(version: &str) -> Vec<(Case, Vec<Observation>)> {
    let text = fs::read_to_string(folder().join(format!("recorded/{version}.ndjson"))).unwrap();
    let recorded: Vec<Recording> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let runs = cases(version).into_iter().map(|case| {
        let of_case = |run: &&Recording| (&run.lab, &run.mistake) == (&case.lab, &case.mistake);
        let run = recorded.iter().find(of_case).unwrap_or_else(|| panic!("{case:?}"));
        (case.clone(), run.observations.iter().map(on_a_quiet_machine).collect())
    });
    runs.collect()
}

/// The recordings leave out what the machine did meanwhile: nothing, and it says so.
fn on_a_quiet_machine(observation: &Observation) -> Observation {
    let some = Some(0.0);
    let awake_ms = Some(30.0);
    let look = |number: u32| ThreadSample {
        from_ms: f64::from(number) * 25.0,
        to_ms: f64::from(number) * 25.0,
        threads: 1,
        on_cpu_ms: awake_ms,
        run_queue_ms: some,
        blocked_ms: some,
        awake_ms,
        bare_ms: awake_ms,
        switches: Some(1),
        is_asleep: true,
        ..ThreadSample::default()
    };
    let told = |at_ms| MachineSample {
        at_ms,
        throttled_ms: some,
        steal_ms: some,
        pressure_cpu_ms: some,
        pressure_io_ms: some,
        pressure_memory_ms: some,
        ..MachineSample::default()
    };
    Observation {
        threads: (0..=(observation.ended_ms / 25.0) as u32).map(look).collect(),
        machine: vec![told(0.0), told(observation.ended_ms)],
        ..observation.clone()
    }
}

fn explained(case: &Case, observations: &[Observation]) -> LabResult {
    let lab = case.lab();
    let script = Script { shown: lab.script.clone(), source: case.source(), shadows: Vec::new() };
    conclude(&lab, &script, observations, 3).unwrap_or_else(|| panic!("{case:?} is not settled"))
}

/// What a student sees of it in so many columns, without the picture.
fn screen(result: &LabResult, columns: usize) -> String {
    let mut report = Report::new("verify", "2026-01-01T00:00:00Z".into());
    report.note(&Event::LabFinished { lab: Box::new(result.clone()) });
    let text = human::text(&report, &Paint::uncoloured(true, columns), false);
    let is_picture = |line: &&str| line.contains(['├', '┊']) || line.trim_end().ends_with(" s");
    let lines = text.lines().filter(|line| !is_picture(line));
    lines.map(|line| unmeasured(line) + "\n").collect::<String>().trim_end().to_owned() + "\n"
}

#[test]
fn every_mistake_is_explained_from_recorded_runs() {
    let mut complaints = Vec::new();
    for version in VERSIONS {
        for (case, observations) in recordings(version) {
            complaints.extend(case.complaint(version, &explained(&case, &observations)));
        }
    }
    assert!(complaints.is_empty(), "{} are wrong:\n{}", complaints.len(), complaints.join("\n"));
}

/// The newest version whole; of the others only what differs.
#[test]
fn what_a_student_sees_of_every_mistake() {
    let mut newest: BTreeMap<(String, String), String> = BTreeMap::new();
    for version in VERSIONS.iter().rev() {
        let mut text = String::new();
        for (case, observations) in recordings(version) {
            let screen = screen(&explained(&case, &observations), 80);
            let key = (case.lab.clone(), case.mistake.clone());
            if newest.get(&key) != Some(&screen) {
                text += &format!("── {}/{}\n{screen}", case.lab, case.mistake);
            }
            newest.entry(key).or_insert(screen);
        }
        assert_snapshot!(format!("mistakes_on_{version}"), text);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for version in VERSIONS {
        for (case, observations) in recordings(version) {
            for columns in [60, 80] {
                let screen = screen(&explained(&case, &observations), columns);
                let wide = screen.lines().filter(|line| labready::words::width(line) > columns);
                // A word that is longer keeps its line: a path, a piece of the script.
                let wide: Vec<&str> = wide.filter(|line| line.trim().contains(' ')).collect();
                assert!(wide.is_empty(), "{}/{} in {columns}: {wide:?}", case.lab, case.mistake);
            }
        }
    }
}

/// Python's own words stand in every report of an exception, whether it is explained or not.
#[test]
fn pythons_own_words_are_always_there() {
    for version in VERSIONS {
        for (case, observations) in recordings(version) {
            let result = explained(&case, &observations);
            let Some(exception) = &result.exception else { continue };
            let mut report = Report::new("verify", "2026-01-01T00:00:00Z".into());
            report.note(&Event::LabFinished { lab: Box::new(result.clone()) });
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let human = words(&human::text(&report, &Paint::uncoloured(true, 80), false));
            let plain = words(&plain::text(&report, false));
            for text in [human, plain] {
                assert!(text.contains(&words(&exception.text)), "{exception:?} in {text}");
            }
        }
    }
}

/// No rule speaks of a right program, whatever Python warns of beside it.
#[test]
fn a_right_program_is_never_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("fixtures/observations/idle_tasks.json")).unwrap();
    let mut recording: serde_json::Value = serde_json::from_str(&text).unwrap();
    let noise = "x.py:3: DeprecationWarning: There is no current event loop\n  loop = asyncio.get_event_loop()\n\
                 SyntaxWarning: invalid escape sequence '\\d'\n";
    recording["observations"][0]["errors"] = noise.into();
    let observations: Vec<Observation> =
        serde_json::from_value(recording["observations"].clone()).unwrap();
    let lab = Course::embedded().unwrap().labs.into_iter().find(|lab| lab.name == "learning_tasks");
    let lab = lab.unwrap();
    let script =
        Script { shown: lab.script.clone(), source: lab.source.clone(), shadows: Vec::new() };
    let result = conclude(&lab, &script, &observations, 1).unwrap();
    assert_eq!(result.status, Verdict::Pass);
    assert_eq!((result.fix, result.line, result.exception), (None, None, None));
}

/// What a script prints reaches a terminal as text: no escape, no return, no sign that turns the
/// reading direction; and wide characters are counted as wide.
#[test]
fn what_a_script_prints_is_shown_harmless_and_aligned() {
    let mut lab = Course::embedded().unwrap().labs.remove(2);
    let text = "\u{1b}]0;title\u{7}\u{1b}[31mスイス\u{1b}[2J\r\u{202e}50%\r100%\n";
    for (mark, label) in
        lab.timeline.marks.iter_mut().zip(["スイス時計: {stamp}", "Swiss: {stamp}"])
    {
        mark.line = label.into();
    }
    let mut observation = Observation { ended_ms: 1100.0, ..Observation::default() };
    observation.end = labready::lab::End::Exit(0);
    observation.output.text = text.into();
    observation.output.total_bytes = text.len() as u64;
    let script = Script { shown: lab.script.clone(), ..Script::default() };
    let result = conclude(&lab, &script, &[observation], 1).unwrap();
    let mut report = Report::new("verify", "2026-01-01T00:00:00Z".into());
    report.note(&Event::LabFinished { lab: Box::new(result) });
    let texts =
        [human::text(&report, &Paint::uncoloured(true, 80), false), plain::text(&report, false)];
    for text in &texts {
        let is_obeyed = |c: char| c != '\n' && labready::words::is_unsafe(c);
        assert!(!text.contains(is_obeyed), "{text:?}");
    }
    assert_snapshot!(texts.join("──\n"));
}

/// A file beside the script that hides `asyncio` makes right lines fail: only that file is named.
#[test]
fn a_hidden_module_is_not_taken_for_a_mistake_in_the_script() {
    let lab = Course::embedded().unwrap().labs.remove(2);
    let errors = "Traceback (most recent call last):\n  File \"/home/ada/learning_tasks.py\", line 21, in <module>\n    \
                  asyncio.run(main())\nAttributeError: module 'asyncio' has no attribute 'run'\n";
    let observation = Observation {
        end: labready::lab::End::Exit(1),
        errors: errors.into(),
        ..Observation::default()
    };
    let shadows = vec!["asyncio.py".to_owned()];
    let script = Script { shown: lab.script.clone(), source: lab.source.clone(), shadows };
    let result = conclude(&lab, &script, &[observation], 1).unwrap();
    assert_eq!(
        [result.summary, result.fix.unwrap()],
        [
            "`learning_tasks.py` ended with `AttributeError: module 'asyncio' has no attribute 'run'` in line 21.",
            "rename `asyncio.py` beside the script, which hides Python's own module of that name"
        ]
    );
}
