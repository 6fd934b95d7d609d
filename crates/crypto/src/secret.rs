//! Storage of secret bytes: boxed, written in place and wiped on drop; and wiping the stack after computing with them.

use zeroize::{Zeroize, Zeroizing};

/// `N` secret bytes on the heap, wiped on drop. Moving them moves a pointer, so no copy stays behind.
pub(crate) type Boxed<const N: usize> = Box<Zeroizing<[u8; N]>>;

/// A key: 32 secret bytes.
pub(crate) type Bytes32 = Boxed<32>;

/// Words of stack to wipe: several times what our deepest computation uses.
const WORDS: usize = 2048;

/// Creates secret bytes that `fill` writes in their final place.
pub(crate) fn boxed<const N: usize>(fill: impl FnOnce(&mut [u8; N])) -> Boxed<N> {
    let mut out = Box::new(Zeroizing::new([0; N]));
    fill(&mut out);
    out
}

/// Copies bytes to their final place.
pub(crate) fn copied<const N: usize>(bytes: &[u8; N]) -> Boxed<N> {
    boxed(|out| out.copy_from_slice(bytes))
}

/// Runs `work`, then wipes the stack below: ciphers and hashes leave words of their keys there, in registers that the
/// compiler spilled and in values that it moved. The result of `work` must not contain a key by value.
pub(crate) fn on_wiped_stack<T>(work: impl FnOnce() -> T) -> T {
    let out = apart(work);
    wipe();
    out
}

/// Runs in a frame of its own, which begins where [`wipe`]'s frame does.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn wipe() {
    let mut stack = [0_u64; WORDS];
    stack.zeroize();
}
