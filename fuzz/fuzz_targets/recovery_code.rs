//! See `privatus_fuzz::crypto::recovery_code`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    privatus_fuzz::crypto::recovery_code(data);
});
