//! A run's log: a CSV file of losses, one of scores, and a plot of both.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::training::validation::Scores;

/// Writes the log into a run's folder. A resumed run continues it from its checkpoint's step.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    losses: File,
    scores: File,
    /// Of the scores.
    names: Vec<String>,
}

const LOSSES: &str = "losses.csv";
const SCORES: &str = "scores.csv";

impl Log {
    /// Opens the log of scores with these names and drops the rows after `step`, which a killed process left behind. A
    /// file with other columns, from another version of the program, is renamed.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn open(folder: &Path, step: usize, names: Vec<String>) -> std::io::Result<Self> {
        let columns =
            |prefix: &str| names.iter().map(|n| format!(",{prefix}_{}", n.replace(' ', "_"))).collect::<String>();
        let scores = format!("step,seconds,mean{}{}", columns("psnr"), columns("noisy"));
        Ok(Self {
            folder: folder.to_path_buf(),
            losses: reopen(&folder.join(LOSSES), "step,seconds,total,eps,display,learning_rate", step)?,
            scores: reopen(&folder.join(SCORES), &scores, step)?,
            names,
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

    /// Adds a row of scores: the mean over the noise levels, the PSNR of every result, and that of every noisy image.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn scores(&mut self, step: usize, seconds: f64, scores: &Scores) -> std::io::Result<()> {
        let denoised = scores.trials.iter().map(|(_, s)| format!(",{:.3}", s.denoised)).collect::<String>();
        let noisy = scores.trials.iter().map(|(_, s)| format!(",{:.3}", s.noisy)).collect::<String>();
        writeln!(self.scores, "{step},{seconds:.1},{:.3}{denoised}{noisy}", scores.mean())
    }

    /// Draws `training.svg`: the loss on `eps~` above, the PSNR of every gain and kind of noise below.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn plot(&self) -> Result<(), String> {
        let losses = columns(&self.folder.join(LOSSES))?;
        let scores = columns(&self.folder.join(SCORES))?;
        let file = self.folder.join("training.svg");
        let area = SVGBackend::new(&file, SIZE).into_drawing_area();
        draw(&area, &losses, &scores, &self.names).map_err(|e| format!("{} could not be drawn: {e}", file.display()))
    }
}

/// Width and height of the plot.
const SIZE: (u32, u32) = (1000, 700);
/// Width of the legend, which has the right side to itself.
const LEGEND: i32 = 130;
/// Distance of the legend's lines.
const LINE: i32 = 20;

type Rows = Vec<Vec<f64>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(area: &Area<'_>, losses: &Rows, scores: &Rows, names: &[String]) -> Drawn {
    area.fill(&WHITE)?;
    let (above, below) = area.split_vertically(SIZE.1 / 2);
    let last = losses.last().map_or(1.0, |r| r[0]).max(1.0);
    let column = |rows: &Rows, i: usize| -> Vec<(f64, f64)> { rows.iter().map(|r| (r[0], r[i])).collect() };
    chart(&above, "mean squared error of eps", last, &[("loss".into(), column(losses, 3))])?;
    let psnr: Vec<_> = names.iter().cloned().zip(3..).map(|(name, i)| (name, column(scores, i))).collect();
    chart(&below, "PSNR of held-out crops, dB", last, &psnr)?;
    area.present()?;
    Ok(())
}

fn chart(area: &Area<'_>, title: &str, last: f64, lines: &[(String, Vec<(f64, f64)>)]) -> Drawn {
    let values = || lines.iter().flat_map(|(_, points)| points).map(|p| p.1);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return Ok(());
    }
    let (left, right) = area.split_horizontally(SIZE.0 as i32 - LEGEND);
    let margin = 0.05 * (high - low).max(0.01);
    let mut chart = ChartBuilder::on(&left)
        .caption(title, ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(45)
        .build_cartesian_2d(0.0..last, low - margin..high + margin)?;
    chart.configure_mesh().x_desc("step").light_line_style(WHITE).draw()?;
    for (i, (name, points)) in lines.iter().enumerate() {
        let colour = Palette99::pick(i).to_rgba();
        chart.draw_series(LineSeries::new(points.iter().copied(), colour))?;
        // Dots where they are few: a line through one point is invisible.
        if points.len() <= 30 {
            chart.draw_series(points.iter().map(|&point| Circle::new(point, 3, colour.filled())))?;
        }
        let y = 40 + LINE * i as i32;
        right.draw(&PathElement::new([(5, y), (25, y)], colour.stroke_width(2)))?;
        right.draw(&Text::new(name.clone(), (32, y - 6), ("sans-serif", 13)))?;
    }
    Ok(())
}

/// The rows of a CSV file of numbers, without its header.
fn columns(file: &Path) -> Result<Rows, String> {
    let text = fs::read_to_string(file).map_err(|e| format!("{} cannot be read: {e}", file.display()))?;
    let row = |line: &str| {
        line.split(',').map(|v| v.parse().map_err(|_| format!("{v} in {} is not a number", file.display()))).collect()
    };
    text.lines().skip(1).map(row).collect()
}

/// Opens a CSV file to append to, keeping its rows up to `step`.
fn reopen(file: &Path, header: &str, step: usize) -> std::io::Result<File> {
    let mut old = fs::read_to_string(file).unwrap_or_default();
    if old.lines().next().is_some_and(|first| first != header) {
        fs::rename(file, file.with_extension(format!("until-{step}.csv")))?;
        old.clear();
    }
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
    use crate::network::ImageKind;
    use crate::training::validation::{Score, names};

    fn names_of_photos() -> Vec<String> {
        names(ImageKind::Rgb)
    }

    fn scores(denoised: f64) -> Scores {
        let score = |(i, name)| (name, Score { noisy: 20.0, denoised: denoised - i as f64 });
        Scores { trials: names_of_photos().into_iter().enumerate().map(score).collect() }
    }

    #[test]
    fn a_resumed_log_forgets_what_its_checkpoint_does_not_know() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(dir.path(), 0, names_of_photos()).unwrap();
        for step in [10, 20, 30] {
            log.loss(step, step as f64, [1.0, 0.5, -3.0], 1e-3).unwrap();
        }
        log.scores(20, 2.0, &scores(30.0)).unwrap();
        drop(log);
        let mut log = Log::open(dir.path(), 20, names_of_photos()).unwrap();
        log.loss(30, 31.0, [0.9, 0.4, -3.1], 1e-3).unwrap();
        let losses = columns(&dir.path().join(LOSSES)).unwrap();
        assert_eq!(losses.iter().map(|r| r[1]).collect::<Vec<_>>(), [10.0, 20.0, 31.0]);
        let row = columns(&dir.path().join(SCORES)).unwrap().remove(0);
        assert_eq!(row[..4], [20.0, 2.0, 28.0, 30.0], "step, seconds, mean over the gains, gain 1");
        let trials = names_of_photos().len();
        assert_eq!(row[3 + trials..], vec![20.0; trials], "the noisy images'");
        log.plot().unwrap();
        let plot = fs::read_to_string(dir.path().join("training.svg")).unwrap();
        assert!(plot.contains("gain 16") && plot.contains("grain") && plot.contains("<polyline"));
    }

    #[test]
    fn a_log_with_other_columns_is_kept_under_another_name() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(SCORES), "step,psnr\n5,30\n").unwrap();
        Log::open(dir.path(), 7, names_of_photos()).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("scores.until-7.csv")).unwrap(), "step,psnr\n5,30\n");
        assert!(columns(&dir.path().join(SCORES)).unwrap().is_empty());
    }

    /// The numbers in all attributes of this name in the elements of this kind.
    fn attributes(svg: &str, element: &str, name: &str) -> Vec<f64> {
        let (open, key) = (format!("<{element} "), format!(" {name}=\""));
        let tags = svg.split(&open).skip(1).map(|rest| rest.split('>').next().unwrap());
        tags.filter_map(|tag| format!(" {tag}").split(&key).nth(1)?.split('"').next()?.parse().ok()).collect()
    }

    #[test]
    fn a_single_row_is_visible_and_the_legend_covers_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(dir.path(), 0, names_of_photos()).unwrap();
        log.loss(12, 3.0, [1.0, 0.5, -3.0], 1e-3).unwrap();
        log.scores(12, 3.0, &scores(31.0)).unwrap();
        log.plot().unwrap();
        let plot = fs::read_to_string(dir.path().join("training.svg")).unwrap();
        let dots = attributes(&plot, "circle", "cx");
        assert_eq!(dots.len(), 1 + names_of_photos().len());
        let legend = f64::from(SIZE.0 as i32 - LEGEND);
        assert!(dots.iter().all(|x| *x < legend), "{dots:?}");
        let labels = plot.split("<text ").filter(|t| t.contains("gain ") || t.contains("toned"));
        let mut count = 0;
        for label in labels {
            let x = attributes(&format!("<text {label}"), "text", "x")[0];
            assert!(x > legend, "{x}");
            count += 1;
        }
        assert_eq!(count, 6);
    }
}
