//! The processor time of this thread: waiting for a turn on a busy machine does not count.

use std::time::Duration;

/// Time since the thread began.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "ios",
    target_os = "freebsd"
))]
pub(crate) fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Other systems use elapsed time: there a busy machine makes a password cheaper, down to the minimum.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "ios",
    target_os = "freebsd"
)))]
pub(crate) fn processor_time() -> Duration {
    static BEGAN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGAN.get_or_init(std::time::Instant::now).elapsed()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::{Duration, Instant};

    use super::processor_time;

    /// Others use the machine meanwhile: elapsed time goes on, and this thread's time does not.
    #[test]
    fn a_thread_that_waits_spends_no_processor_time() {
        let long = Duration::from_millis(200);
        let (before, began) = (processor_time(), Instant::now());
        let (done, wait) = channel();
        std::thread::spawn(move || {
            while processor_time() < long {
                std::hint::spin_loop();
            }
            done.send(()).unwrap();
        });
        wait.recv().unwrap();
        let (spent, passed) = (processor_time() - before, began.elapsed());
        assert!(passed >= long, "{passed:?}");
        assert!(spent < long / 4, "{spent:?} of {passed:?}");
    }
}
