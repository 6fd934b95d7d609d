//! See `privatus_fuzz::crypto::envelope`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    privatus_fuzz::crypto::envelope(data);
});
