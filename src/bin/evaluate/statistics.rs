//! Means over images, with how sure they are.

/// The mean of values and its standard error, updated by Welford's method.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
#[serde(into = "Shown")]
pub struct Mean {
    count: usize,
    mean: f64,
    /// Sum of squared differences from the mean.
    squares: f64,
}

/// What is written of a mean.
#[derive(serde::Serialize)]
struct Shown {
    mean: f64,
    standard_error: Option<f64>,
}

impl From<Mean> for Shown {
    fn from(mean: Mean) -> Self {
        Self { mean: mean.value(), standard_error: mean.error() }
    }
}

impl Mean {
    /// Takes one more value in.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let off = value - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (value - self.mean);
    }

    /// The mean.
    pub fn value(&self) -> f64 {
        self.mean
    }

    /// Its standard error; `None` for fewer than two values.
    pub fn error(&self) -> Option<f64> {
        let n = self.count as f64;
        (self.count > 1).then(|| (self.squares / (n - 1.0) / n).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_standard_error_are_those_of_the_definition() {
        let values = [3.0, 5.0, 4.0, 8.0];
        let mut mean = Mean::default();
        assert_eq!((mean.value(), mean.error()), (0.0, None));
        for value in values {
            mean.add(value);
        }
        let variance = values.iter().map(|v| (v - 5.0f64).powi(2)).sum::<f64>() / 3.0;
        assert!((mean.value() - 5.0).abs() < 1e-12);
        assert!((mean.error().unwrap() - (variance / 4.0).sqrt()).abs() < 1e-12);
        let json = serde_json::to_string(&mean).unwrap();
        assert!(json.starts_with(r#"{"mean":5.0,"standard_error":1.08"#), "{json}");
    }
}
