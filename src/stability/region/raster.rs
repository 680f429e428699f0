//! The raster of a region: tiles that a bound decides whole, and wide rows of points for the rest.

use super::boundary::Curve;
use super::{Region, RegionError, Window, horner};
use crate::exact::effort;
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

impl Region {
    /// Whether the whole disc is inside (`Some(true)`), outside (`Some(false)`), or neither is proved.
    ///
    /// One step: |P| and |Q| at the centre, less and plus the rest of their Taylor series on the disc, with a margin for
    /// rounding. Multistep: no root crosses the unit circle while z moves in the disc when `|ρ(ζ) − cσ(ζ)| > r|σ(ζ)|` on the
    /// whole circle, which bisection of the circle with a Lipschitz bound proves.
    fn decide(&self, centre: Complex<f64>, radius: f64) -> Option<bool> {
        match self {
            Self::OneStep { numerator, denominator } => {
                let [p_low, p_high] = modulus_on_disc(numerator, centre, radius);
                let [q_low, q_high] = modulus_on_disc(denominator, centre, radius);
                if p_high < q_low {
                    Some(true)
                } else if p_low > q_high {
                    Some(false)
                } else {
                    None
                }
            }
            Self::Multistep { rho, sigma } => circle_is_clear(rho, sigma, centre, radius).then(|| self.contains(centre)),
        }
    }
}

/// Lower and upper bounds of |p| on the disc about c of radius r: `|p(c)| ∓ Σ_{k≥1} |p⁽ᵏ⁾(c)/k!| r^k`.
fn modulus_on_disc(p: &[f64], c: Complex<f64>, r: f64) -> [f64; 2] {
    const LONGEST: usize = 32;
    let n = p.len();
    if n > LONGEST {
        return [0.0, f64::INFINITY];
    }
    let mut taylor = [Complex::new(0.0, 0.0); LONGEST];
    for (t, &a) in taylor.iter_mut().zip(p) {
        t.re = a;
    }
    // Repeated synthetic division by z − c.
    for k in 0..n - 1 {
        for j in (k..n - 1).rev() {
            let next = taylor[j + 1];
            taylor[j] += c * next;
        }
    }
    let mut rest = 0.0;
    for t in taylor[1..n].iter().rev() {
        rest = (rest + t.norm_sqr().sqrt()) * r;
    }
    let reach = c.norm_sqr().sqrt() + r;
    let size = p.iter().rev().fold(0.0, |s, a| s * reach + a.abs());
    let rounding = 16.0 * (n * n) as f64 * f64::EPSILON * size;
    let value = taylor[0].norm_sqr().sqrt();
    [value - rest - rounding, value + rest + rounding]
}

/// Whether no root of `ρ − zσ` is proved to cross the circle `|ζ| = circle` while z moves in a disc: those of `ρ(sζ) − zσ(sζ)` do not cross the unit circle.
pub(in crate::stability) fn root_count_is_constant(rho: &[f64], sigma: &[f64], circle: f64, centre: Complex<f64>, radius: f64) -> bool {
    if circle == 1.0 {
        return circle_is_clear(rho, sigma, centre, radius);
    }
    let scaled = |p: &[f64]| p.iter().scan(1.0, |power, c| (Some(c * *power), *power *= circle).0).collect::<Vec<_>>();
    circle_is_clear(&scaled(rho), &scaled(sigma), centre, radius)
}

/// Whether the root locus ρ/σ of the unit circle is proved to lie within `|z| < radius`: `radius·|σ| > |ρ|` on the circle, by bisection.
pub(in crate::stability) fn locus_stays_within(rho: &[f64], sigma: &[f64], radius: f64) -> bool {
    circle_is_clear(sigma, rho, Complex::new(0.0, 0.0), 1.0 / radius)
}

/// Units of [`effort`] of a look at one arc, and of each coefficient of ρ and σ in it.
const ARC: u64 = 60;
const TERM: u64 = 4;

fn circle_is_clear(rho: &[f64], sigma: &[f64], c: Complex<f64>, r: f64) -> bool {
    // |d/dθ (|ρ − cσ| − r|σ|)| ≤ Σ k|ρ_k| + (|c| + r) Σ k|σ_k|.
    let slope = |p: &[f64]| p.iter().enumerate().map(|(k, a)| k as f64 * a.abs()).sum::<f64>();
    let lipschitz = slope(rho) + (c.norm() + r) * slope(sigma);
    let mut arcs = vec![(0.0f64, std::f64::consts::PI, 0u32)];
    // Both halves of the circle, because c need not be real.
    arcs.push((-std::f64::consts::PI, 0.0, 0));
    let degree = rho.len() + sigma.len();
    while let Some((from, to, depth)) = arcs.pop() {
        effort::charge(ARC + TERM * degree as u64);
        if effort::is_spent() {
            return false;
        }
        let middle = 0.5 * (from + to);
        let zeta = Complex::from_polar(1.0, middle);
        let s = horner(sigma, zeta);
        let gap = (horner(rho, zeta) - c * s).norm() - r * s.norm();
        if gap > lipschitz * 0.5 * (to - from) + 1e-13 * lipschitz {
            continue;
        }
        if gap <= 0.0 || depth >= 24 {
            return false;
        }
        arcs.push((from, middle, depth + 1));
        arcs.push((middle, to, depth + 1));
    }
    true
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
        fn bounds_on_a_disc_hold(
            p in proptest::collection::vec(-3.0f64..3.0, 1..8),
            c in (-3.0f64..3.0, -3.0f64..3.0),
            r in 0.0f64..1.0,
            angle in 0.0f64..7.0,
            share in 0.0f64..1.0,
        ) {
            let c = Complex::new(c.0, c.1);
            let z = c + Complex::from_polar(r * share, angle);
            let [low, high] = modulus_on_disc(&p, c, r);
            let value = horner(&p, z).norm();
            prop_assert!(low <= value && value <= high);
        }

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
