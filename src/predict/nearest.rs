//! Which of some values belongs to which of others.

use num_complex::Complex;

/// For each target the value nearest to it, each given once, the nearest pair first.
pub(super) fn nearest(values: &[Complex<f64>], targets: &[Complex<f64>]) -> Option<Vec<Complex<f64>>> {
    let mut free = values.to_vec();
    let mut found: Vec<Option<Complex<f64>>> = vec![None; targets.len()];
    while found.iter().any(Option::is_none) {
        let mut best: Option<(usize, usize, f64)> = None;
        for (k, target) in targets.iter().enumerate().filter(|(k, _)| found[*k].is_none()) {
            for (e, mu) in free.iter().enumerate() {
                let distance = (mu - target).norm();
                if best.is_none_or(|(.., least)| distance < least) {
                    best = Some((k, e, distance));
                }
            }
        }
        let (k, e, _) = best?;
        found[k] = Some(free.swap_remove(e));
    }
    found.into_iter().collect()
}
