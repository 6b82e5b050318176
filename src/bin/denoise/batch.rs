//! Processes many photos: while one is denoised, the next is read and the one before is written. No more than these
//! three are in memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::Result;

use crate::guard::guard;

/// The stages of each photo, in this order. An error or a panic ends the work on that photo only.
pub struct Stages<Read, Denoise, Write, Finish> {
    /// Reads it, on a thread of its own.
    pub read: Read,
    /// Denoises it, on the calling thread.
    pub denoise: Denoise,
    /// Writes it, on a thread of its own.
    pub write: Write,
    /// Gets the outcome, on whichever thread it ended.
    pub finish: Finish,
}

/// Takes every job through all stages, until `stop` is set. Results that are ready by then are still written; a job
/// that ends in an error afterwards was cut off, and is not reported to `finish`.
pub fn run<Job: Sync, Photo: Send, Done: Send>(
    jobs: &[Job],
    stop: &AtomicBool,
    stages: Stages<
        impl Fn(&Job) -> Result<Photo> + Sync,
        impl FnMut(&Job, Photo) -> Result<Done>,
        impl Fn(&Job, Done) -> Result<()> + Sync,
        impl Fn(&Job, Result<()>) + Sync,
    >,
) {
    let Stages { read, mut denoise, write, finish } = stages;
    let (read, write, finish) = (&read, &write, &finish);
    let stopped = || stop.load(Ordering::Relaxed);
    // Without capacity: senders wait for the receiver.
    let (to_denoise, photos) = sync_channel(0);
    let (to_write, results) = sync_channel::<(&Job, Done)>(0);
    thread::scope(|scope| {
        scope.spawn(move || {
            for job in jobs {
                let photo = guard(|| read(job));
                if stopped() || to_denoise.send((job, photo)).is_err() {
                    break;
                }
            }
        });
        scope.spawn(move || {
            for (job, result) in results {
                finish(job, guard(|| write(job, result)));
            }
        });
        for (job, photo) in photos {
            if stopped() {
                break;
            }
            match photo.and_then(|photo| guard(|| denoise(job, photo))) {
                // The writer receives until there are no senders.
                Ok(result) => to_write.send((job, result)).expect("the writer has not ended"),
                Err(_) if stopped() => break,
                Err(error) => finish(job, Err(error)),
            }
        }
        drop(to_write);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;
    use std::sync::{Condvar, Mutex};
    use std::time::Duration;

    /// Numbers that threads count up and wait for.
    #[derive(Default)]
    struct Counts {
        counts: Mutex<[usize; 3]>,
        changed: Condvar,
    }

    impl Counts {
        fn add(&self, of: usize) -> usize {
            let mut counts = self.counts.lock().unwrap();
            counts[of] += 1;
            self.changed.notify_all();
            counts[of]
        }

        /// Whether a number becomes at least this within the time.
        fn reaches(&self, of: usize, least: usize, time: Duration) -> bool {
            let counts = self.counts.lock().unwrap();
            let reached = self.changed.wait_timeout_while(counts, time, |counts| counts[of] < least).unwrap();
            !reached.1.timed_out()
        }
    }

    const READ: usize = 0;
    const DENOISED: usize = 1;
    const WRITTEN: usize = 2;
    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(30);

    #[test]
    fn one_is_read_and_one_written_while_one_is_denoised_and_no_more() {
        let counts = Counts::default();
        let jobs: Vec<usize> = (1..=5).collect();
        let stages = Stages {
            read: |_: &usize| {
                counts.add(READ);
                Ok(())
            },
            denoise: |job: &usize, ()| {
                // The next is read in this time, and none beyond it.
                assert!(counts.reaches(READ, (job + 1).min(5), LONG), "{job}");
                assert!(*job >= 4 || !counts.reaches(READ, job + 2, SHORT), "{job}");
                counts.add(DENOISED);
                Ok(())
            },
            write: |job: &usize, ()| {
                // The next is denoised in this time.
                assert!(counts.reaches(DENOISED, (job + 1).min(5), LONG), "{job}");
                counts.add(WRITTEN);
                Ok(())
            },
            finish: |job: &usize, how: Result<()>| assert!(how.is_ok(), "{job}: {how:?}"),
        };
        run(&jobs, &AtomicBool::new(false), stages);
        assert_eq!(*counts.counts.lock().unwrap(), [5; 3]);
    }

    #[test]
    fn errors_and_panics_of_any_stage_stop_no_other_photo() {
        crate::guard::install();
        let fails = |stage: &str, job: &&str| match *job {
            job if job == format!("{stage} fails") => bail!("{job}"),
            job if job == format!("{stage} panics") => panic!("{job}"),
            _ => Ok(()),
        };
        let ended = Mutex::new(Vec::new());
        let jobs = [
            "read panics",
            "fine 1",
            "read fails",
            "denoise panics",
            "denoise fails",
            "write fails",
            "write panics",
            "fine 2",
        ];
        let stages = Stages {
            read: |job: &&str| fails("read", job),
            denoise: |job: &&str, ()| fails("denoise", job),
            write: |job: &&str, ()| fails("write", job),
            finish: |job: &&str, how: Result<()>| {
                ended.lock().unwrap().push((job.to_string(), how.map_err(|e| e.to_string())))
            },
        };
        run(&jobs, &AtomicBool::new(false), stages);
        let ended = ended.into_inner().unwrap();
        assert_eq!(ended.len(), jobs.len());
        for (job, how) in ended {
            assert_eq!(how.is_ok(), job.starts_with("fine"), "{job}: {how:?}");
            assert!(how.is_ok() || how.as_ref().is_err_and(|said| said.contains(&job)), "{job}: {how:?}");
        }
    }

    #[test]
    fn once_stopped_nothing_new_begins_and_what_is_denoised_is_written() {
        let (stop, written) = (AtomicBool::new(false), Mutex::new(Vec::new()));
        let stages = Stages {
            read: |_: &usize| Ok(()),
            denoise: |job: &usize, ()| {
                if *job == 2 {
                    stop.store(true, Ordering::Relaxed);
                    bail!("cut off");
                }
                Ok(())
            },
            write: |_: &usize, ()| Ok(()),
            finish: |job: &usize, how: Result<()>| {
                how.unwrap();
                written.lock().unwrap().push(*job);
            },
        };
        run(&[1, 2, 3, 4], &stop, stages);
        assert_eq!(written.into_inner().unwrap(), [1]);
    }
}
