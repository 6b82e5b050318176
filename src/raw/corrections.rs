//! What a DNG asks for before its picture is shown: light after the operations of its lists.
//!
//! They are no part of the light that is denoised: a sensor's noise is that of its codes, and a DNG that keeps its
//! operations must keep light that they fit. An X-Trans mosaic is interpolated after them, and its DNG has none.

use crate::image::CHANNELS;
use crate::raw::layout::Layout;
use crate::raw::light::Light;
use crate::raw::mosaic::Mosaic;
use crate::raw::photo::{Area, RawPhoto};

impl RawPhoto {
    /// Light of an area after what the file asks for before colours are interpolated.
    pub(super) fn corrected(&self, light: Light, area: Area) -> Light {
        if !self.is_to_correct() {
            return light;
        }
        match light {
            Light::Mosaic(mosaic) => {
                let (width, height, phase) = (mosaic.width(), mosaic.height(), mosaic.phase());
                let mut values = mosaic.into_values();
                self.operations.on_sites(&mut values, 1, area, self.lit());
                Light::Mosaic(Mosaic::new(width, height, phase, values).expect("as many finite values as before"))
            }
            Light::Linear(image) => Light::Linear(self.operations.on_linear(image, area, self.lit())),
        }
    }

    /// Whether light is to be corrected. That of an X-Trans mosaic was when it was interpolated.
    pub(super) fn is_to_correct(&self) -> bool {
        self.operations.are_of_sites() && !matches!(self.layout, Layout::XTrans(_))
    }

    /// Red, green and blue over all planes, which may be reduced, as they are developed: after what the file asks for.
    pub fn corrected_colors(&self, light: &[f32], (columns, rows): (usize, usize)) -> Vec<f32> {
        let mut colors = light.to_vec();
        let middle = |at: usize, places: usize, all: usize| (2 * at + 1) * all / (2 * places);
        let places: Vec<usize> = (0..columns).map(|column| middle(column, columns, self.active.width)).collect();
        for (row, colors) in colors.as_chunks_mut::<CHANNELS>().0.chunks_exact_mut(columns).enumerate() {
            let at = (middle(row, rows, self.active.height), places.as_slice());
            if self.is_to_correct() {
                self.operations.on_sites_of(colors, at, self.active_layout(), self.lit());
            }
            self.operations.on_colors_of(colors, at, self.lit());
        }
        colors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{LinearImage, MAX_PIXELS};
    use crate::method::noise::NoiseModel;
    use crate::raw::decode;
    use crate::raw::develop::Development;
    use crate::raw::dng::made::{Made, of_scene, opcode_list};
    use crate::raw::dng::tags;
    use crate::raw::dng::tree::{Entry, Tree, UNDEFINED};
    use crate::raw::dng::write_result;
    use crate::raw::mosaic::Phase;
    use crate::raw::noise_profile::NoiseProfile;
    use crate::raw::view::{Part, Piece, Sites};
    use crate::raw::x_trans::XTrans;

    const SIZE: (usize, usize) = (120, 90);
    /// The grey of made DNGs.
    const GREY: [f32; 3] = [0.1, 0.2, 0.4 / 3.0];
    const GAIN_MAP: u32 = 9;
    const VIGNETTE: u32 = 3;

    /// What a lens leaves of the light at a place, from 0 to 1 down and across: less in the corners, least of red.
    fn left(channel: usize, down: f32, across: f32) -> f32 {
        let square = (down - 0.5).powi(2) + (across - 0.5).powi(2);
        1.0 / (1.0 + [2.4, 1.2, 0.8][channel] * square)
    }

    fn at(row: usize, column: usize) -> (f32, f32) {
        (row as f32 / SIZE.1 as f32, column as f32 / SIZE.0 as f32)
    }

    /// The parameters of a gain map that undoes it for `planes` from a first channel on, from a site on and for each so
    /// many further. It has its points at each 20th of the picture.
    fn gain_map(first: usize, planes: usize, (top, left_site): (u32, u32), pitch: u32) -> Vec<u8> {
        const POINTS: u32 = 21;
        let longs = |values: &[u32]| values.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<u8>>();
        let doubles = |values: &[f64]| values.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<u8>>();
        let region = [top, left_site, SIZE.1 as u32, SIZE.0 as u32, 0, planes as u32, pitch, pitch];
        let place = |i: u32| i as f32 / (POINTS - 1) as f32;
        let points = (0..POINTS).flat_map(|r| (0..POINTS).map(move |c| (r, c)));
        let gains = points.flat_map(|(r, c)| (first..first + planes).map(move |i| 1.0 / left(i, place(r), place(c))));
        [
            longs(&region),
            longs(&[POINTS; 2]),
            doubles(&[0.05, 0.05, 0.0, 0.0]),
            longs(&[planes as u32]),
            gains.flat_map(f32::to_be_bytes).collect(),
        ]
        .concat()
    }

    /// A photo of grey by such a lens, whose DNG has these lists; and the DNG.
    fn photo(made: &Made, lists: &[(u16, Vec<u8>)]) -> (RawPhoto, Vec<u8>) {
        let file = |made: &Made| {
            made.changed(|_, picture, _| {
                for (tag, list) in lists {
                    picture.set(Entry::bytes(*tag, UNDEFINED, list.clone()));
                }
            })
        };
        let empty = decode(&file(made), MAX_PIXELS).unwrap();
        let seen = of_scene(empty, |channel, row, column| {
            let (down, across) = at(row, column);
            GREY[channel] * left(channel, down, across)
        });
        let file = file(&Made { codes: seen.codes.clone(), ..made.clone() });
        (decode(&file, MAX_PIXELS).unwrap(), file)
    }

    /// Phones' gain maps: one for each site of a Bayer pattern.
    fn of_bayer(phase: Phase) -> Vec<u8> {
        let sites = [(0, 0), (0, 1), (1, 0), (1, 1)];
        let map = |(row, column): (usize, usize)| {
            let channel = phase.color_at(row, column).channel();
            (GAIN_MAP, gain_map(channel, 1, (row as u32, column as u32), 2))
        };
        opcode_list(&sites.map(map))
    }

    /// Photos of grey whose DNGs undo what the lens has left.
    fn photos() -> Vec<(RawPhoto, Vec<u8>)> {
        let of = |layout| Made::of(SIZE.0, SIZE.1, layout, 14);
        let all = || opcode_list(&[(GAIN_MAP, gain_map(0, 3, (0, 0), 1))]);
        let bayer = Phase::ALL.map(|phase| photo(&of(Layout::Bayer(phase)), &[(tags::OPCODES_2, of_bayer(phase))]));
        let mut photos = Vec::from(bayer);
        for tag in [tags::OPCODES_2, tags::OPCODES_3] {
            photos.push(photo(&of(Layout::Linear), &[(tag, all())]));
        }
        photos.push(photo(&of(Layout::Bayer(Phase::GRBG)), &[(tags::OPCODES_3, all())]));
        photos.push(photo(&Made::x_trans(SIZE.0, SIZE.1, XTrans::USUAL), &[(tags::OPCODES_3, all())]));
        photos
    }

    /// How far values of three channels are from each other.
    fn spread(values: impl Iterator<Item = f32>) -> f32 {
        let (low, high) = values.fold((f32::INFINITY, 0.0), |(low, high): (f32, f32), v| (low.min(v), high.max(v)));
        high - low
    }

    #[test]
    fn grey_is_grey_up_to_the_corners_however_it_is_looked_at() {
        let none = Development::default();
        for (photo, _) in photos() {
            let (width, height) = photo.picture_size();
            let whole = Part { x: 0, y: 0, width, height };
            let result = Piece::whole(photo.light());
            for sites in [Sites::Photo, Sites::Result(&result)] {
                let picture = photo.picture(sites, whole, &none).unwrap();
                let found = spread(picture.values().iter().copied());
                assert!(found < 0.015, "{:?}: {found}", photo.layout);
                let part = Part { x: width - 9, y: height - 20, width: 9, height: 20 };
                let part = photo.picture(sites, part, &none).unwrap();
                assert!(spread(part.values().iter().chain(picture.values()).copied()) < 0.015, "{:?}", photo.layout);
                let glance = photo.glance(sites, (width as u32 / 4, height as u32 / 4), &none).unwrap();
                let found = spread(glance.pixels().flat_map(|pixel| pixel.0).map(f32::from));
                assert!(found <= 4.0, "{:?}: {found}", photo.layout);
            }
            // What a run shows while it goes on.
            let planes = photo.planes(photo.light());
            let (columns, rows) = (30, 22);
            let seen = LinearImage::from_fn(columns, rows, |channel, row, column| {
                let place = |i: usize, of: usize| (i as f32 + 0.5) / of as f32;
                GREY[channel] * left(channel, place(row, rows), place(column, columns)) * [2.0, 1.0, 1.5][channel]
            });
            let seen = seen.unwrap().balanced([0.5, 1.0, 1.0 / 1.5]);
            let light: Vec<f32> = (0..3 * rows * columns).map(|i| seen.plane(i % 3)[i / 3]).collect();
            let colors = photo.corrected_colors(&light, (columns, rows));
            let balanced = colors.iter().enumerate().map(|(i, v)| v * [2.0, 1.0, 1.5][i % 3]);
            assert!(spread(balanced) < 0.012, "{:?}, {}", photo.layout, planes.channels());
        }
    }

    #[test]
    fn light_that_is_denoised_is_that_of_the_sensor() {
        let corner = |light: &Light| match light {
            Light::Mosaic(mosaic) => mosaic.value(0, usize::from(mosaic.color_at(0, 0).channel() != 1)),
            Light::Linear(image) => image.plane(1)[0],
        };
        for (photo, file) in photos() {
            let light = photo.light();
            assert!((corner(&light) / (GREY[1] * left(1, 0.0, 0.0)) - 1.0).abs() < 0.02, "{:?}", photo.layout);
            // And so is what is written, beside the lists.
            let noise = NoiseProfile::uniform(NoiseModel { sigma_read: 1e-3, shot: 1e-4 });
            let result = write_result(&file, &photo, &light, &noise).unwrap();
            let lists = |file: &[u8]| {
                let tree = Tree::read(file).unwrap();
                let of = |tag| tree.all().into_iter().find_map(|d| d.get(tag)?.values(file).map(<[u8]>::to_vec));
                [tags::OPCODES_2, tags::OPCODES_3].map(of)
            };
            assert_eq!(lists(&result), lists(&file), "{:?}", photo.layout);
        }
    }

    #[test]
    fn an_x_trans_mosaic_is_interpolated_after_its_gain_map() {
        // One map for all sites: it undoes green's loss.
        let list = opcode_list(&[(GAIN_MAP, gain_map(1, 1, (0, 0), 1))]);
        let made = Made::x_trans(SIZE.0, SIZE.1, XTrans::USUAL.at(1, 4));
        let (photo, file) = photo(&made, &[(tags::OPCODES_2, list)]);
        let light = photo.light();
        let Light::Linear(image) = &light else { panic!("a mosaic") };
        assert!(spread(image.plane(1).iter().copied()) < 0.02 * GREY[1]);
        let noise = NoiseProfile::uniform(NoiseModel { sigma_read: 1e-3, shot: 1e-4 });
        let result = write_result(&file, &photo, &light, &noise).unwrap();
        let tree = Tree::read(&result).unwrap();
        assert!(tree.all().into_iter().all(|directory| directory.get(tags::OPCODES_2).is_none()));
    }

    #[test]
    fn corrections_of_vignetting_are_made() {
        // 1 + r² / 2, where r is 1 in the corners.
        let numbers = [0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5f64];
        let list = opcode_list(&[(VIGNETTE, numbers.iter().flat_map(|v| v.to_be_bytes()).collect())]);
        for layout in [Layout::Linear, Layout::Bayer(Phase::BGGR)] {
            let file = Made::of(SIZE.0, SIZE.1, layout, 14)
                .changed(|_, picture, _| picture.set(Entry::bytes(tags::OPCODES_3, UNDEFINED, list.clone())));
            let photo = of_scene(decode(&file, MAX_PIXELS).unwrap(), |channel, row, column| {
                let (down, across) = at(row, column);
                let square = ((down - 0.5) * SIZE.1 as f32).powi(2) + ((across - 0.5) * SIZE.0 as f32).powi(2);
                let corner = 0.25 * (SIZE.0.pow(2) + SIZE.1.pow(2)) as f32;
                GREY[channel] / (1.0 + 0.5 * square / corner)
            });
            let (width, height) = photo.picture_size();
            let whole = Part { x: 0, y: 0, width, height };
            let picture = photo.picture(Sites::Photo, whole, &Development::default()).unwrap();
            assert!(spread(picture.values().iter().copied()) < 0.005, "{layout:?}");
        }
    }

    #[test]
    fn lists_of_nonsense_do_no_harm() {
        let nan = {
            let mut map = gain_map(0, 3, (0, 0), 1);
            let end = map.len();
            map[end - 400..].fill(0xFF);
            map
        };
        let whole = opcode_list(&[(GAIN_MAP, gain_map(0, 3, (0, 0), 1))]);
        let delta = [0, 0, u32::MAX, u32::MAX, 0, 3, 0, 0, 1, f32::INFINITY.to_bits()].map(u32::to_be_bytes).concat();
        for list in [
            opcode_list(&[(GAIN_MAP, nan)]),
            opcode_list(&[(10, delta.clone()), (13, delta)]),
            opcode_list(&[(GAIN_MAP, vec![0xFF; 80])]),
            opcode_list(&[(5, vec![0; 12]), (77, vec![1, 2, 3])]),
            whole[..whole.len() / 2].to_vec(),
            vec![0xFF; 30],
            Vec::new(),
        ] {
            for layout in [Layout::Linear, Layout::Bayer(Phase::RGGB)] {
                for tag in [tags::OPCODES_2, tags::OPCODES_3] {
                    let file = Made::of(40, 30, layout, 14)
                        .changed(|_, picture, _| picture.set(Entry::bytes(tag, UNDEFINED, list.clone())));
                    let photo = decode(&file, MAX_PIXELS).unwrap();
                    let (width, height) = photo.picture_size();
                    let whole = Part { x: 0, y: 0, width, height };
                    photo.picture(Sites::Photo, whole, &Development::default()).unwrap();
                    photo.glance(Sites::Photo, (10, 10), &Development::default()).unwrap();
                }
            }
        }
    }
}
