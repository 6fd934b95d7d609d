//! Where secret bytes live: in a box, made in place and wiped on drop; and the stack behind a computation with them.

use zeroize::{Zeroize, Zeroizing};

/// `N` secret bytes on the heap, wiped on drop. Moving them moves a pointer: no copy stays behind.
pub(crate) type Boxed<const N: usize> = Box<Zeroizing<[u8; N]>>;

/// 32 of them: a key.
pub(crate) type Bytes32 = Boxed<32>;

/// Words of stack that are wiped: several times what the deepest computation of ours uses.
const WORDS: usize = 2048;

/// Secret bytes that `fill` writes where they stay.
pub(crate) fn boxed<const N: usize>(fill: impl FnOnce(&mut [u8; N])) -> Boxed<N> {
    let mut out = Box::new(Zeroizing::new([0; N]));
    fill(&mut out);
    out
}

/// Copies bytes to where they stay.
pub(crate) fn copied<const N: usize>(bytes: &[u8; N]) -> Boxed<N> {
    boxed(|out| out.copy_from_slice(bytes))
}

/// Runs `work`, then wipes the stack below: ciphers and hashes leave words of their keys there, in what the compiler
/// spills and in values that it moved. What `work` gives must not hold a key by value.
pub(crate) fn on_wiped_stack<T>(work: impl FnOnce() -> T) -> T {
    let out = apart(work);
    wipe();
    out
}

/// In a frame of its own, which begins where that of [`wipe`] does.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn wipe() {
    let mut stack = [0_u64; WORDS];
    stack.zeroize();
}
