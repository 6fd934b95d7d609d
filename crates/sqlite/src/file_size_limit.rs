//! Makes the limit on file sizes an error of the write instead of the end of the process.

/// Makes a write beyond the limit on file sizes (`ulimit -f`) fail with `EFBIG`. By default the system ends the
/// process with `SIGXFSZ`, without a message and in the middle of its work.
///
/// This applies to the whole process: a program should call it once, at its start; a library never should.
pub fn answer_file_size_limit() {
    #[cfg(unix)]
    // SAFETY: ignoring a signal installs no code of ours. No other thread changes how this signal is handled.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
