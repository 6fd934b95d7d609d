//! See `privatus_fuzz::import::privatus_export`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    privatus_fuzz::import::privatus_export(data);
});
