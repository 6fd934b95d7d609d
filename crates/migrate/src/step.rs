//! One step of the schema, as this build knows it.

use privatus_crypto::Digest;
use privatus_sqlite::Connection;

use crate::error::MigrateError;
use crate::host::Host;
use crate::version::Version;

/// Tables whose row count a step changes: the table, and SQL that computes, **before** the step, the count after it.
/// Every other table that exists before and after must keep its count.
pub type Rows = &'static [(&'static str, &'static str)];

/// A step's Rust part: reads and seals values, in the step's transaction, after its SQL.
pub type Code = fn(&mut Connection, &mut dyn Host) -> Result<(), MigrateError>;

/// A step: SQL up and down, for the database and for each month's table.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its folder under `migrations/`: a date, a number, a name.
    pub name: &'static str,
    /// What it does, for a person.
    pub description: &'static str,
    /// `up.sql`
    pub up: &'static str,
    /// `down.sql`; stored in the vault, so that a build without this step can take it back.
    pub down: &'static str,
    /// `partition_up.sql`, run for each month's table, whose name is written as `{table}`.
    pub partition_up: Option<&'static str>,
    /// `partition_down.sql`
    pub partition_down: Option<&'static str>,
    /// Why it cannot be taken back, if so.
    pub irreversible: Option<&'static str>,
    /// Row counts that the way up changes.
    pub rows_up: Rows,
    /// Row counts that the way back changes.
    pub rows_down: Rows,
    /// The Rust part of the way up. The way back has only SQL, because an older build does not have this code.
    pub code: Option<Code>,
}

impl Step {
    /// A step with only SQL, and a way back.
    #[must_use]
    pub const fn new(
        name: &'static str,
        description: &'static str,
        up: &'static str,
        down: &'static str,
    ) -> Self {
        Self {
            name,
            description,
            up,
            down,
            partition_up: None,
            partition_down: None,
            irreversible: None,
            rows_up: &[],
            rows_down: &[],
            code: None,
        }
    }

    /// Adds SQL for each month's table.
    #[must_use]
    pub const fn with_partition(mut self, up: &'static str, down: &'static str) -> Self {
        self.partition_up = Some(up);
        self.partition_down = Some(down);
        self
    }

    /// Declares that there is no way back, and why.
    #[must_use]
    pub const fn with_no_way_back(mut self, reason: &'static str) -> Self {
        self.irreversible = Some(reason);
        self
    }

    /// Declares row counts that it changes.
    #[must_use]
    pub const fn with_rows(mut self, up: Rows, down: Rows) -> Self {
        self.rows_up = up;
        self.rows_down = down;
        self
    }

    /// Adds a Rust part.
    #[must_use]
    pub const fn with_code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// The digits before the first `_` of the name; 0 if there are none.
    #[must_use]
    pub fn version(&self) -> Version {
        let digits = self.name.bytes().take_while(|byte| *byte != b'_');
        digits.filter(u8::is_ascii_digit).fold(0, |number: i64, digit| {
            number.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
        })
    }

    /// BLAKE2b-256 in hex over the step's four texts in the order up, down, partition up, partition down, each with LF
    /// line ends and preceded by its length (u32, little-endian); a missing text has length 0.
    #[must_use]
    pub fn checksum(&self) -> String {
        let mut digest = Digest::new();
        let partition = [self.partition_up, self.partition_down].map(Option::unwrap_or_default);
        for text in [self.up, self.down].into_iter().chain(partition) {
            let text = text.replace("\r\n", "\n");
            digest.update(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            digest.update(text.as_bytes());
        }
        digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Step;

    #[test]
    fn line_ends_do_not_count_and_every_other_byte_does() {
        let sum = |up, down| Step::new("1_a", "", up, down).checksum();
        assert_eq!(sum("a\nb\n", "c"), sum("a\r\nb\r\n", "c"));
        assert_ne!(sum("a\nb\n", "c"), sum("a\nb\nc", ""));
        assert_ne!(sum("a", "b"), sum("b", "a"));
        let with = |up, down| Step::new("1_a", "", "", "").with_partition(up, down).checksum();
        assert_ne!(with("a", ""), sum("a", ""));
        assert_ne!(with("a", ""), with("", "a"));
    }

    #[test]
    fn a_version_is_the_digits_before_the_name() {
        let version = |name| Step::new(name, "", "", "").version();
        assert_eq!(version("2026-11-24-000002_v1_1_0"), 20_261_124_000_002);
        assert_eq!(version("none"), 0);
        assert_eq!(version("99999999999999999999999_x"), i64::MAX);
    }
}
