//! See `privatus_fuzz::import::telegram_export`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    privatus_fuzz::import::telegram_export(data);
});
