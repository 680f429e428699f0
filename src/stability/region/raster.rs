//! The raster of a region: tiles that a bound decides whole, and wide rows of points for the rest.

use super::boundary::Curve;
use super::{Region, RegionError, Window};
use crate::simd::{Loops, Width, run};
use num_complex::Complex;
use rayon::prelude::*;

/// Rows in a band, which is the unit of work of a thread and the height of the largest tile.
const BAND: usize = 64;
/// Side of the smallest tile: below it every point is computed.
const LEAF: usize = 16;
/// The most bytes that a raster may take.
const LIMIT: u128 = 1 << 30;

/// A region over a grid of points, row by row from the greatest Im z down: 1 inside, 0 outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    window: Window,
    width: usize,
    height: usize,
    inside: Vec<u8>,
}

impl Raster {
    /// The window that the raster covers.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Points along Re z.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Points along Im z.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All points, row by row: 1 inside, 0 outside.
    pub fn as_bytes(&self) -> &[u8] {
        &self.inside
    }

    /// The complex number at the middle of a cell.
    pub fn point(&self, column: usize, row: usize) -> Complex<f64> {
        Grid::new(self.window, self.width, self.height).point(column, row)
    }

    /// The area of the points inside: their number times the area of a cell.
    pub fn area(&self) -> f64 {
        let count: usize = self.inside.par_iter().map(|&b| usize::from(b)).sum::<usize>();
        let cell = self.window.width() / self.width as f64 * self.window.height() / self.height as f64;
        count as f64 * cell
    }

    /// How far the counted area may be off: half of the area of the cells along the border, whose curves these are; at most the whole window.
    pub fn area_uncertainty(&self, border: &[Curve]) -> f64 {
        let Window { re, im } = self.window;
        let inside = |z: Complex<f64>| (re[0]..=re[1]).contains(&z.re) && (im[0]..=im[1]).contains(&z.im);
        let segments = border.iter().flat_map(|curve| curve.points.windows(2).map(|pair| (pair[0], pair[1])));
        let length: f64 = segments.filter(|(a, b)| inside((a + b) / 2.0)).map(|(a, b)| (b - a).norm()).sum();
        let diagonal = (self.window.width() / self.width as f64).hypot(self.window.height() / self.height as f64);
        (length * diagonal / 2.0).min(self.window.width() * self.window.height())
    }
}

/// Where the points of a raster lie.
#[derive(Clone, Copy)]
struct Grid {
    left: f64,
    top: f64,
    dx: f64,
    dy: f64,
}

impl Grid {
    fn new(window: Window, width: usize, height: usize) -> Self {
        let dx = window.width() / width as f64;
        let dy = window.height() / height as f64;
        Self { left: window.re[0] + 0.5 * dx, top: window.im[1] - 0.5 * dy, dx, dy }
    }

    fn point(&self, column: usize, row: usize) -> Complex<f64> {
        Complex::new(self.left + column as f64 * self.dx, self.top - row as f64 * self.dy)
    }
}

pub(super) fn draw(region: &Region, window: Window, width: usize, height: usize) -> Result<Raster, RegionError> {
    if width == 0 || height == 0 {
        return Err(RegionError::Empty { width, height });
    }
    let needed = width as u128 * height as u128;
    if needed > LIMIT {
        return Err(RegionError::TooLarge { width, height, needed, limit: LIMIT });
    }
    let grid = Grid::new(window, width, height);
    let lane = Width::detected();
    let mut inside = vec![0u8; width * height];
    inside.par_chunks_mut(BAND * width).enumerate().for_each(|(band, pixels)| {
        let mut sheet = Sheet { region, grid, lane, first_row: band * BAND, width, pixels };
        let rows = sheet.pixels.len() / width;
        for column in (0..width).step_by(BAND) {
            sheet.tile(column, 0, BAND.min(width - column), rows);
        }
    });
    Ok(Raster { window, width, height, inside })
}

/// A band of rows that one thread fills.
struct Sheet<'a> {
    region: &'a Region,
    grid: Grid,
    lane: Width,
    first_row: usize,
    width: usize,
    pixels: &'a mut [u8],
}

impl Sheet<'_> {
    /// Fills a tile: whole where it is decided, in quarters where it is large, point by point at the last.
    fn tile(&mut self, column: usize, row: usize, columns: usize, rows: usize) {
        let first = self.grid.point(column, self.first_row + row);
        let last = self.grid.point(column + columns - 1, self.first_row + row + rows - 1);
        let centre = 0.5 * (first + last);
        let radius = 0.5 * (last - first).norm();
        if let Some(side) = self.region.decide(centre, radius) {
            if side {
                for r in row..row + rows {
                    self.pixels[r * self.width + column..][..columns].fill(1);
                }
            }
        } else if columns.max(rows) > LEAF {
            let (left, upper) = (columns.div_ceil(2), rows.div_ceil(2));
            for (c, w) in [(column, left), (column + left, columns - left)] {
                for (r, h) in [(row, upper), (row + upper, rows - upper)] {
                    if w > 0 && h > 0 {
                        self.tile(c, r, w, h);
                    }
                }
            }
        } else {
            self.points(column, row, columns, rows);
        }
    }

    fn points(&mut self, column: usize, row: usize, columns: usize, rows: usize) {
        let mut x = [0.0; LEAF];
        for (k, x) in x.iter_mut().enumerate() {
            *x = self.grid.point(column + k, 0).re;
        }
        for r in row..row + rows {
            let y = self.grid.point(0, self.first_row + r).im;
            let out = &mut self.pixels[r * self.width + column..][..columns];
            match self.region {
                Region::OneStep { numerator, denominator } => {
                    let wide = run(self.lane, Row { p: numerator, q: denominator, x: &x, y });
                    out.copy_from_slice(&wide[..columns]);
                }
                Region::Multistep { .. } => {
                    for (k, pixel) in out.iter_mut().enumerate() {
                        *pixel = u8::from(self.region.contains(Complex::new(x[k], y)));
                    }
                }
            }
        }
    }
}

/// Which points of a row belong to the region.
struct Row<'a> {
    p: &'a [f64],
    q: &'a [f64],
    x: &'a [f64; LEAF],
    y: f64,
}

impl Loops for Row<'_> {
    type Output = [u8; LEAF];

    #[inline(always)]
    fn run<const FMA: bool>(self) -> [u8; LEAF] {
        row_kernel::<FMA>(self.p, self.q, self.x, self.y)
    }
}

#[inline(always)]
fn row_kernel<const FMA: bool>(p: &[f64], q: &[f64], x: &[f64; LEAF], y: f64) -> [u8; LEAF] {
    let p2 = modulus_squared::<FMA>(p, x, y);
    let mut out = [0u8; LEAF];
    if let &[q0] = q {
        let q2 = q0 * q0;
        for k in 0..LEAF {
            out[k] = u8::from(p2[k] <= q2);
        }
    } else {
        let q2 = modulus_squared::<FMA>(q, x, y);
        for k in 0..LEAF {
            out[k] = u8::from(p2[k] <= q2[k]);
        }
    }
    out
}

/// |p(x + iy)|² along a row by Horner's rule on separate real and imaginary parts.
#[inline(always)]
fn modulus_squared<const FMA: bool>(p: &[f64], x: &[f64; LEAF], y: f64) -> [f64; LEAF] {
    let madd = |a: f64, b: f64, c: f64| if FMA { a.mul_add(b, c) } else { a * b + c };
    let mut re = [0.0; LEAF];
    let mut im = [0.0; LEAF];
    for &coefficient in p.iter().rev() {
        for k in 0..LEAF {
            let (u, v) = (re[k], im[k]);
            re[k] = madd(u, x[k], madd(-v, y, coefficient));
            im[k] = madd(u, y, v * x[k]);
        }
    }
    let mut out = [0.0; LEAF];
    for k in 0..LEAF {
        out[k] = madd(re[k], re[k], im[k] * im[k]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rk4() -> Region {
        Region::one_step(&[1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0], &[1.0]).unwrap()
    }

    #[test]
    fn tiles_agree_with_every_point() {
        let window = Window::new([-5.0, 2.0], [-4.0, 4.0]).unwrap();
        let regions = [
            rk4(),
            Region::one_step(&[1.0, 0.5, 1.0 / 12.0], &[1.0, -0.5, 1.0 / 12.0]).unwrap(),
            Region::one_step(&[1.0], &[1.0, -1.0]).unwrap(),
            Region::multistep(&[0.0, -1.0, 1.0], &[-0.5, 1.5]).unwrap(),
            Region::multistep(&[0.5, -2.0, 1.5], &[0.0, 0.0, 1.0]).unwrap(),
        ];
        for region in regions {
            let raster = region.raster(window, 333, 217).unwrap();
            let mut wrong = 0;
            for row in 0..217 {
                for column in 0..333 {
                    let at = raster.as_bytes()[row * 333 + column] == 1;
                    let z = raster.point(column, row);
                    wrong += usize::from(at != region.contains(z));
                }
            }
            assert_eq!(wrong, 0, "{region:?}");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_row_within_rounding() {
        let p = [1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0];
        let x: [f64; LEAF] = std::array::from_fn(|k| -3.0 + 0.3 * k as f64);
        for y in [-2.5, 0.0, 1.3, 2.9] {
            let row = |width| run(width, Row { p: &p, q: &[1.0], x: &x, y });
            assert!(Width::available().all(|width| row(width) == row(Width::Portable)));
        }
    }

    /// The area of RK4's region; the sum over 4000² cells has error below boundary length × cell.
    #[test]
    fn areas_of_the_taylor_regions() {
        // Euler's region is the unit disc about −1.
        let euler = Region::one_step(&[1.0, 1.0], &[1.0]).unwrap();
        let window = Window::new([-2.5, 0.5], [-1.5, 1.5]).unwrap();
        let area = euler.raster(window, 2000, 2000).unwrap().area();
        assert!((area - std::f64::consts::PI).abs() < 1e-4, "{area}");
    }

    #[test]
    fn a_raster_too_large_says_so() {
        let window = Window::new([-5.0, 2.0], [-4.0, 4.0]).unwrap();
        let error = rk4().raster(window, 1_000_000, 1_000_000).unwrap_err();
        assert!(matches!(error, RegionError::TooLarge { .. }));
        assert!(rk4().raster(window, usize::MAX, usize::MAX).is_err());
        assert!(rk4().raster(window, 0, 3).is_err());
        assert!(Window::new([1.0, 1.0], [0.0, 1.0]).is_err());
        assert!(Window::new([f64::NAN, 1.0], [0.0, 1.0]).is_err());
        assert!(Region::one_step(&[], &[1.0]).is_err());
    }

    proptest! {
        #[test]
        fn schur_cohn_agrees_with_known_roots(
            moduli in proptest::collection::vec(0.0f64..1.6, 1..6),
        ) {
            prop_assume!(moduli.iter().all(|m| (m - 1.0).abs() > 1e-6));
            let mut rho = vec![1.0];
            for m in &moduli {
                let mut next = vec![0.0; rho.len() + 1];
                for (k, a) in rho.iter().enumerate() {
                    next[k] -= m * a;
                    next[k + 1] += a;
                }
                rho = next;
            }
            let region = Region::multistep(&rho, &[1e-300]).unwrap();
            let inside = moduli.iter().all(|&m| m < 1.0);
            prop_assert_eq!(region.contains(Complex::new(0.0, 0.0)), inside);
        }
    }
}
