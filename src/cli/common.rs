//! The options of every command: which course, which Python, and what is printed.

use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{ArgAction, Args, ValueEnum};

/// The heading of options that say what is wanted.
const COURSE: &str = "Course and Python";
/// The heading of options that say what is printed.
const OUTPUT: &str = "Output";

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Print help
    #[arg(long, short = 'h', global = true, action = ArgAction::HelpShort)]
    pub help: Option<bool>,
    /// Use this Python: `3.12`, `>=3.10, <3.13` or a path
    #[arg(long, global = true, value_name = "REQ|PATH", help_heading = COURSE)]
    pub python: Option<String>,
    /// Use this folder for the virtual environment
    #[arg(long, global = true, value_name = "DIR", help_heading = COURSE)]
    pub venv: Option<PathBuf>,
    /// Use this course file, or the course in this folder
    #[arg(long, global = true, value_name = "FILE|DIR", help_heading = COURSE)]
    pub course: Option<PathBuf>,
    /// Print nothing but errors on standard error
    #[arg(long, short = 'q', global = true, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub quiet: bool,
    /// Print details: commands, evidence, output of steps
    #[arg(long, short = 'v', global = true, help_heading = OUTPUT)]
    pub verbose: bool,
    /// Print words only, for screen readers
    #[arg(long, global = true, conflicts_with = "format", help_heading = OUTPUT)]
    pub plain: bool,
    /// Print the report in this format
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, value_name = "FORMAT", help_heading = OUTPUT)]
    pub format: Format,
    /// Also write the report to a file; can be repeated
    #[arg(long, global = true, value_name = "FORMAT=FILE", value_parser = parse_report, help_heading = OUTPUT)]
    pub report: Vec<ReportFile>,
    /// Append all events to a file, as JSON lines
    #[arg(long, global = true, value_name = "FILE", value_parser = parse_log, help_heading = OUTPUT)]
    pub log: Option<PathBuf>,
    /// Control when colors are used
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = OUTPUT)]
    pub color: Color,
}

/// Formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people, with timelines
    #[value(help = Resettable::Reset)]
    Human,
    /// Text for people, in words only
    #[value(help = Resettable::Reset)]
    Plain,
    /// A JSON document
    #[value(help = Resettable::Reset)]
    Json,
    /// The JSON document on one line
    #[value(help = Resettable::Reset)]
    Line,
    /// A JSON object per event, as it happens
    #[value(help = Resettable::Reset)]
    Ndjson,
    /// An SVG picture of the labs' timelines
    #[value(help = Resettable::Reset)]
    Svg,
    /// A slim JSON document without personal data, on one line
    #[value(help = Resettable::Reset)]
    Summary,
    /// A page for a browser
    #[value(help = Resettable::Reset)]
    Html,
    /// A table for spreadsheets, a line per machine
    #[value(help = Resettable::Reset)]
    Csv,
    /// JUnit XML, for the test reports of GitLab and Jenkins
    #[value(help = Resettable::Reset)]
    Junit,
    /// TAP 13, for prove
    #[value(help = Resettable::Reset)]
    Tap,
    /// Metrics for the textfile collector of Prometheus
    #[value(help = Resettable::Reset)]
    Prometheus,
    /// A line for Nagios and Icinga, with their exit codes
    #[value(help = Resettable::Reset)]
    Nagios,
    /// Markdown, for summaries and chats
    #[value(help = Resettable::Reset)]
    Markdown,
}

impl Format {
    /// As it is typed.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// When colors are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR, CLICOLOR=0 or TERM=dumb is set
    #[value(help = Resettable::Reset)]
    Auto,
    /// Always
    #[value(help = Resettable::Reset)]
    Always,
    /// Never
    #[value(help = Resettable::Reset)]
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
        let names = Format::value_variants().iter().map(|format| format.name());
        names.collect::<Vec<_>>().join(", ")
    };
    let (format, path) =
        text.split_once('=').ok_or("write it as FORMAT=FILE, for example json=report.json")?;
    let format = Format::from_str(format, false)
        .map_err(|_| format!("`{format}` is not a format; use one of {}", names()))?;
    if path.is_empty() {
        return Err("the file name is missing after `=`".into());
    }
    if path == "-" {
        return Err(format!(
            "`-` is not a file; to print the report, use `--format {}`",
            format.name()
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
