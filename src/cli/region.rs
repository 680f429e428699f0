//! `region`: stability regions, filled and contoured, and their areas.

use super::failure::Failure;
use super::{Answer, arguments, output, screen};
use crate::files::{write_whole, write_with};
use lambdahat::figure::file::{self, FigureError};
use lambdahat::figure::regions;
use lambdahat::method::Method;
use lambdahat::stability::area_in_window;
use lambdahat::stability::region::{Raster, Region, Window};
use lambdahat::words::Table;
use lambdahat::words::number::real;
use serde::Serialize;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What can be written, by the end of the name.
const KINDS: &str = ".svg, .png, .json or .csv";

/// Options of `region`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  lambdahat region rk4 dormand-prince5 -o regions.svg\n  lambdahat region bdf2 --re=-2..6 --im=-4..4 -o bdf2.png\n  \
                        lambdahat region rk4 --size 200x200 -o rk4.csv"
)]
pub struct Args {
    /// The methods to draw
    #[arg(required = true, value_name = "METHOD")]
    methods: Vec<String>,
    /// Range of Re z
    #[arg(long, default_value = "-5..2", value_parser = arguments::range, allow_hyphen_values = true)]
    re: Range<f64>,
    /// Range of Im z
    #[arg(long, default_value = "-4..4", value_parser = arguments::range, allow_hyphen_values = true)]
    im: Range<f64>,
    /// Points of a CSV raster [default: 256x256], or pixels of a PNG [default: 1440 wide]
    #[arg(long, value_parser = arguments::size)]
    size: Option<(usize, usize)>,
    /// File to write: .svg, .png, .json (the figure's data) or .csv (a raster of 0 and 1)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    window: Window,
    size: [usize; 2],
    regions: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Entry {
    method: String,
    area: f64,
    /// A bound of the area's error.
    area_uncertainty: f64,
    boundary_curves: usize,
}

/// Computes, writes and reports.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let window = arguments::window(&args.re, &args.im)?;
    let methods = args.methods.iter().map(|name| arguments::scheme(name)).collect::<Result<Vec<Method>, _>>()?;
    let kind = args.output.as_deref().and_then(file::kind);
    if let Some(path) = &args.output {
        file::writable_as(path, KINDS)?;
    }
    let is_csv = kind.as_deref() == Some("csv");
    let (width, height) = args.size.unwrap_or(if is_csv { (256, 256) } else { (2048, 2048) });
    let mut rasters = Vec::new();
    let mut entries = Vec::new();
    for method in &methods {
        let region = Region::of(method)?;
        let raster = region.raster(window, width, height)?;
        let curves = region.boundary(window)?;
        // Proved bounds, whatever the raster; its own count where there are none.
        let counted = || (raster.area(), raster.area_uncertainty(&curves));
        let (area, area_uncertainty) = area_in_window(method, window).unwrap_or_else(counted);
        entries.push(Entry { method: method.name().to_owned(), area, area_uncertainty, boundary_curves: curves.len() });
        if is_csv {
            rasters.push(raster);
        }
    }
    if let Some(path) = &args.output {
        match kind.as_deref() {
            Some("csv") => write_csv(path, &methods, &rasters)?,
            Some("svg" | "png" | "json") => write_whole(path, &regions(&methods, window)?.bytes(path, args.size)?)?,
            _ => return Err(FigureError::Kind(path.clone(), KINDS).into()),
        }
    }
    let report = Report { window, size: [width, height], regions: entries, output: args.output };
    if json {
        output::json(&report)?;
        return Ok(Answer::Done);
    }
    let Window { re, im } = window;
    output::line(format!("In the window Re z from {} to {}, Im z from {} to {}:", re[0], re[1], im[0], im[1]))?;
    let mut table = Table::new(&["METHOD", "AREA", "UNCERTAINTY", "BOUNDARY CURVES"]);
    for entry in &report.regions {
        let uncertainty = format!("± {}", real(entry.area_uncertainty, 1));
        table.row([entry.method.clone(), real(entry.area, 6), uncertainty, entry.boundary_curves.to_string()]);
    }
    screen::table(&table)?;
    if let Some(path) = &report.output {
        output::line(format!("written: {}", path.display()))?;
    }
    Ok(Answer::Done)
}

fn write_csv(path: &Path, methods: &[Method], rasters: &[Raster]) -> Result<(), Failure> {
    let Some(first) = rasters.first() else { return Ok(()) };
    write_with(path, |file| {
        let names: Vec<&str> = methods.iter().map(Method::name).collect();
        writeln!(file, "re,im,{}", names.join(","))?;
        for row in 0..first.height() {
            for column in 0..first.width() {
                let z = first.point(column, row);
                write!(file, "{},{}", z.re, z.im)?;
                for raster in rasters {
                    write!(file, ",{}", raster.as_bytes()[row * first.width() + column])?;
                }
                writeln!(file)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}
