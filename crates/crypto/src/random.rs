//! Random bytes: from the operating system for keys, through a small buffer for sealed values.

use std::cell::RefCell;

use zeroize::{Zeroize, Zeroizing};

use crate::error::CryptoError;
use crate::secret::Boxed;

/// The buffer's size. A system call for each value would double the cost of sealing.
const POOL: usize = 4096;

/// Fills `out` from the operating system.
pub(crate) fn fill(out: &mut [u8]) -> Result<(), CryptoError> {
    getrandom::fill(out).map_err(|_| CryptoError::NoRandomness)
}

/// A new array of random bytes from the operating system.
pub(crate) fn array<const N: usize>() -> Result<Zeroizing<[u8; N]>, CryptoError> {
    let mut out = Zeroizing::new([0; N]);
    fill(out.as_mut_slice())?;
    Ok(out)
}

/// New secret bytes from the operating system, written in their final place.
pub(crate) fn boxed<const N: usize>() -> Result<Boxed<N>, CryptoError> {
    let mut out = Box::new(Zeroizing::new([0; N]));
    fill(out.as_mut_slice())?;
    Ok(out)
}

struct Pool {
    bytes: [u8; POOL],
    /// Bytes before this index have been returned and wiped.
    used: usize,
    /// The process that filled the buffer: a forked child must not return its parent's bytes again.
    process: u32,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl Pool {
    fn draw(&mut self, process: u32) -> Result<[u8; 32], CryptoError> {
        if self.process != process || self.used.saturating_add(32) > POOL {
            // Mark it as empty first, so that a failed fill returns nothing.
            self.used = POOL;
            fill(&mut self.bytes)?;
            self.process = process;
            self.used = 0;
        }
        let mut out = [0; 32];
        let end = self.used.saturating_add(32);
        if let Some(source) = self.bytes.get_mut(self.used..end) {
            out.copy_from_slice(source);
            source.zeroize();
        }
        self.used = end;
        Ok(out)
    }
}

thread_local! {
    static THREAD: RefCell<Pool> = const {
        RefCell::new(Pool { bytes: [0; POOL], used: POOL, process: 0 })
    };
}

/// The 32 random bytes of one sealed value, through this thread's buffer.
pub(crate) fn for_value() -> Result<[u8; 32], CryptoError> {
    let pooled = THREAD.try_with(|pool| {
        pool.try_borrow_mut()
            .ok()
            .map(|mut pool| pool.draw(std::process::id()))
    });
    match pooled {
        Ok(Some(drawn)) => drawn,
        // The thread is ending, and its buffer is gone.
        _ => array::<32>().map(|bytes| *bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ_and_are_wiped() {
        let mut pool = Pool {
            bytes: [0; POOL],
            used: POOL,
            process: 0,
        };
        let drawn: Vec<_> = (0..300).map(|_| pool.draw(1).unwrap()).collect();
        let distinct: std::collections::HashSet<_> = drawn.iter().collect();
        assert_eq!(distinct.len(), drawn.len());
        assert_eq!(pool.used, 300 * 32 % POOL);
        assert!(pool.bytes[..pool.used].iter().all(|byte| *byte == 0));
        assert!(pool.bytes[pool.used..].iter().any(|byte| *byte != 0));
    }

    #[test]
    fn a_forked_child_draws_other_bytes_than_its_parent() {
        let mut parent = Pool {
            bytes: [0; POOL],
            used: POOL,
            process: 0,
        };
        parent.draw(1).unwrap();
        let mut child = Pool {
            bytes: parent.bytes,
            used: parent.used,
            process: 1,
        };
        let next_of_parent = parent.draw(1).unwrap();
        assert_ne!(next_of_parent, child.draw(2).unwrap());
        assert_eq!(child.process, 2);
        assert_eq!(child.used, 32, "the whole buffer was filled anew");
    }
}
