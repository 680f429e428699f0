//! What learning through a linear multistep method finds: f̂ = Σ c_k h^k y^(k+1) along the true solution.

use super::OrderError;
use crate::exact::Number;
use crate::method::Multistep;
use num_traits::{One, Zero};

/// The largest power of h for multistep series.
pub const LARGEST_MULTISTEP_POWER: usize = 60;

/// c_0, …, c_power with `ρ(e^z) / (z σ(e^z)) = Σ c_k z^k`.
///
/// Learning through `Σ α_j y_{n+j} = h Σ β_j f̂(y_{n+j})` from exact states asks for `Σ β_j f̂(y(t + jh)) = Σ α_j y(t + jh)/h`; with `E = e^{hD}` the
/// shift along the solution this is `σ(E) f̂ = ρ(E) y/h`. So f̂ is a vector field of its own, known without any start, as long as σ(1) ≠ 0:
/// `f̂ = y' + c_1 h y'' + c_2 h² y''' + …`, and the first c_k ≠ 0 beyond c_0 is at the method's order. Whether a recurrence that learns it is stable is another
/// question (σ's zeros, Keller & Du 2021).
///
/// ```
/// use lambdahat::{method::{Method, catalog}, order::multistep_series};
/// let Ok(Method::Multistep(ab2)) = catalog::find("adams-bashforth-2") else { panic!() };
/// let c: Vec<String> = multistep_series(&ab2, 4).unwrap().iter().map(|c| c.to_string()).collect();
/// assert_eq!(c, ["1", "0", "5/12", "-1/4", "31/120"]);
/// ```
///
/// # Errors
/// [`OrderError::TooLong`] beyond [`LARGEST_MULTISTEP_POWER`]; [`OrderError::Inconsistent`] where ρ(1) ≠ 0 or ρ'(1) ≠ σ(1), or σ(1) = 0: then no field satisfies the recurrence as h → 0.
pub fn multistep_series(method: &Multistep, power: usize) -> Result<Vec<Number>, OrderError> {
    if power > LARGEST_MULTISTEP_POWER {
        return Err(OrderError::TooLong {
            what: "multistep series through the power of h",
            order: power,
            largest: LARGEST_MULTISTEP_POWER,
        });
    }
    // Σ_j a_j e^{jz}, through z^(power+1)
    let exponentials = |list: &[Number]| -> Vec<Number> {
        let mut terms = list.to_vec();
        (0..=power + 1)
            .map(|m| {
                let sum = terms.iter().fold(Number::zero(), |sum, x| sum + x);
                for (j, term) in terms.iter_mut().enumerate() {
                    *term = term.clone() * Number::ratio(j as i64, m as i64 + 1);
                }
                sum
            })
            .collect()
    };
    let (rho, sigma) = (exponentials(method.alpha()), exponentials(method.beta()));
    if sigma[0].is_zero() || !rho[0].is_zero() || rho[1] != sigma[0] {
        let sum = format!("ρ(1) = {}, ρ'(1) = {}, σ(1) = {}", rho[0], rho[1], sigma[0]);
        return Err(OrderError::Inconsistent {
            method: method.name().into(),
            why: format!("{sum}, where 0 and two equal numbers are needed"),
        });
    }
    let mut c: Vec<Number> = vec![Number::one()];
    for k in 1..=power {
        let known = (0..k).fold(rho[k + 1].clone(), |sum, i| sum - c[i].clone() * &sigma[k - i]);
        c.push(known / &sigma[0]);
    }
    Ok(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    /// Computed by hand; Adams–Bashforth 3 and BDF 3 to 6 by their error constants (Hairer, Nørsett & Wanner I, III.2).
    #[test]
    fn first_coefficients() {
        for (name, expected) in [
            ("adams-bashforth-2", &["1", "0", "5/12", "-1/4", "31/120"][..]),
            ("bdf1", &["1", "-1/2", "1/6", "-1/24"]),
            ("adams-moulton-1", &["1", "0", "-1/12", "0", "1/120"]),
            ("bdf2", &["1", "0", "-1/3", "1/4", "-7/60"]),
            ("leap-frog", &["1", "0", "1/6", "0", "1/120"]),
            ("milne-simpson", &["1", "0", "0", "0", "-1/180"]),
            ("adams-bashforth-3", &["1", "0", "0", "3/8"]),
            ("bdf3", &["1", "0", "0", "-1/4"]),
            ("bdf6", &["1", "0", "0", "0", "0", "0", "-1/7"]),
        ] {
            let Ok(Method::Multistep(method)) = catalog::find(name) else { panic!("{name}") };
            let found: Vec<String> = multistep_series(&method, expected.len() - 1).unwrap().iter().map(Number::to_string).collect();
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn what_has_no_series() {
        let number = |list: &[i64]| list.iter().map(|&n| Number::from(n)).collect::<Vec<_>>();
        let two = Multistep::new(Default::default(), number(&[-1, 1]), number(&[0, 2])).unwrap();
        assert!(matches!(multistep_series(&two, 3), Err(OrderError::Inconsistent { .. })));
        assert!(matches!(multistep_series(&two, 1000), Err(OrderError::TooLong { .. })));
    }
}
