//! See `privatus_fuzz::crypto::key_ring`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    privatus_fuzz::crypto::key_ring(data);
});
