//! `labready room`: the reports of many machines, from files, folders and standard input, folded to
//! one answer. No machine is asked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;

use super::reporter::Reporter;
use crate::cli::{Cli, Format, RoomArgs};
use crate::course::Course;
use crate::error::Result;
use crate::event::Event;
use crate::host::{Host, Kind};
use crate::outcome::Outcome;
use crate::problem::RoomProblem;
use crate::room::arrivals::ReportSource;
use crate::room::{self, Arrivals, Question, input, nodeset};

/// Folders within folders; tools that fetch files keep the whole path below the machine's name.
const DEPTH: usize = 12;
/// How often a watched folder is looked at.
const GLANCE: Duration = Duration::from_millis(500);

pub(super) fn run(
    host: &Host,
    cli: &Cli,
    options: &RoomArgs,
    output: &Reporter,
) -> Result<Outcome> {
    refuse_formats(cli)?;
    let is_stream = |path: &PathBuf| path.as_os_str() == "-";
    if options.watch && options.paths.iter().any(is_stream) {
        return Err(RoomProblem::WatchStandardInput.into());
    }
    for path in options.paths.iter().filter(|path| !is_stream(path)) {
        if host.real_path(path).is_none() {
            return Err(RoomProblem::NothingThere { path: path.clone() }.into());
        }
    }
    let own: BTreeSet<PathBuf> =
        cli.common.report.iter().map(|report| host.absolute(&report.path)).collect();
    let expected = expected(options)?;
    let course = cli.common.course.as_deref().map(|path| Course::load(host, path)).transpose()?;
    let course = course.map(|course| course.digest);
    loop {
        let files = files(host, options, &own);
        let question = Question {
            expected: expected.clone(),
            fresh: options.fresh.and_then(|fresh| SignedDuration::try_from(fresh).ok()),
            course: course.clone(),
            is_anonymous: options.anonymous,
            now: host.now(),
        };
        let room = room::fold(arrivals(host, &files)?, &question);
        let outcome = room.outcome.clone();
        output.set_room(room);
        if !options.watch {
            return Ok(outcome);
        }
        output.finish(outcome);
        output.write_report()?;
        output.emit(Event::Watching { files: options.paths.clone() });
        let before = saved(host, &files);
        while saved(host, &self::files(host, options, &own)) == before {
            host.check_interrupted()?;
            host.pause(GLANCE);
        }
    }
}

/// Pictures, events and summaries are of one machine.
fn refuse_formats(cli: &Cli) -> Result<()> {
    let asked = [cli.common.format].into_iter();
    for format in asked.chain(cli.common.report.iter().map(|report| report.format)) {
        if matches!(format, Format::Svg | Format::Ndjson | Format::Summary) {
            return Err(RoomProblem::FormatOfOneMachine { format: format.name() }.into());
        }
    }
    Ok(())
}

fn expected(options: &RoomArgs) -> Result<Option<BTreeSet<String>>> {
    if options.expect.is_empty() {
        return Ok(None);
    }
    let names = nodeset::expand(&options.expect.join(","));
    Ok(Some(names.map_err(|fault| RoomProblem::Names { fault })?))
}

/// A file, and its path below the one that was named; `None` stands for standard input.
struct InputFile {
    path: PathBuf,
    below: Option<Vec<String>>,
}

/// Every file that may hold reports. What labready itself writes here is none.
fn files(host: &Host, options: &RoomArgs, own: &BTreeSet<PathBuf>) -> Vec<InputFile> {
    let mut places = Vec::new();
    for typed in &options.paths {
        if typed.as_os_str() == "-" {
            places.push(InputFile { path: typed.clone(), below: None });
            continue;
        }
        let path = host.real_path(typed).unwrap_or_else(|| host.absolute(typed));
        if host.lstat(&path).kind == Kind::Folder {
            add_folder(host, &path, &[], &mut places);
        } else {
            let name = typed.file_name().unwrap_or_default().to_string_lossy().into_owned();
            places.push(InputFile { path, below: Some(vec![name]) });
        }
    }
    places.retain(|place| !own.contains(&place.path));
    places
}

/// The files of a folder and of those in it. Hidden ones are not finished yet, and links to folders
/// are not followed.
fn add_folder(host: &Host, folder: &Path, below: &[String], places: &mut Vec<InputFile>) {
    for name in host.list_readable(folder) {
        let shown = name.to_string_lossy().into_owned();
        if shown.starts_with('.') {
            continue;
        }
        let path = folder.join(&name);
        let below = [below, &[shown]].concat();
        match host.lstat(&path).kind {
            Kind::Folder if below.len() < DEPTH => add_folder(host, &path, &below, places),
            _ => places.push(InputFile { path, below: Some(below) }),
        }
    }
}

/// When each file was last written.
fn saved(host: &Host, files: &[InputFile]) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let look = |place: &InputFile| {
        let entry = host.lstat(&place.path);
        (place.path.clone(), entry.size, entry.modified)
    };
    files.iter().map(look).collect()
}

/// Reads everything. What cannot be read is counted and named.
fn arrivals(host: &Host, files: &[InputFile]) -> Result<Arrivals> {
    let mut arrivals = Arrivals::default();
    for place in files {
        host.check_interrupted()?;
        let mut file = ReportSource::new(place.below.as_deref());
        let mut take = |found| arrivals.add(&mut file, found);
        let read = match &place.below {
            None => input::documents(host.standard_input(), &mut take),
            Some(_) => {
                host.open_file(&place.path).and_then(|stream| input::documents(stream, &mut take))
            }
        };
        match read {
            Ok(has_text) => arrivals.close(file, has_text),
            Err(error) => arrivals.close_unreadable(file, error.to_string()),
        }
    }
    Ok(arrivals)
}
