//! What must hold for any bytes given to the importers. The fuzz targets and the stable mutation run of
//! `privatus-import` call the same functions.

use privatus_import::{legacy, privatus, telegram};

/// Reads `data` as a Telegram export, and as much as possible of a cut one. Returns whether it contained a message.
pub fn telegram_export(data: &[u8]) -> bool {
    let whole = telegram::fuzz_export(data);
    let half = telegram::fuzz_export(&data[..data.len() / 2]);
    assert!(
        half <= whole,
        "half of a file never has more messages than the whole"
    );
    whole > 0
}

/// Reads the lines of `data` as our own export. Whether two were records (a header and another).
pub fn privatus_export(data: &[u8]) -> bool {
    privatus::fuzz_export(data) > 1
}

/// Reads `data` as a Fernet token and as a time. Returns whether it is one of them.
pub fn legacy_field(data: &[u8]) -> bool {
    legacy::fuzz_field(data)
}
