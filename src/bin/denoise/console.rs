//! Messages and progress. A reader that goes away, as `head` does, does not stop the work.

use std::fmt::Display;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use svnr::denoiser::Progress;

/// The longest name that the progress shows in full.
const LONGEST_NAME: usize = 40;

/// Standard output and error, with the progress below the messages. Progress is shown only on a terminal.
pub struct Console {
    bars: MultiProgress,
    photo: ProgressBar,
    /// The progress of all photos, by their pixels; none for a single photo.
    batch: Option<ProgressBar>,
    photos: usize,
    done: AtomicU64,
}

impl Console {
    /// A console for this many photos with this many pixels in all.
    pub fn new(photos: usize, pixels: u64) -> Self {
        let style = |template| ProgressStyle::with_template(template).expect("the template is well-formed");
        let bars = MultiProgress::new();
        let photo = ProgressBar::no_length().with_style(style("{prefix} {bar:20} {percent}%{msg}, {eta} left"));
        let batch =
            (photos > 1).then(|| ProgressBar::new(pixels).with_style(style("{msg} photos done, {eta} left in all")));
        let photo = bars.add(photo);
        let batch = batch.map(|bar| bars.add(bar));
        Self { bars, photo, batch, photos, done: AtomicU64::new(0) }
    }

    /// Prints a line to the standard output.
    pub fn say(&self, line: impl Display) {
        // It does not matter whether anyone reads it.
        self.bars.suspend(|| _ = writeln!(std::io::stdout(), "{line}"));
    }

    /// Prints a line to the standard error.
    pub fn warn(&self, line: impl Display) {
        self.bars.suspend(|| _ = writeln!(std::io::stderr(), "{line}"));
    }

    /// Begins the progress of a photo.
    pub fn begin(&self, name: &str, pixels: u64, samples: u64) -> PhotoProgress<'_> {
        self.photo.reset();
        self.photo.set_prefix(shortened(name));
        self.photo.set_message("");
        let begun = self.batch.as_ref().map_or(0, ProgressBar::position);
        PhotoProgress { console: self, pixels, samples, begun }
    }

    /// Counts a finished photo, whatever its outcome.
    pub fn end(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(batch) = &self.batch {
            batch.set_message(format!("{done} of {}", self.photos));
        }
    }

    /// The number of the photo that ends next, to be appended to its message.
    pub fn count(&self) -> String {
        match self.photos {
            0 | 1 => String::new(),
            photos => format!(" ({} of {photos})", self.done.load(Ordering::Relaxed) + 1),
        }
    }

    /// Removes the progress from the screen.
    pub fn close(&self) {
        self.photo.finish_and_clear();
        self.batch.iter().for_each(ProgressBar::finish_and_clear);
    }
}

/// The length of a photo's bar for each sample.
const PARTS_OF_A_SAMPLE: u64 = 1000;

/// The progress of a photo.
pub struct PhotoProgress<'a> {
    console: &'a Console,
    pixels: u64,
    samples: u64,
    /// Where the bar of all photos stood.
    begun: u64,
}

impl PhotoProgress<'_> {
    /// A sample begins, counted from 0, in so many steps. Shown before its first tile is done, which may take a while.
    pub fn begin_sample(&self, sample: u64, steps: usize) {
        self.console.photo.set_length(self.samples * PARTS_OF_A_SAMPLE);
        self.show(sample, 1, steps);
        self.console.photo.tick();
        if let Some(batch) = &self.console.batch {
            let done = self.console.done.load(Ordering::Relaxed);
            batch.set_message(format!("{done} of {}", self.console.photos));
            batch.tick();
        }
    }

    /// Tiles are done.
    pub fn advance(&self, sample: u64, progress: Progress) {
        self.show(sample, progress.step, progress.steps);
        let done = sample as f32 + progress.fraction;
        self.console.photo.set_position((done * PARTS_OF_A_SAMPLE as f32) as u64);
        if let Some(batch) = &self.console.batch {
            let share = done / self.samples as f32;
            batch.set_position(self.begun + (f64::from(share) * self.pixels as f64) as u64);
        }
    }

    /// The photo is denoised.
    pub fn end(self) {
        if let Some(batch) = &self.console.batch {
            batch.set_position(self.begun + self.pixels);
        }
    }

    fn show(&self, sample: u64, step: usize, steps: usize) {
        self.console.photo.set_message(place(sample, self.samples, step, steps));
    }
}

/// Which sample and which step, where there are several; samples are counted from 0, steps from 1.
fn place(sample: u64, samples: u64, step: usize, steps: usize) -> String {
    let sample = if samples > 1 { format!(", sample {} of {samples}", sample + 1) } else { String::new() };
    let step = if steps > 1 { format!(", step {step} of {steps}") } else { String::new() };
    sample + &step
}

/// A name that leaves room for the progress: its beginning and its end.
fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= LONGEST_NAME {
        return name.into();
    }
    let (begin, end) = (LONGEST_NAME / 2, letters.len() - (LONGEST_NAME / 2 - 1));
    letters[..begin].iter().chain(&['…']).chain(&letters[end..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_one_of_is_not_counted() {
        assert_eq!(place(0, 1, 1, 1), "");
        assert_eq!(place(1, 8, 1, 1), ", sample 2 of 8");
        assert_eq!(place(0, 1, 3, 25), ", step 3 of 25");
        assert_eq!(place(7, 8, 3, 25), ", sample 8 of 8, step 3 of 25");
    }

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(shortened("IMG_0001.jpg"), "IMG_0001.jpg");
        let long = format!("{}{}.png", "a".repeat(200), "ü".repeat(16));
        assert_eq!(shortened(&long), format!("{}…{}.png", "a".repeat(20), "ü".repeat(15)));
        assert_eq!(shortened(&"b".repeat(40)).chars().count(), 40);
    }
}
