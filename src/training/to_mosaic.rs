//! A trained network for photos as the beginning of one for mosaics, to be trained further.
//!
//! Both have the same trunk, at half the resolution of pixels or photosites. Only the layers that see the image or
//! predict its noise differ: a photo has twelve values in a square of 2 x 2, a mosaic has four.

use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor, TensorData};

use crate::error::Error;
use crate::image::{CHANNELS, MOST_CHANNELS};
use crate::network::unet::NoiseRange;
use crate::network::{ImageKind, Unet, UnetConfig};

/// Sites of a square, row after row.
const SITES: usize = 4;
/// The colour that a mosaic has at each site, which is also the plane's number: red, green, green, blue.
const COLOUR_AT: [usize; SITES] = [0, 1, 1, 2];

/// What a photo's network sees, in terms of what a mosaic's network sees: a sum over its features, and a constant.
#[derive(Debug, Clone, Default)]
struct Made {
    of: Vec<(usize, f32)>,
    constant: f32,
}

/// A network for mosaics that starts from one for photos, and its shape. The first layers take every colour that a
/// mosaic lacks at a site from the other sites of its square; the last one predicts what the photo's network does for
/// the colours that are there.
///
/// # Errors
/// [`Error::BadOption`] if the network is not for photos.
pub fn to_mosaic(mut network: Unet, shape: &UnetConfig, device: &Device) -> Result<(Unet, UnetConfig), Error> {
    if shape.image != ImageKind::Rgb {
        let range = "a network for photos, to start one for mosaics from";
        return Err(Error::BadOption { name: "init", value: "a network for mosaics".into(), range });
    }
    let shape = UnetConfig { image: ImageKind::Mosaic, ..shape.clone() };
    let fresh = Unet::new(&shape, device)?;
    network.input = seeing(&network.input, &features(), fresh.input);
    for (embedding, fresh) in network.embeddings.iter_mut().zip(fresh.embeddings) {
        embedding.first = seeing(&embedding.first, &levels(0), fresh.first);
    }
    network.output = predicting(&network.output, fresh.output);
    network.image = ImageKind::Mosaic;
    Ok((network, shape))
}

/// The values of a photo's square, from those of a mosaic's, which are the features from `first` on.
fn square(first: usize) -> impl Iterator<Item = Made> {
    (0..CHANNELS).flat_map(move |colour| {
        (0..SITES).map(move |site| {
            let here: Vec<usize> = (0..SITES).filter(|s| COLOUR_AT[*s] == colour && *s == site).collect();
            let anywhere = (0..SITES).filter(|s| COLOUR_AT[*s] == colour).collect();
            let from = if here.is_empty() { anywhere } else { here };
            let share = 1.0 / from.len() as f32;
            Made { of: from.into_iter().map(|plane| (first + plane, share)).collect(), constant: 0.0 }
        })
    })
}

/// A photo's value per colour, from a mosaic's per plane.
fn colours(first: usize) -> impl Iterator<Item = Made> {
    (0..CHANNELS).map(move |colour| {
        let planes: Vec<usize> = (0..SITES).filter(|s| COLOUR_AT[*s] == colour).collect();
        let share = 1.0 / planes.len() as f32;
        Made { of: planes.into_iter().map(|plane| (first + plane, share)).collect(), constant: 0.0 }
    })
}

/// A photo's noise levels, of `x_t` and of `y`. A mosaic's logarithms are scaled by other numbers.
fn levels(first: usize) -> Vec<Made> {
    let [photo, mosaic] = [ImageKind::Rgb, ImageKind::Mosaic].map(NoiseRange::of);
    let factor = mosaic.log_quarter / photo.log_quarter;
    let constant = (mosaic.log_middle - photo.log_middle) / photo.log_quarter;
    let scaled =
        |made: Made| Made { of: made.of.into_iter().map(|(plane, share)| (plane, share * factor)).collect(), constant };
    colours(first).chain(colours(first + MOST_CHANNELS)).map(scaled).collect()
}

/// All features of a photo, in the order in which [`Unet`] sees them.
fn features() -> Vec<Made> {
    let [y, mean, level, in_noise] = [1, 2, 3, 5].map(|n| n * MOST_CHANNELS);
    let images = square(0).chain(square(y));
    images.chain(colours(mean)).chain(levels(level)).chain(colours(in_noise)).collect()
}

/// `new` with the weights that let it see what `old` sees.
fn seeing(old: &Conv2d, made: &[Made], new: Conv2d) -> Conv2d {
    let [channels_out, channels_in, rows, columns] = old.weight.val().dims();
    let [_, new_in, ..] = new.weight.val().dims();
    assert_eq!(channels_in, made.len(), "every channel that the layer sees is made of something");
    let taps = rows * columns;
    let (from, mut bias) = (values(old.weight.val()), bias_of(old));
    let mut weight = vec![0.0; channels_out * new_in * taps];
    for out in 0..channels_out {
        for (channel, made) in made.iter().enumerate() {
            let kernel = &from[(out * channels_in + channel) * taps..][..taps];
            bias[out] += made.constant * kernel.iter().sum::<f32>();
            for &(plane, share) in &made.of {
                let to = &mut weight[(out * new_in + plane) * taps..][..taps];
                to.iter_mut().zip(kernel).for_each(|(to, from)| *to += share * from);
            }
        }
    }
    with_values(new, weight, bias)
}

/// `new` with the part of `old` that predicts the values that a mosaic has.
fn predicting(old: &Conv2d, new: Conv2d) -> Conv2d {
    let [_, channels_in, rows, columns] = old.weight.val().dims();
    let (from, bias, size) = (values(old.weight.val()), bias_of(old), channels_in * rows * columns);
    let kept: [usize; SITES] = std::array::from_fn(|site| COLOUR_AT[site] * SITES + site);
    let weight = kept.iter().flat_map(|out| from[out * size..][..size].to_vec()).collect();
    with_values(new, weight, kept.map(|out| bias[out]).to_vec())
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter().collect()
}

fn bias_of(layer: &Conv2d) -> Vec<f32> {
    layer.bias.as_ref().map(|bias| values(bias.val())).expect("the network's convolutions have a bias")
}

fn with_values(mut layer: Conv2d, weight: Vec<f32>, bias: Vec<f32>) -> Conv2d {
    layer.weight = layer.weight.map(|old| Tensor::from_data(TensorData::new(weight, old.dims()), &old.device()));
    let bias = |old: Tensor<1>| Tensor::from_data(TensorData::new(bias, old.dims()), &old.device());
    layer.bias = layer.bias.map(|param| param.map(bias));
    layer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::weights::randomised;
    use burn::module::Module;
    use burn::tensor::Distribution;

    /// A photo whose squares have the same value at all sites of a colour, and the mosaic of it.
    fn pair(side: usize, device: &Device) -> (Tensor<4>, Tensor<4>) {
        let colours = Tensor::<4>::random([1, 3, side, side], Distribution::Uniform(0.1, 0.9), device);
        let squares = colours.clone().reshape([1, 3, side, 1, side, 1]).repeat_dim(3, 2).repeat_dim(5, 2);
        let photo = squares.reshape([1, 3, 2 * side, 2 * side]);
        let plane = |colour| colours.clone().narrow(1, colour, 1);
        (photo, Tensor::cat(COLOUR_AT.map(plane).to_vec(), 1))
    }

    #[test]
    fn a_mosaic_is_seen_as_the_photo_whose_squares_it_holds() {
        let device = Device::flex();
        let shape = UnetConfig { widths: vec![6, 8], blocks: vec![1, 1], embedding: 4, ..UnetConfig::default() };
        let network = randomised(Unet::new(&shape, &device).unwrap(), &device);
        let (mosaic, shape) = to_mosaic(network.clone(), &shape, &device).unwrap();
        assert_eq!(mosaic.num_params(), shape.parameters());
        let (margin, inside) = (shape.field().next_multiple_of(shape.alignment()), 4);
        let (photo, planes) = pair(2 * margin + inside, &device);
        let eps = |network: &Unet, image: Tensor<4>| {
            let sigma = Tensor::full(image.dims(), 0.1, &device);
            network.forward(image.clone(), image, sigma.clone(), sigma)
        };
        // What the photo's network predicts at the sites whose colour the mosaic has. A constant that was folded into
        // the first layer's bias does not know of zeros beyond the border, so that is left out.
        let squares = crate::network::shuffle::space_to_depth(eps(&network, photo));
        let expected: Vec<_> = (0..SITES).map(|s| squares.clone().narrow(1, COLOUR_AT[s] * SITES + s, 1)).collect();
        let inner = |eps: Tensor<4>| eps.narrow(2, margin, inside).narrow(3, margin, inside);
        let apart = (inner(eps(&mosaic, planes)) - inner(Tensor::cat(expected, 1))).abs().max().into_scalar::<f32>();
        assert!(apart < 1e-3, "{apart}");
        assert!(to_mosaic(mosaic, &shape, &device).is_err(), "it is one already");
    }
}
