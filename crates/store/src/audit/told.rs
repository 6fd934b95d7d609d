//! A limited list of findings.

/// How many lines or ranges are named; further ones are only counted.
pub(crate) const NAMED: usize = 100;

/// Lines, of which a hundred are listed and the others counted.
#[derive(Default)]
pub(crate) struct Told {
    lines: Vec<String>,
    more: usize,
}

impl Told {
    /// Limits these lines.
    pub(crate) fn of(lines: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut told = Self::default();
        lines.into_iter().for_each(|line| told.take(Some(line)));
        told.into_lines()
    }

    pub(crate) fn take(&mut self, line: Option<String>) {
        match line {
            Some(line) if self.lines.len() < NAMED => self.lines.push(line),
            Some(_) => self.more += 1,
            None => {}
        }
    }

    pub(crate) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("{} more such rows", self.more));
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_lines_are_named_and_the_others_counted() {
        let of = |count: usize| Told::of((0..count).map(|line| line.to_string()));
        assert!(of(0).is_empty());
        let all = of(NAMED);
        assert_eq!((all.len(), all.last().map(String::as_str)), (100, Some("99")));
        let some = of(NAMED + 2);
        assert_eq!(some.len(), 101);
        assert!(
            some.last().is_some_and(|line| line.starts_with("2 more")),
            "{some:?}"
        );
    }
}
