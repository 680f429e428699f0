//! What the page says under its pictures of planes.

use super::super::number::{DIGITS, complex, count, percent, real};
use crate::inverse::{Branches, Fate};

/// What becomes of a mode, in a clause: `The mode that is set is …`.
fn becomes(fate: Fate) -> &'static str {
    match fate {
        Fate::Faithful => "faithful",
        Fate::Distorted => "distorted",
        Fate::AntiDamped => "learned as growth",
        Fate::Damped => "learned as decay",
        Fate::OverDamped => "learned without rotation",
        Fate::Reversed => "learned as rotating backwards",
        Fate::Undefined => "without a principal branch",
        Fate::Elsewhere => "right in kind on the principal branch, but not on another within reach",
    }
}

/// The map of artifacts: the fate of each point of a window, as [`Fate::index`].
pub fn map(method: &str, fates: &[u8]) -> String {
    let share = |fate: Fate| percent(fates.iter().filter(|&&f| f == fate.index()).count() as f64 / fates.len().max(1) as f64);
    format!(
        "{method}: on {} of the window it is faithful, on {} decay becomes growth, on {} growth becomes decay, on {} only another branch than \
         the principal one changes the kind.",
        share(Fate::Faithful),
        share(Fate::AntiDamped),
        share(Fate::Damped),
        share(Fate::Elsewhere)
    )
}

/// The mode that is set, inside the map's window or beyond it.
pub fn here(fate: Fate, inside: bool) -> String {
    format!("The mode that is set {} {}.", if inside { "is" } else { "lies outside this window; it is" }, becomes(fate))
}

/// The order star of a one-step method, with the shaded share of the square; the root locus of a multistep method.
pub fn star(method: &str, shaded: Option<f64>) -> String {
    shaded.map_or_else(
        || format!("The root locus of {method}: a part of it is the border of the stability region."),
        |share| format!("The order star of {method}: the method grows faster than the truth on {} of the square.", percent(share)),
    )
}

/// The region of the truncated exponential of one order: how far it reaches to the right, and its area there.
pub fn bulge(order: u32, reach: f64, area: f64) -> String {
    if reach <= 0.0 {
        return format!("Order {order}: no point of the region lies right of the imaginary axis.");
    }
    format!("Order {order}: the region reaches Re z = {}; its area right of the axis is {}.", real(reach, 6), real(area, 3))
}

/// One basin: its branch and the share of random starts that land there.
pub fn basin(found: &Branches, k: usize, share: f64) -> String {
    let Some(branch) = found.branches.get(k) else { return String::new() };
    let principal = if branch.principal { " (principal)" } else { "" };
    format!("λ̂ = {}{principal}: {}", complex(branch.lambda, DIGITS), percent(share))
}

/// Where random starts land, the shares of the branches being `shares`.
pub fn basins(starts: usize, width: f64, shares: &[f64]) -> String {
    let lost = ((1.0 - shares.iter().sum::<f64>()) * starts as f64).round() / starts.max(1) as f64;
    let rest = if lost <= 0.0 { "all converge".to_owned() } else { format!("the other {} do not converge", percent(lost)) };
    format!(
        "Of {} with entries N(0, {}²), this share is predicted to land on each branch; {rest}.",
        count(starts, "random start", "random starts"),
        real(width, 2)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted() {
        let mut fates = vec![Fate::Faithful.index(); 3];
        fates.push(Fate::AntiDamped.index());
        assert!(map("rk4", &fates).starts_with("rk4: on 75 % of the window it is faithful, on 25 % decay becomes growth, on 0 % growth"));
        assert!(here(Fate::Damped, false).ends_with("lies outside this window; it is learned as decay."));
        assert!(star("bdf2", None).contains("root locus of bdf2"));
        assert!(basins(500, 2.0, &[0.5, 0.5]).ends_with("all converge."));
        assert!(basins(500, 2.0, &[0.5, 0.4]).ends_with("the other 10 % do not converge."));
        assert_eq!(bulge(2, 0.0, 0.0), "Order 2: no point of the region lies right of the imaginary axis.");
    }
}
