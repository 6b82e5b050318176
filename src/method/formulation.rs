//! Variants of the method: SVNR, and what the paper compares it with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::image::LinearImage;
use crate::method::forward::{bridge, independent};
use crate::method::noise::Noise;
use crate::method::schedule::Schedule;
use crate::method::time_map::TimeMap;

/// Defines a setting's values with the names that they have on the command line and in files.
macro_rules! setting {
    ($(#[$about:meta])* $name:ident $option:literal {
        $($(#[$about_value:meta])* $value:ident = $text:literal),+ $(,)?
    } $range:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about_value])* #[serde(rename = $text)] $value),+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$value),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(match self { $(Self::$value => $text),+ })
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                let found = Self::ALL.iter().find(|value| value.to_string() == text).copied();
                found.ok_or_else(|| Error::BadOption { name: $option, value: text.into(), range: $range })
            }
        }
    };
}

setting! {
    /// Where the reverse process starts.
    Start "start" {
        /// At the photo, each value at its time in the time map.
        #[default]
        Photo = "photo",
        /// At pure noise, all values at the schedule's end.
        Noise = "noise",
    } "photo or noise"
}

setting! {
    /// Which times the values of a photo have.
    Time "time" {
        /// Each its own, by its noise.
        #[default]
        Map = "map",
        /// All the time of the noisiest value.
        Scalar = "scalar",
        /// All the mean of their times.
        ScalarMean = "scalar-mean",
    } "map, scalar or scalar-mean"
}

setting! {
    /// How the noise in `x_t` relates to that in the photo, in training.
    Correlation "correlation" {
        /// They share noise, because both are states of one chain.
        #[default]
        Shared = "shared",
        /// They are independent.
        Independent = "independent",
    } "shared or independent"
}

setting! {
    /// What the network sees beside `x_t`.
    Condition "condition" {
        /// The photo and its time map.
        #[default]
        Photo = "photo",
        /// Nothing: `x_t` and its times take their places.
        None = "none",
    } "photo or none"
}

/// The variant of the method that a network is trained for. It belongs to the settings of a training run and to a
/// weight file. The default is SVNR.
///
/// | variant | start | time | correlation | condition |
/// |---|---|---|---|---|
/// | SVNR | photo | map | shared | photo |
/// | conditional diffusion, the paper's baseline | noise | scalar | independent | photo |
/// | without the start at the photo | noise | map | independent | photo |
/// | without the time map | photo | scalar or scalar-mean | shared | photo |
/// | without the shared noise | photo | map | independent | photo |
/// | without the condition | photo | map | shared | none |
///
/// From noise, all values start at one time, so the time map says nothing of `x_t`. It still tells the network how
/// noisy the photo is, value by value or by one number for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Formulation {
    /// Where the reverse process starts.
    pub start: Start,
    /// Which times the values of a photo have.
    pub time: Time,
    /// How the noise in `x_t` relates to that in the photo.
    pub correlation: Correlation,
    /// What the network sees beside `x_t`.
    pub condition: Condition,
}

impl Formulation {
    /// Every variant: the combinations that mean something.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for &start in Start::ALL {
            for &time in Time::ALL {
                for &correlation in Correlation::ALL {
                    for &condition in Condition::ALL {
                        all.push(Self { start, time, correlation, condition });
                    }
                }
            }
        }
        all.retain(|variant| variant.check().is_ok());
        all
    }

    /// Whether this combination means something.
    ///
    /// # Errors
    /// [`Error::BadOption`] that says why not.
    pub fn check(&self) -> Result<(), Error> {
        let bad =
            |name, value: &dyn fmt::Display, range| Err(Error::BadOption { name, value: value.to_string(), range });
        if self.start == Start::Noise && self.correlation == Correlation::Shared {
            let range = "independent where start is noise: pure noise shares nothing with the photo";
            return bad("correlation", &self.correlation, range);
        }
        if self.start == Start::Noise && self.condition == Condition::None {
            let range = "photo where start is noise: otherwise the network never sees the photo";
            return bad("condition", &self.condition, range);
        }
        Ok(())
    }

    /// The time map of a noisy photo; see [`TimeMap::of_photo`].
    ///
    /// # Panics
    /// As [`TimeMap::of_photo`].
    pub fn time_map(
        &self,
        y: &LinearImage,
        noise: &Noise,
        schedule: &Schedule,
        strength: impl Fn(usize, usize) -> f32,
    ) -> TimeMap {
        let map = TimeMap::of_photo(y, noise, schedule, strength);
        match self.time {
            Time::Map => map,
            Time::Scalar => TimeMap::uniform(y.channels(), map.width(), map.height(), map.latest()),
            Time::ScalarMean => TimeMap::uniform(y.channels(), map.width(), map.height(), map.mean()),
        }
    }

    /// The time at which a value starts whose time in the photo's map is `t_star`.
    pub fn first_time(&self, t_star: f32, schedule: &Schedule) -> f32 {
        match self.start {
            Start::Photo => t_star,
            Start::Noise => schedule.end(),
        }
    }

    /// Draws `x_t` for training from the clean `x0` and the photo `y`; see [`bridge`] and [`independent`].
    pub fn x_t(&self, x0: f32, y: f32, gamma_t: f32, gamma_star: f32, z: f32) -> f32 {
        match self.correlation {
            Correlation::Shared => bridge(x0, y, gamma_t, gamma_star, z),
            Correlation::Independent => independent(x0, gamma_t, z),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_that_mean_nothing_say_why() {
        // From the photo all 12 of them, from noise one for each time.
        assert_eq!(Formulation::all().len(), 15);
        let from_noise = Formulation { start: Start::Noise, ..Formulation::default() };
        let message = |variant: Formulation| variant.check().unwrap_err().to_string();
        assert!(message(from_noise).contains("correlation is shared; it must be independent"));
        let blind = Formulation { correlation: Correlation::Independent, condition: Condition::None, ..from_noise };
        assert!(message(blind).contains("never sees the photo"));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for variant in Formulation::all() {
            let Formulation { start, time, correlation, condition } = variant;
            assert_eq!(start.to_string().parse(), Ok(start));
            assert_eq!(time.to_string().parse(), Ok(time));
            assert_eq!(correlation.to_string().parse(), Ok(correlation));
            assert_eq!(condition.to_string().parse(), Ok(condition));
            let json = serde_json::to_string(&variant).unwrap();
            assert!(json.contains(&format!("\"time\":\"{time}\"")), "{json}");
            assert_eq!(serde_json::from_str::<Formulation>(&json).unwrap(), variant);
        }
        let message = "largest".parse::<Time>().unwrap_err().to_string();
        assert_eq!(message, "time is largest; it must be map, scalar or scalar-mean");
        assert_eq!(serde_json::from_str::<Formulation>("{}").unwrap(), Formulation::default());
        for unknown in [r#"{"start":"middle"}"#, r#"{"end":"photo"}"#] {
            assert!(serde_json::from_str::<Formulation>(unknown).is_err(), "{unknown}");
        }
    }

    #[test]
    fn a_map_without_a_map_has_one_time() {
        let schedule = Schedule::default();
        let y = LinearImage::from_fn(4, 2, |c, r, x| 0.1 * (c + r + x) as f32).unwrap();
        // 24 values whose times go evenly from 0 to 23.
        let noise = Noise::Std((0..24).map(|t| schedule.sigma(t as f32)).collect());
        let of = |time| Formulation { time, ..Formulation::default() }.time_map(&y, &noise, &schedule, |_, _| 1.0);
        assert_eq!(of(Time::Map), TimeMap::of_photo(&y, &noise, &schedule, |_, _| 1.0));
        for (time, expected) in [(Time::Scalar, 23.0), (Time::ScalarMean, 11.5)] {
            let map = of(time);
            assert_eq!((map.width(), map.height(), map.times().len()), (4, 2, 24));
            assert!(map.times().iter().all(|&t| t == map.latest()));
            assert!((map.latest() - expected).abs() < 1e-3, "{time}: {}", map.latest());
        }
    }
}
