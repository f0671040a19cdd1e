//! What can be typed after `labready room`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Options of `room`.
#[derive(Debug, Args)]
pub struct RoomArgs {
    /// Folders or files with reports, or `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Machines that should be there, for example `pc-[01-30]`; can be repeated
    #[arg(long, value_name = "NAMES")]
    pub expect: Vec<String>,
    /// Count reports that are older than this as stale, for example 24h
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub fresh: Option<Duration>,
    /// Leave out everything personal: names, paths and what programs said
    #[arg(long)]
    pub anonymous: bool,
    /// Print the answer again whenever a report arrives, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
}

fn parse_age(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.trim_end_matches(char::is_alphabetic).len());
    let seconds = match unit {
        "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        _ => None,
    };
    let number = number.trim().parse::<u32>().ok().filter(|number| *number > 0);
    number
        .zip(seconds)
        .map(|(number, seconds)| Duration::from_secs(u64::from(number) * seconds))
        .ok_or_else(|| "write an age, for example 90m, 24h or 2d".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_unit() {
        let seconds = |text| parse_age(text).map(|age| age.as_secs()).ok();
        assert_eq!(
            ["30s", "90m", "24h", "2d"].map(seconds),
            [Some(30), Some(5_400), Some(86_400), Some(172_800)]
        );
        assert_eq!(
            ["", "24", "h", "-1h", "0h", "1w", "1.5h", "99999999999d"].map(seconds),
            [None; 8]
        );
    }
}
