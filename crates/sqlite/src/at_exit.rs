//! Makes OpenSSL keep its allocations when the process ends.
//!
//! By default OpenSSL frees its tables in an `exit` handler, while other threads may still be ending and freeing their
//! own part of them: a double free, in a process that closed its vaults long ago. The system reclaims the memory
//! anyway.

use std::ffi::{c_int, c_void};
use std::ptr;

/// OpenSSL's flag for this, since 1.1.1b.
const OPENSSL_INIT_NO_ATEXIT: u64 = 0x0008_0000;

unsafe extern "C" {
    fn OPENSSL_init_crypto(options: u64, settings: *const c_void) -> c_int;
}

/// Must be called before SQLCipher uses OpenSSL. If the process itself used OpenSSL earlier, that call decided.
pub(crate) fn keep_openssl() {
    // SAFETY: may be called from any thread and at any time; null means no settings. OpenSSL is linked by both
    // features that link SQLCipher. A failure means out of memory, and then every later use fails by itself.
    unsafe { OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, ptr::null()) };
}
