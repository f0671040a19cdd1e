//! `labready course`: the author's tools.

use std::path::Path;

use super::load_course;
use super::output::Output;
use crate::cli::{Common, Course as CourseCommand};
use crate::course::Course;
use crate::error::{Exit, Result};
use crate::host::Host;

pub(super) fn run(host: &Host, common: &Common, command: &CourseCommand, output: &Output) -> Result<Exit> {
    // A course that does not load is not shown: the complaint is what its author needs.
    let course = load_course(host, common)?;
    match command {
        CourseCommand::Show => output.print(&text(host, common)?)?,
        CourseCommand::Lint => {
            let labs = match course.labs.len() {
                1 => "1 lab".to_owned(),
                labs => format!("{labs} labs"),
            };
            output.print(&format!("`{}` is a good course: {labs}, Python {}.\n", course.name, course.python))?;
        }
    }
    Ok(Exit::Ready)
}

fn text(host: &Host, common: &Common) -> Result<String> {
    match &common.course {
        Some(path) => Course::text(host, Path::new(path)),
        None => Ok(Course::embedded_text().to_owned()),
    }
}
