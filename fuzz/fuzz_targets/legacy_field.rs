//! See `privatus_fuzz::import::legacy_field`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    privatus_fuzz::import::legacy_field(data);
});
