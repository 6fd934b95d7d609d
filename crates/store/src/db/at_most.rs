//! A limit for loops over batches: as many rows as there were at the beginning. A trigger that puts removed rows back
//! would otherwise keep a loop running forever. Where each batch is committed separately, another process may add rows
//! in between; a check within one transaction distinguishes the two.

use crate::error::StoreError;

/// The number of rows that a loop may still process.
#[derive(Debug)]
pub(crate) struct AtMost {
    left: u64,
    doing: &'static str,
}

impl AtMost {
    /// Creates a limit of `rows`, the number that exists now.
    pub(crate) fn of(rows: i64, doing: &'static str) -> Self {
        Self {
            left: u64::try_from(rows).unwrap_or_default(),
            doing,
        }
    }

    /// Counts rows that the loop processed.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] for more rows than there were.
    pub(crate) fn take(&mut self, rows: u64) -> Result<(), StoreError> {
        match self.left.checked_sub(rows) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(put_back(self.doing)),
        }
    }

    /// Counts rows that the loop processed while other processes may add some. Returns whether the loop continues:
    /// after more rows than there were it ends, and leaves the newer rows to the next loop. `again` runs another batch
    /// in its own transaction and returns the number of rows before it, of those it processed, and of rows after it.
    ///
    /// # Errors
    /// Those of `again`; [`StoreError::DatabaseDamaged`] when rows come back within one transaction.
    pub(crate) fn goes_on(
        &mut self,
        rows: u64,
        again: impl FnOnce() -> Result<(i64, u64, i64), StoreError>,
    ) -> Result<bool, StoreError> {
        if self.take(rows).is_ok() {
            return Ok(true);
        }
        let (before, taken, after) = again()?;
        if after > before.saturating_sub_unsigned(taken) {
            return Err(put_back(self.doing));
        }
        Ok(false)
    }
}

fn put_back(doing: &str) -> StoreError {
    StoreError::DatabaseDamaged(format!(
        "{doing}: there are more rows than at the beginning; a trigger puts rows back"
    ))
}

/// Checks that a walk by key advances: the last key of a batch must be greater than the one before. Pages that point at
/// one another could return the same rows again and again.
///
/// # Errors
/// [`StoreError::DatabaseDamaged`] when it does not advance.
pub(crate) fn ascends<K: PartialOrd>(before: &K, last: &K, doing: &str) -> Result<(), StoreError> {
    if last > before {
        return Ok(());
    }
    Err(StoreError::DatabaseDamaged(format!(
        "{doing}: rows are out of order"
    )))
}

/// Returns where a walk by number continues after a batch that began at `from` and ended at `last`; `None` after the
/// greatest number.
///
/// # Errors
/// Those of [`ascends`].
pub(crate) fn follows(from: i64, last: i64, doing: &str) -> Result<Option<i64>, StoreError> {
    if last < from {
        ascends(&from, &last, doing)?;
    }
    Ok(last.checked_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_takes_what_there_was_and_no_more() {
        let mut most = AtMost::of(3, "count");
        assert!(most.take(2).is_ok() && most.take(1).is_ok() && most.take(0).is_ok());
        let error = most.take(1).map_err(|error| error.to_string());
        assert!(error.is_err_and(|said| said.contains("a trigger puts rows back")));
        assert!(AtMost::of(-1, "count").take(1).is_err());
        assert!(matches!(follows(i64::MIN, i64::MIN, "walk"), Ok(Some(next)) if next == i64::MIN + 1));
        assert!(matches!(follows(3, i64::MAX, "walk"), Ok(None)) && follows(3, 2, "walk").is_err());
        assert!(ascends(&1, &2, "walk").is_ok() && ascends(&2, &2, "walk").is_err());
    }
}
