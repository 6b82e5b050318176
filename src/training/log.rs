//! A run's log: a CSV file of losses, one of scores, and a plot of both.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use plotters::prelude::*;

use crate::training::validation::{GAINS, Scores};

/// Writes the log into a run's folder. A resumed run continues it from its checkpoint's step.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    losses: File,
    scores: File,
}

impl Log {
    /// Opens the log and drops the rows after `step`, which a killed process left behind.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn open(folder: &Path, step: usize) -> std::io::Result<Self> {
        let gains = GAINS.map(|g| format!("psnr_gain_{g}")).join(",");
        Ok(Self {
            folder: folder.to_path_buf(),
            losses: reopen(&folder.join("losses.csv"), "step,seconds,total,eps,display,learning_rate", step)?,
            scores: reopen(&folder.join("scores.csv"), &format!("step,seconds,{gains},mean"), step)?,
        })
    }

    /// Adds a row of mean losses since the last one.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn loss(&mut self, step: usize, seconds: f64, parts: [f64; 3], rate: f64) -> std::io::Result<()> {
        let [total, eps, display] = parts;
        writeln!(self.losses, "{step},{seconds:.1},{total:.6},{eps:.6},{display:.6},{rate:.3e}")
    }

    /// Adds a row of scores.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn scores(&mut self, step: usize, seconds: f64, scores: &Scores) -> std::io::Result<()> {
        let psnr = scores.psnr.map(|v| format!("{v:.3}")).join(",");
        writeln!(self.scores, "{step},{seconds:.1},{psnr},{:.3}", scores.mean())
    }

    /// Draws `training.svg`: the loss on `eps~` above, PSNR below.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn plot(&self) -> Result<(), String> {
        let losses = columns(&self.folder.join("losses.csv"))?;
        let scores = columns(&self.folder.join("scores.csv"))?;
        let file = self.folder.join("training.svg");
        let area = SVGBackend::new(&file, (900, 700)).into_drawing_area();
        draw(&area, &losses, &scores).map_err(|e| format!("{} could not be drawn: {e}", file.display()))
    }
}

type Rows = Vec<Vec<f64>>;

fn draw(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    losses: &Rows,
    scores: &Rows,
) -> Result<(), Box<dyn std::error::Error>> {
    area.fill(&WHITE)?;
    let (above, below) = area.split_vertically(350);
    let last = losses.last().map_or(1.0, |r| r[0]).max(1.0);
    chart(
        &above,
        "mean squared error of eps",
        last,
        &[("loss".into(), losses.iter().map(|r| (r[0], r[3])).collect())],
    )?;
    let psnr: Vec<_> = GAINS
        .iter()
        .enumerate()
        .map(|(g, gain)| (format!("gain {gain}"), scores.iter().map(|r| (r[0], r[2 + g])).collect()))
        .collect();
    chart(&below, "PSNR of held-out crops, dB", last, &psnr)?;
    area.present()?;
    Ok(())
}

fn chart(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    title: &str,
    last: f64,
    lines: &[(String, Vec<(f64, f64)>)],
) -> Result<(), Box<dyn std::error::Error>> {
    let values = || lines.iter().flat_map(|(_, points)| points).map(|p| p.1);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return Ok(());
    }
    let margin = 0.05 * (high - low).max(0.01);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(45)
        .build_cartesian_2d(0.0..last, low - margin..high + margin)?;
    chart.configure_mesh().x_desc("step").light_line_style(WHITE).draw()?;
    for (i, (name, points)) in lines.iter().enumerate() {
        let colour = Palette99::pick(i).to_rgba();
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 15, y)], colour));
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).draw()?;
    Ok(())
}

/// The rows of a CSV file of numbers, without its header.
fn columns(file: &Path) -> Result<Rows, String> {
    let text = fs::read_to_string(file).map_err(|e| format!("{} cannot be read: {e}", file.display()))?;
    let row = |line: &str| {
        line.split(',').map(|v| v.parse().map_err(|_| format!("{v} in {} is no number", file.display()))).collect()
    };
    text.lines().skip(1).map(row).collect()
}

/// Opens a CSV file to append to, keeping its rows up to `step`.
fn reopen(file: &Path, header: &str, step: usize) -> std::io::Result<File> {
    let old = fs::read_to_string(file).unwrap_or_default();
    let kept = old
        .lines()
        .skip(1)
        .filter(|line| line.split(',').next().and_then(|s| s.parse::<usize>().ok()).is_some_and(|s| s <= step));
    let text = std::iter::once(header).chain(kept).flat_map(|line| [line, "\n"]).collect::<String>();
    fs::write(file, text)?;
    OpenOptions::new().append(true).open(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_log_forgets_what_its_checkpoint_does_not_know() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(dir.path(), 0).unwrap();
        for step in [10, 20, 30] {
            log.loss(step, step as f64, [1.0, 0.5, -3.0], 1e-3).unwrap();
        }
        log.scores(20, 2.0, &Scores { psnr: [30.0, 29.0, 28.0, 27.0, 26.0] }).unwrap();
        drop(log);
        let mut log = Log::open(dir.path(), 20).unwrap();
        log.loss(30, 31.0, [0.9, 0.4, -3.1], 1e-3).unwrap();
        let losses = columns(&dir.path().join("losses.csv")).unwrap();
        assert_eq!(losses.iter().map(|r| r[1]).collect::<Vec<_>>(), [10.0, 20.0, 31.0]);
        assert_eq!(columns(&dir.path().join("scores.csv")).unwrap()[0][7], 28.0);
        log.plot().unwrap();
        let plot = fs::read_to_string(dir.path().join("training.svg")).unwrap();
        assert!(plot.contains("gain 16") && plot.contains("<polyline"));
    }
}
