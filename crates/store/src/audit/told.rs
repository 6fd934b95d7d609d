//! Lines of what was found, so many and no more.

/// Lines, or ranges, that are named; of more only the count is.
pub(super) const NAMED: usize = 100;

/// Lines of which a hundred are named, and the others counted.
#[derive(Default)]
pub(super) struct Told {
    lines: Vec<String>,
    more: usize,
}

impl Told {
    pub(super) fn take(&mut self, line: Option<String>) {
        match line {
            Some(line) if self.lines.len() < NAMED => self.lines.push(line),
            Some(_) => self.more += 1,
            None => {}
        }
    }

    pub(super) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("{} more such rows", self.more));
        }
        self.lines
    }
}
