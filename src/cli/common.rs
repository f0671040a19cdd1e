//! The options of every command: which course, which Python, and what is printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Use this course file, or the course in this folder
    #[arg(long, global = true, value_name = "FILE|DIR")]
    pub course: Option<PathBuf>,
    /// Use this Python: a version (`3.12`, `>=3.10, <3.13`) or a path
    #[arg(long, global = true, value_name = "REQ|PATH")]
    pub python: Option<String>,
    /// Use this folder for the virtual environment
    #[arg(long, global = true, value_name = "DIR")]
    pub venv: Option<PathBuf>,
    /// Print the report in this format
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub format: Format,
    /// Print words only, for screen readers; same as `--format plain`
    #[arg(long, global = true, conflicts_with = "format")]
    pub plain: bool,
    /// Also write the report to a file, for example json=report.json; can be repeated
    #[arg(long, global = true, value_name = "FORMAT=FILE", value_parser = parse_report)]
    pub report: Vec<ReportFile>,
    /// Control when colors are used
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print nothing but errors on standard error
    #[arg(long, short = 'q', global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print details: evidence of passed labs, rejected Pythons, output of each step
    #[arg(long, short = 'v', global = true)]
    pub verbose: bool,
    /// Append all events to a file, as JSON lines
    #[arg(long, global = true, value_name = "FILE", value_parser = parse_log)]
    pub log: Option<PathBuf>,
}

/// Formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people, with timelines
    Human,
    /// Text for people, in words only
    Plain,
    /// A JSON document
    Json,
    /// The JSON document on one line
    Line,
    /// A JSON object per event, as it happens
    Ndjson,
    /// An SVG picture of the labs' timelines
    Svg,
}

/// When colors are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR, CLICOLOR=0 or TERM=dumb is set
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
        .map_err(|_| format!("`{format}` is not a format; use one of {}", names()))?;
    if path.is_empty() {
        return Err("the file name is missing after `=`".into());
    }
    if path == "-" {
        let name = format.to_possible_value().map(|value| value.get_name().to_owned());
        return Err(format!(
            "`-` is not a file; to print the report, use `--format {}`",
            name.unwrap_or_default()
        ));
    }
    Ok(ReportFile { format, path: PathBuf::from(path) })
}

fn parse_log(text: &str) -> Result<PathBuf, String> {
    match text {
        "-" => Err("`-` is not a file; to print the events, use `--format ndjson`".into()),
        _ => Ok(PathBuf::from(text)),
    }
}
