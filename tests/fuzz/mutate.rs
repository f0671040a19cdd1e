//! Damage: real text with pieces removed, repeated, exchanged and added, from a number that makes it again.

/// Words that parsers look for, and what they may stumble over.
const WORDS: [&[u8]; 40] = [
    b"\n",
    b"\n\n",
    b"\r\n",
    b"\r",
    b"\t",
    b" ",
    b"  ",
    b"\0",
    b"\x1b[2J",
    b"\xff\xfe",
    b"\xc3",
    "é".as_bytes(),
    "\u{2028}".as_bytes(),
    "𝟛".as_bytes(),
    b"\"",
    b"'",
    b"\\",
    b"\\040",
    b"#",
    b"=",
    b":",
    b"/",
    b"/../",
    b"-",
    b"--",
    b",",
    b"[",
    b"]",
    b"{",
    b"}",
    b"{any}",
    b"{stamp}",
    b"{python}",
    b"0",
    b"-1",
    b"1e309",
    b"99999999999999999999",
    b"2026-02-30 25:61:61.9999999",
    b"auto",
    b"python3.",
];

/// Numbers that look random and come again with the same seed (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than this, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit.max(1) as u64) as usize
    }
}

/// One of the seeds, damaged in a few places.
pub fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut text = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        mutate(&mut text, seeds, dice);
    }
    text.truncate(64 << 10);
    text
}

fn mutate(text: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(text.len() + 1);
    let most = if dice.below(4) == 0 { text.len() } else { 12 };
    let length = 1 + dice.below(most);
    let end = text.len().min(at + length);
    match dice.below(9) {
        0 => drop(text.drain(at..end)),
        1 => text.truncate(at),
        2 => insert(text, at, WORDS[dice.below(WORDS.len())]),
        3 => {
            let piece = text[at..end].to_vec();
            let there = dice.below(text.len() + 1);
            insert(text, there, &piece.repeat(1 + dice.below(3)));
        }
        4 => {
            let other = &seeds[dice.below(seeds.len())];
            let from = dice.below(other.len() + 1);
            let piece = &other[from..other.len().min(from + length)];
            insert(text, at, piece);
        }
        5 => {
            let word = WORDS[dice.below(WORDS.len())];
            text.splice(at..end, word.iter().copied()).for_each(drop);
        }
        6 => exchange_lines(text, dice),
        7 => {
            if let Some(byte) = text.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        _ => {
            if let Some(byte) = text.get_mut(at) {
                *byte = dice.below(256) as u8;
            }
        }
    }
}

fn insert(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied()).for_each(drop);
}

fn exchange_lines(text: &mut Vec<u8>, dice: &mut Dice) {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
    lines.swap(one, other);
    *text = lines.join(&b'\n');
}
