//! What a child says, line by line: through pipes while it may be cut off with us, through files in
//! memory when it must outlive us (nobody's end can break those).
//!
//! Memory is bounded either way: a child that floods a pipe is held up by it, and what was read of a
//! file is given back.

use std::fs::File;
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FallocateFlags, FcntlArg, FdFlag, OFlag, fallocate, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};

/// Longer lines are cut, so that one endless line cannot fill the memory.
const LINE_LIMIT: usize = 64 << 10;
/// Lines that a child may be ahead of us.
const LINES_AHEAD: usize = 256;
/// How long is listened without a look at signals and the time.
const TURN: Duration = Duration::from_millis(50);
/// A child that is further ahead in a file floods it: what lies between is not heard, in bytes.
const AHEAD: u64 = 16 << 20;
/// What was read of a file is given back in pieces of this size, in bytes.
const PIECE: u64 = 1 << 20;

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The status pipe that was asked for.
    Status,
}

/// The reading ends.
pub(super) struct Outputs {
    lines: Option<Receiver<(Stream, String)>>,
    sender: Option<SyncSender<(Stream, String)>>,
    files: Vec<Tail>,
}

impl Outputs {
    /// For a child that is cut off with us, or for one that outlives us.
    pub fn new(outlives_us: bool) -> Self {
        let (sender, lines) = sync_channel(LINES_AHEAD);
        let pipes = (!outlives_us).then_some((sender, lines));
        let (sender, lines) = pipes.unzip();
        Self { lines, sender, files: Vec::new() }
    }

    /// Another stream; returns the child's end.
    pub fn open(&mut self, stream: Stream) -> io::Result<OwnedFd> {
        if let Some(sender) = &self.sender {
            let (reader, end) = io::pipe()?;
            read_lines(LineReader::of(stream), reader, sender.clone());
            return Ok(end.into());
        }
        let file = File::from(memfd_create(c"output", MFdFlags::MFD_CLOEXEC)?);
        // Who opens it once more, as `> /dev/stderr` does, empties it: what follows goes to the end.
        fcntl(&file, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
        let end = file.try_clone()?.into();
        self.files.push(Tail { file, at: 0, given_back: 0, lines: LineReader::of(stream) });
        Ok(end)
    }

    /// No further streams: the last writer's end is the end.
    pub fn complete(&mut self) {
        self.sender = None;
    }

    /// Takes what has come, and waits a little for more; never for long, whoever floods us. False
    /// once every stream is closed.
    pub fn hear(&mut self, patience: Duration, on_line: &mut dyn FnMut(Stream, &str)) -> bool {
        let Some(lines) = &self.lines else {
            let news = self.files.iter_mut().map(|file| file.read(TURN, on_line)).max();
            if !news.unwrap_or_default() {
                thread::sleep(patience);
            }
            return true;
        };
        let until = Instant::now() + TURN;
        let mut next = lines.recv_timeout(patience);
        loop {
            match next {
                Ok((stream, line)) => on_line(stream, &line),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            if Instant::now() > until {
                return true;
            }
            next = lines.recv_timeout(Duration::ZERO);
        }
    }

    /// The child has ended: takes the rest. A daemon that it left behind may hold a pipe for ever.
    pub fn drain(&mut self, limit: Duration, on_line: &mut dyn FnMut(Stream, &str)) {
        let until = Instant::now() + limit;
        for file in &mut self.files {
            while Instant::now() < until && file.read(TURN, on_line) {}
            file.lines.end(on_line);
        }
        if self.lines.is_some() {
            while Instant::now() < until && self.hear(Duration::from_millis(20), on_line) {}
        }
    }
}

/// Lets a child inherit this end under its number.
pub(super) fn inherit(end: &OwnedFd) -> io::Result<RawFd> {
    fcntl(end.as_fd(), FcntlArg::F_SETFD(FdFlag::empty()))?;
    Ok(end.as_raw_fd())
}

/// A file that a child writes and we read.
struct Tail {
    file: File,
    at: u64,
    given_back: u64,
    lines: LineReader,
}

impl Tail {
    /// Reads what has come, for a moment at most. Whether there was anything.
    fn read(&mut self, limit: Duration, on_line: &mut dyn FnMut(Stream, &str)) -> bool {
        let (mut block, until) = ([0; 8192], Instant::now() + limit);
        let before = self.at;
        let end = self.file.metadata().map_or(self.at, |metadata| metadata.len());
        if end < self.at {
            // It was emptied, and is written from its beginning again.
            (self.at, self.given_back) = (0, 0);
        }
        if end.saturating_sub(self.at) > AHEAD {
            self.at = end - PIECE;
        }
        while let Ok(count @ 1..) = self.file.read_at(&mut block, self.at) {
            self.at += count as u64;
            self.lines.take(&block[..count], on_line);
            if Instant::now() > until {
                break;
            }
        }
        if self.at - self.given_back > PIECE {
            let flags = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
            let length = (self.at - self.given_back).cast_signed();
            // Where it is refused, only memory is lost.
            let _ = fallocate(&self.file, flags, self.given_back.cast_signed(), length);
            self.given_back = self.at;
        }
        self.at != before
    }
}

/// Bytes, made lines.
struct LineReader {
    stream: Stream,
    line: Vec<u8>,
}

impl LineReader {
    fn of(stream: Stream) -> Self {
        Self { stream, line: Vec::new() }
    }

    fn take(&mut self, bytes: &[u8], on_line: &mut dyn FnMut(Stream, &str)) {
        for byte in bytes {
            if *byte == b'\n' {
                on_line(self.stream, &String::from_utf8_lossy(&self.line));
                self.line.clear();
            } else if self.line.len() < LINE_LIMIT {
                self.line.push(*byte);
            }
        }
    }

    /// The last line need not end.
    fn end(&mut self, on_line: &mut dyn FnMut(Stream, &str)) {
        if !self.line.is_empty() {
            self.take(b"\n", on_line);
        }
    }
}

/// Reads lines in a thread of its own, until the last writer has closed the pipe, or nobody listens
/// any more.
fn read_lines(mut lines: LineReader, mut pipe: PipeReader, sender: SyncSender<(Stream, String)>) {
    thread::spawn(move || {
        let (mut block, mut is_heard) = ([0; 8192], true);
        while let Ok(count @ 1..) = pipe.read(&mut block) {
            lines.take(&block[..count], &mut |stream, line| {
                is_heard &= sender.send((stream, line.to_owned())).is_ok();
            });
            if !is_heard {
                return;
            }
        }
        lines.end(&mut |stream, line| drop(sender.send((stream, line.to_owned()))));
    });
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::*;

    fn heard(outputs: &mut Outputs) -> Vec<String> {
        let mut lines = Vec::new();
        outputs.hear(Duration::ZERO, &mut |_, line| lines.push(line.to_owned()));
        lines
    }

    #[test]
    fn a_child_that_opens_its_output_again_is_heard_before_and_after() {
        let mut outputs = Outputs::new(true);
        let mut child = File::from(outputs.open(Stream::Stderr).unwrap());
        writeln!(child, "Unpacking a package with a long name").unwrap();
        assert_eq!(heard(&mut outputs), ["Unpacking a package with a long name"]);
        // As a script's `echo careful > /dev/stderr` does.
        let again = format!("/proc/self/fd/{}", child.as_raw_fd());
        let mut script = OpenOptions::new().write(true).truncate(true).open(again).unwrap();
        writeln!(script, "careful").unwrap();
        assert_eq!(heard(&mut outputs), ["careful"]);
        writeln!(child, "Setting it up").unwrap();
        assert_eq!(heard(&mut outputs), ["Setting it up"]);
    }
}
