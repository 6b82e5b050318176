//! The eight orientations in which the network can see a photo, and the two in which it can see a mosaic.

use crate::image::MOST_CHANNELS;
use crate::network::{ImageKind, Window};

/// An orientation in which the network sees a tile: mirrored along either axis, then transposed. Its prediction is
/// turned back. The network's errors differ between views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// Top and bottom are swapped.
    pub down: bool,
    /// Left and right are swapped.
    pub across: bool,
    /// Rows and columns are swapped after that.
    pub turned: bool,
}

impl View {
    /// All views, the upright one first, each beside the one that differs most from it.
    pub const ALL: [Self; 8] = [
        Self::new(false, false, false),
        Self::new(true, true, false),
        Self::new(false, true, false),
        Self::new(true, false, false),
        Self::new(false, false, true),
        Self::new(true, true, true),
        Self::new(false, true, true),
        Self::new(true, false, true),
    ];

    /// The views of a kind of image.
    ///
    /// A mosaic has two: upright and transposed, where red and blue sites keep their corners of the square and the
    /// greens change places. A mirror would move red to another corner, so that the squares that begin with a red site
    /// would be other ones: the planes would no longer lie on one grid.
    pub const fn of(image: ImageKind) -> &'static [Self] {
        match image {
            ImageKind::Rgb => &Self::ALL,
            ImageKind::Mosaic => &[Self::ALL[0], Self::ALL[4]],
        }
    }

    const fn new(down: bool, across: bool, turned: bool) -> Self {
        Self { down, across, turned }
    }

    /// Rows and columns in this view of planes that have `[rows, columns]` when upright.
    pub fn size(self, [rows, columns]: [usize; 2]) -> [usize; 2] {
        if self.turned { [columns, rows] } else { [rows, columns] }
    }

    /// Where a window of upright planes of this size is in this view.
    pub fn window(self, window: Window, [rows, columns]: [usize; 2]) -> Window {
        let Window { row, column, rows: len, columns: width } = window;
        let row = if self.down { rows - row - len } else { row };
        let column = if self.across { columns - column - width } else { column };
        let [row, column] = self.size([row, column]);
        let [rows, columns] = self.size(window.size());
        Window { row, column, rows, columns }
    }

    /// Which channel of so many is seen in a channel's place. Where rows and columns of a mosaic are swapped, green
    /// beside red becomes green below red.
    pub fn channel(self, channel: usize, channels: usize) -> usize {
        if self.turned && channels == MOST_CHANNELS { [0, 2, 1, 3][channel] } else { channel }
    }

    /// Upright planes of this size in this view.
    pub fn shown(self, mut planes: Vec<f32>, size: [usize; 2]) -> Vec<f32> {
        self.mirror(&mut planes, size);
        if self.turned { self.transposed(&planes, size) } else { planes }
    }

    /// Planes in this view, turned upright again, where they have this size.
    pub fn upright(self, planes: Vec<f32>, size: [usize; 2]) -> Vec<f32> {
        let mut planes = if self.turned { self.transposed(&planes, self.size(size)) } else { planes };
        self.mirror(&mut planes, size);
        planes
    }

    fn mirror(self, planes: &mut [f32], [rows, columns]: [usize; 2]) {
        for plane in planes.chunks_exact_mut(rows * columns) {
            // Reversing a plane mirrors it along both axes.
            if self.down {
                plane.reverse();
            }
            if self.down != self.across {
                plane.chunks_exact_mut(columns).for_each(<[f32]>::reverse);
            }
        }
    }

    fn transposed(self, planes: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
        let area = rows * columns;
        let channels = planes.len() / area;
        let mut out = Vec::with_capacity(planes.len());
        for channel in 0..channels {
            let from = self.channel(channel, channels);
            let plane = &planes[from * area..(from + 1) * area];
            out.extend((0..columns).flat_map(|column| plane[column..].iter().step_by(columns)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_views_differ_and_are_undone() {
        let size = [2, 3];
        let planes: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let seen = View::ALL.map(|view| view.shown(planes.clone(), size));
        for (i, (view, shown)) in View::ALL.into_iter().zip(&seen).enumerate() {
            assert_eq!(view.upright(shown.clone(), size), planes, "{view:?}");
            assert!(seen[..i].iter().all(|other| other != shown), "{view:?}");
        }
        assert_eq!(seen[0], planes);
    }

    #[test]
    fn a_window_shows_the_same_in_every_view() {
        let (size, window) = ([4, 6], Window { row: 1, column: 3, rows: 2, columns: 3 });
        let planes: Vec<f32> = (0..48).map(|i| i as f32).collect();
        let cut = |planes: &[f32], [rows, columns]: [usize; 2], window: Window| -> Vec<f32> {
            let shown = |plane: &[f32]| -> Vec<f32> {
                let lines = plane.chunks_exact(columns).skip(window.row).take(window.rows);
                lines.flat_map(|line| line[window.column..][..window.columns].to_vec()).collect()
            };
            planes.chunks_exact(rows * columns).flat_map(shown).collect()
        };
        let wanted = cut(&planes, size, window);
        for view in View::ALL {
            let seen = cut(&view.shown(planes.clone(), size), view.size(size), view.window(window, size));
            assert_eq!(view.upright(seen, window.size()), wanted, "{view:?}");
        }
    }

    #[test]
    fn a_mosaics_views_are_those_of_its_sites() {
        // A mosaic of 4 x 6 sites, its planes, and the planes of the transposed mosaic.
        let planes = |site: &dyn Fn(usize, usize) -> usize, [rows, columns]: [usize; 2]| -> Vec<f32> {
            let plane =
                |p: usize| (0..rows * columns).map(move |i| (2 * (i / columns) + p / 2, 2 * (i % columns) + p % 2));
            (0..4).flat_map(plane).map(|(row, column)| site(row, column) as f32).collect()
        };
        let upright = planes(&|row, column| 6 * row + column, [2, 3]);
        let turned = planes(&|row, column| 6 * column + row, [3, 2]);
        let [first, second] = View::of(ImageKind::Mosaic) else { panic!("two views") };
        assert_eq!(first.shown(upright.clone(), [2, 3]), upright);
        assert_eq!(second.shown(upright.clone(), [2, 3]), turned);
        assert_eq!(second.upright(turned, [2, 3]), upright);
    }

    #[test]
    fn views_are_what_they_say() {
        let planes = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let shown = |down, across, turned| View::new(down, across, turned).shown(planes.clone(), [2, 3]);
        assert_eq!(shown(true, false, false), [4.0, 5.0, 6.0, 1.0, 2.0, 3.0]);
        assert_eq!(shown(false, true, false), [3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
        assert_eq!(shown(false, false, true), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(View { turned: true, ..View::default() }.size([2, 3]), [3, 2]);
    }
}
