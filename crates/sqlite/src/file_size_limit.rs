//! A limit on the size of files, as an answer to a write and not as the end of the process.

/// Has a write beyond the limit on the size of files (`ulimit -f`) fail with `EFBIG`. Unless a process asks for it, the
/// system ends it there by `SIGXFSZ`, without a word and with whatever was half done.
///
/// It holds for the whole process: called once by a program, at its start, and never by a library.
pub fn answer_file_size_limit() {
    #[cfg(unix)]
    // SAFETY: to ignore a signal installs no code of ours. No other thread sets what this signal does.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
