//! OpenSSL keeps what it allocated when the process ends.
//!
//! By default it frees its tables in a handler of `exit`, while other threads may still end and free their own part of
//! them: a double free, in a process that has long closed its vaults. The system takes the memory back anyway.

use std::ffi::{c_int, c_void};
use std::ptr;

/// OpenSSL's flag for that, since 1.1.1b.
const OPENSSL_INIT_NO_ATEXIT: u64 = 0x0008_0000;

unsafe extern "C" {
    fn OPENSSL_init_crypto(options: u64, settings: *const c_void) -> c_int;
}

/// To be called before SQLCipher uses OpenSSL. Where the process itself used it before, that has decided.
pub(crate) fn keep_openssl() {
    // SAFETY: may be called from any thread and at any time; null stands for no settings. OpenSSL is linked: both of the
    // features that bring SQLCipher bring it. What it returns tells of no memory, and each use fails by itself then.
    unsafe { OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, ptr::null()) };
}
