//! How much a loop over batches may do: as many rows as there were when it began. Rows that come back as they go, by a
//! trigger, would keep it going for ever. Between batches that are committed one by one another process may add rows of its
//! own: then a look within one transaction tells the two apart.

use crate::error::StoreError;

/// Rows that a loop may still take.
#[derive(Debug)]
pub(crate) struct AtMost {
    left: u64,
    doing: &'static str,
}

impl AtMost {
    /// Of so many rows that there are now.
    pub(crate) fn of(rows: i64, doing: &'static str) -> Self {
        Self {
            left: u64::try_from(rows).unwrap_or_default(),
            doing,
        }
    }

    /// Counts rows that the loop took.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] for more than there were.
    pub(crate) fn take(&mut self, rows: u64) -> Result<(), StoreError> {
        match self.left.checked_sub(rows) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(put_back(self.doing)),
        }
    }

    /// The same of rows that other processes may add to. Gives whether the loop goes on: behind more rows than there were
    /// it does not, and leaves what came meanwhile to the next one. `again` does another batch in a transaction of its
    /// own, and gives the rows before it, those it took, and the rows after it.
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
        "{doing}: there is more of it than there was at the beginning; a trigger puts rows back"
    ))
}

/// Whether a walk by key goes on: the last key of a batch lies behind the one before. Pages that point at one another could
/// give the same rows again and again.
///
/// # Errors
/// [`StoreError::DatabaseDamaged`] when it does not.
pub(crate) fn ascends<K: PartialOrd>(before: &K, last: &K, doing: &str) -> Result<(), StoreError> {
    if last > before {
        return Ok(());
    }
    Err(StoreError::DatabaseDamaged(format!(
        "{doing}: rows are out of order"
    )))
}

/// Where a walk by number goes on that took what stands from `from` on, the lowest number there is included. Behind the greatest
/// stands nothing.
///
/// # Errors
/// As [`ascends`].
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
