//! The options of every command: which course, which Python, and how it is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// A course.toml, or the folder that holds one, instead of the embedded course
    #[arg(long, global = true, value_name = "FILE|DIR")]
    pub course: Option<PathBuf>,
    /// Narrow the range (`3.12`, `>=3.10, <3.13`), or take this very interpreter
    #[arg(long, global = true, value_name = "REQ|PATH")]
    pub python: Option<String>,
    /// Where the virtual environment is, instead of the course's folder below the current one
    #[arg(long, global = true, value_name = "DIR")]
    pub venv: Option<PathBuf>,
    /// What is printed on standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub format: Format,
    /// The same as `--format plain`: words first, for a screen reader
    #[arg(long, global = true, conflicts_with = "format")]
    pub plain: bool,
    /// Also write the report in a format to a file; may be given more than once
    #[arg(long, global = true, value_name = "FORMAT=FILE", value_parser = parse_report)]
    pub report: Vec<ReportFile>,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Say nothing on standard error but errors
    #[arg(long, short = 'q', global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every candidate, every line that a step prints
    #[arg(long, short = 'v', global = true)]
    pub verbose: bool,
    /// Append every event to a file, as JSON lines
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

/// Formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with pictures
    Human,
    /// For people, in words: no tables, no pictures
    Plain,
    /// One JSON document
    Json,
    /// The same JSON document on one line
    Line,
    /// One JSON object per event, as it happens
    Ndjson,
    /// One SVG picture: the labs' timelines, to scale
    Svg,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR, CLICOLOR=0 or TERM=dumb says no
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A report for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Its format.
    pub format: Format,
    /// Its file.
    pub path: PathBuf,
}

fn parse_report(text: &str) -> Result<ReportFile, String> {
    let names = || {
        let names: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
            .collect();
        names.join(", ")
    };
    let (format, path) =
        text.split_once('=').ok_or("write it as FORMAT=FILE, for example json=report.json")?;
    let format = Format::from_str(format, false)
        .map_err(|_| format!("`{format}` is no format; there are {}", names()))?;
    if path.is_empty() {
        return Err("the file's name is missing after `=`".into());
    }
    Ok(ReportFile { format, path: PathBuf::from(path) })
}
