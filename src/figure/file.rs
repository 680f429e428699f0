//! Figures as files: SVG whose words are outlines, PNG made from that SVG, JSON of the data. Nothing depends on the fonts of
//! the machine.

pub use super::svg::DrawError;
use super::svg::{self, FAMILY};
use super::{Figure, large_png};
use crate::files::{WriteError, write_whole};
use rayon::prelude::*;
use resvg::{tiny_skia, usvg};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// DejaVu Sans, cut down to the characters in use; its licence lies beside it.
const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// What [`Figure::save`] writes, by the end of the name.
const KINDS: &str = ".svg, .png or .json";

/// Pixels beyond which a picture is painted and packed in bands.
const LARGE: u64 = 4_000_000;
/// What figures are painted on. The last row and column of pixels, which the figure covers in part, are opaque by it.
const GROUND: tiny_skia::Color = tiny_skia::Color::WHITE;
/// The longest side of a PNG.
const PIXELS: u32 = 16384;

/// Why a figure is not on disk.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The description cannot be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The name does not end in a kind that can be written.
    #[error("cannot tell what to write to {0}: the name must end in {1}")]
    Kind(PathBuf, &'static str),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] WriteError),
    /// The SVG could not be read back or painted.
    #[error("figure {figure}: {message}")]
    Paint {
        /// Name of the figure.
        figure: String,
        /// What the painter said.
        message: String,
    },
}

/// A figure ready to be written, laid out once for both formats.
pub struct Drawing {
    figure: String,
    description: String,
    tree: usvg::Tree,
}

impl Figure {
    /// Lays the figure out.
    pub fn draw(&self) -> Result<Drawing, FigureError> {
        let text = svg::draw(self)?;
        let mut fonts = usvg::fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        fonts.set_sans_serif_family(FAMILY);
        let options = usvg::Options { font_family: FAMILY.to_owned(), fontdb: Arc::new(fonts), ..usvg::Options::default() };
        let tree =
            usvg::Tree::from_str(&text, &options).map_err(|e| FigureError::Paint { figure: self.name.clone(), message: e.to_string() })?;
        Ok(Drawing {
            figure: self.name.clone(),
            description: format!("<title>{}</title><desc>{}</desc>", svg::escaped(&self.title), svg::escaped(&self.caption)),
            tree,
        })
    }

    /// Writes the figure to a file that ends in `.svg`, `.png` or `.json`.
    pub fn save(&self, path: &Path) -> Result<(), FigureError> {
        Ok(write_whole(path, &self.bytes(path, None)?)?)
    }

    /// What a file of this name holds: SVG, JSON, or a PNG of 1440 pixels' width or as large as fits into `size` pixels.
    pub fn bytes(&self, path: &Path, size: Option<(usize, usize)>) -> Result<Vec<u8>, FigureError> {
        match kind(path).as_deref() {
            Some("svg") => Ok(self.draw()?.svg().into_bytes()),
            Some("json") => Ok(self.json().into_bytes()),
            Some("png") => {
                let drawing = self.draw()?;
                let natural = drawing.tree.size();
                let fit = |(width, height): (usize, usize)| (width as f32 / natural.width()).min(height as f32 / natural.height());
                drawing.png(size.map_or(1.5, fit))
            }
            _ => Err(FigureError::Kind(path.to_owned(), KINDS)),
        }
    }

    /// The description as JSON, ending in a line feed.
    pub fn json(&self) -> String {
        // Strings, numbers and maps keyed by strings: serialising them cannot fail.
        let mut text = serde_json::to_string(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Drawing {
    /// SVG in which every letter is an outline, with the title and caption for those who listen.
    pub fn svg(&self) -> String {
        let options = usvg::WriteOptions {
            coordinates_precision: 2,
            transforms_precision: 5,
            indent: usvg::Indent::None,
            ..usvg::WriteOptions::default()
        };
        let text = self.tree.to_string(&options);
        match text.find('>') {
            Some(end) => format!("{}{}{}\n", &text[..=end], self.description, &text[end + 1..]),
            None => text,
        }
    }

    /// The same picture as PNG, `scale` dots a point.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, FigureError> {
        let failed = |message: String| FigureError::Paint { figure: self.figure.clone(), message };
        let size = self.tree.size();
        let (width, height) = ((size.width() * scale).ceil() as u32, (size.height() * scale).ceil() as u32);
        if width > PIXELS || height > PIXELS {
            return Err(failed(format!("a picture of {width}x{height} is larger than {PIXELS}x{PIXELS}: ask for a smaller one")));
        }
        let unpainted = || failed(format!("a picture of {width}x{height} cannot be painted"));
        if u64::from(width) * u64::from(height) > LARGE {
            let pixels = self.painted_in_bands(scale, width, height).ok_or_else(unpainted)?;
            return Ok(large_png::encoded(&pixels, width as usize));
        }
        let mut canvas = tiny_skia::Pixmap::new(width, height).ok_or_else(unpainted)?;
        canvas.fill(GROUND);
        resvg::render(&self.tree, tiny_skia::Transform::from_scale(scale, scale), &mut canvas.as_mut());
        encoded(&canvas).map_err(|e| failed(e.to_string()))
    }

    /// The picture's pixels, bands of rows painted at the same time.
    fn painted_in_bands(&self, scale: f32, width: u32, height: u32) -> Option<Vec<large_png::Pixel>> {
        let mut pixels = vec![[0u8; 4]; width as usize * height as usize];
        let rows = height.div_ceil(2 * rayon::current_num_threads() as u32).max(1);
        let painted = pixels.par_chunks_mut((rows * width) as usize).enumerate().map(|(k, band)| {
            let moved = tiny_skia::Transform::from_scale(scale, scale).post_translate(0.0, -(k as f32 * rows as f32));
            let height = (band.len() / width as usize) as u32;
            let mut canvas = tiny_skia::PixmapMut::from_bytes(band.as_flattened_mut(), width, height)?;
            canvas.fill(GROUND);
            resvg::render(&self.tree, moved, &mut canvas);
            Some(())
        });
        painted.collect::<Option<Vec<()>>>()?;
        Some(pixels)
    }
}

/// The opaque picture as PNG, three bytes a pixel, compressed fast, since flat colours compress well in any case.
fn encoded(canvas: &tiny_skia::Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let pixels = canvas.pixels();
    let bytes: Vec<u8> = pixels.iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    let mut data = Vec::new();
    let mut encoder = png::Encoder::new(&mut data, canvas.width(), canvas.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(data)
}

/// Whether [`Figure::save`] can write there, before hours of work are spent on a figure: the kind is known, the file can be made.
pub fn writable(path: &Path) -> Result<(), FigureError> {
    writable_as(path, KINDS)
}

/// As [`writable`], for these kinds, in words: `.svg, .png or .csv`.
pub fn writable_as(path: &Path, kinds: &'static str) -> Result<(), FigureError> {
    let known = |kind: &String| kinds.split([' ', ',']).any(|word| word.strip_prefix('.') == Some(kind.as_str()));
    if !kind(path).is_some_and(|kind| known(&kind)) {
        return Err(FigureError::Kind(path.to_owned(), kinds));
    }
    Ok(crate::files::writable(path)?)
}

/// The ending of a file's name, in lower case.
pub fn kind(path: &Path) -> Option<String> {
    path.extension().and_then(|e| e.to_str()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Axis, Ink, Mark, Panel};

    fn figure() -> Figure {
        Figure {
            name: "test".into(),
            title: "A test: λ̂ ≤ 1".into(),
            caption: "Re z & Im z < 1".into(),
            columns: 1,
            panels: vec![Panel {
                title: "a panel".into(),
                x: Axis::new("Re z", [-1.0, 1.0]),
                y: Axis::new("Im z", [-1.0, 1.0]),
                equal: true,
                marks: vec![
                    Mark::area(vec![vec![[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]]], Ink::Sky, 0.5, "area"),
                    Mark::line(vec![[-1.0, -1.0], [f64::NAN, f64::INFINITY], [1.0, 1.0]], Ink::Red, 2.0, "line"),
                    Mark::dots(vec![[0.0, 0.0], [f64::NAN, 0.0]], Ink::Blue, 4.0, "dots"),
                ],
            }],
            facts: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn words_are_outlines_and_the_picture_is_well_formed() {
        let svg = figure().draw().unwrap().svg();
        assert!(!svg.contains("<text") && !svg.contains("font-family"));
        assert!(svg.contains("<title>A test: λ̂ ≤ 1</title><desc>Re z &amp; Im z &lt; 1</desc>"));
        assert!(usvg::Tree::from_str(&svg, &usvg::Options::default()).is_ok());
    }

    /// A size that is no multiple of the figure's leaves a last row that it covers in part: no picture has transparent pixels, large or small.
    #[test]
    fn pictures_are_opaque_to_the_last_row() {
        for scale in [0.777, 2.9173] {
            let file = figure().draw().unwrap().png(scale).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            assert_eq!(info.color_type, png::ColorType::Rgb);
            assert!(pixels[..info.buffer_size()].iter().rev().take(3 * info.width as usize).all(|byte| *byte > 250));
        }
    }

    #[test]
    fn nothing_is_left_where_nothing_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/such/a.svg");
        assert!(matches!(figure().save(&missing), Err(FigureError::File(WriteError::NoFolder { .. }))));
        assert!(matches!(figure().save(&folder.path().join("a.gif")), Err(FigureError::Kind(..))));
        assert!(matches!(writable(&missing), Err(FigureError::File(WriteError::NoFolder { .. }))));
        assert!(matches!(writable(&folder.path().join("a.gif")), Err(FigureError::Kind(..))));
        assert!(writable(&folder.path().join("a.json")).is_ok());
        let mut broken = figure();
        broken.panels[0].x.range = [1.0, 1.0];
        assert!(broken.save(&folder.path().join("a.svg")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        figure().save(&folder.path().join("a.png")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
