//! What a run makes of its photo, so far and in the end.

use std::sync::Arc;

use crate::denoiser::Parts;
use crate::denoiser::level::levelled;
use crate::denoiser::run::Run;
use crate::image::{CHANNELS, LinearImage, MOST_CHANNELS};

impl Run {
    /// A pixel of the image so far: after this step if its tile is finished, else after the step before. An RGB image's
    /// has three values and a 0.
    pub fn pixel(&self, row: usize, column: usize) -> [f32; MOST_CHANNELS] {
        let pixel = match self.frame.as_ref().and_then(|frame| frame.color(row, column)) {
            Some([red, green, blue]) => [red, green, blue, 0.0],
            None => {
                let at = row * self.y.width() + column;
                let (x, is_clean) = self.so_far(row, column);
                self.kept(x, at, is_clean)
            }
        };
        pixel.map(|v| v * self.overview.white)
    }

    /// The image after the last finished step: the result, once the run is done. A mosaic's planes are brought back to
    /// the photo's level.
    pub fn into_image(mut self) -> LinearImage {
        let mut result = match self.x.take() {
            Some(x) => self.kept_everywhere(x),
            None => Arc::unwrap_or_clone(self.y),
        };
        if let Some(frame) = &self.frame {
            frame.put_back(&mut result);
        }
        let white = self.overview.white;
        if white == 1.0 { result } else { result.scaled(white) }
    }

    /// The result, given what the network made of what it saw.
    fn kept_everywhere(&self, mut x: LinearImage) -> LinearImage {
        if x.channels() != CHANNELS {
            let (times, schedule) = (self.time_map.times(), &self.denoiser.schedule);
            x = levelled(x, &self.y, |value| schedule.sigma(times[value]));
        }
        if self.parts != Parts::ALL || self.disguised.is_some() || self.clipped.is_some() {
            let (channels, pixels) = (x.channels(), x.pixels());
            for at in 0..pixels {
                let kept = self.kept(pixel_of(&x, at), at, true);
                (0..channels).for_each(|c| x.values_mut()[c * pixels + at] = kept[c]);
            }
        }
        x
    }

    /// What the network has made of a pixel so far, and whether that is clean.
    fn so_far(&self, row: usize, column: usize) -> ([f32; MOST_CHANNELS], bool) {
        let tile = self.grid.index_of(row, column);
        let at = row * self.y.width() + column;
        if let Some(there) = &self.on_device {
            let moves = self.moves(self.step + usize::from(self.finished[tile]), tile);
            return match &self.next {
                Some(next) if !moves => (pixel_of(next, at), true),
                _ => (there.state.pixel(row, column), false),
            };
        }
        let finished = self.next.as_ref().filter(|_| self.finished[tile]);
        let is_clean = self.is_done() || finished.is_some() && self.step + 1 == self.steps();
        (pixel_of(finished.or(self.x.as_ref()).unwrap_or(self.seen()), at), is_clean)
    }

    /// A pixel of the result, given what the network made of what it saw, and whether that is clean.
    fn kept(&self, x: [f32; MOST_CHANNELS], pixel: usize, is_clean: bool) -> [f32; MOST_CHANNELS] {
        if self.y.channels() == CHANNELS {
            let [red, green, blue, _] = x;
            let [red, green, blue] = self.kept_of(self.of_colour([red, green, blue], pixel), pixel, is_clean);
            [red, green, blue, 0.0]
        } else {
            self.kept_of(x, pixel, is_clean)
        }
    }

    /// The same for an RGB photo before anything else is made of it: in the photo's colours where the network saw it in
    /// disguise.
    fn of_colour(&self, x: [f32; CHANNELS], pixel: usize) -> [f32; CHANNELS] {
        let (Some(common), Some(disguised)) = (&self.common, &self.disguised) else { return x };
        let photo = pixel_of(self.fine.as_ref().unwrap_or(&self.y), pixel);
        common.taken_off(photo, pixel, &self.denoiser.schedule, pixel_of(disguised, pixel), x)
    }

    fn kept_of<const N: usize>(&self, mut x: [f32; N], pixel: usize, is_clean: bool) -> [f32; N] {
        if let Some(clipped) = self.clipped.as_ref().filter(|_| is_clean) {
            x = std::array::from_fn(|c| clipped.restored(c, pixel, x[c]));
        }
        self.parts.between(pixel_of(&self.y, pixel), x, self.neutral)
    }
}

/// A pixel of an image, which has 0 for what the image does not have.
fn pixel_of<const N: usize>(image: &LinearImage, pixel: usize) -> [f32; N] {
    std::array::from_fn(|c| if c < image.channels() { image.plane(c)[pixel] } else { 0.0 })
}
