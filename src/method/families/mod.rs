//! Families: methods of any size, each generated exactly from its definition.
//!
//! A family is named with its parameter, `gauss:s=4`, or in the catalogue's way, `gauss4`, `radau-iia-5`, `adams-bashforth-7`.

mod collocation;
mod deferred;
mod extrapolation;
mod recipe;
mod registry;
mod stabilised;
mod steps;
mod strong_stability;

pub use registry::FAMILIES;

use super::{Claim, Identity, Method, MultistepError, TableauError};
use thiserror::Error;

/// Why a family gives no method.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FamilyError {
    /// The parameter was left out.
    #[error("`{family}` is a family: say which member, for instance `{family}:{parameter}={example}`")]
    Missing {
        /// The family.
        family: &'static str,
        /// Its parameter.
        parameter: &'static str,
        /// A value that works.
        example: usize,
    },
    /// Something other than `parameter=number` stands behind the colon.
    #[error("`{family}:{found}`: expected `{family}:{parameter}=NUMBER`, NUMBER from {smallest} to {largest}")]
    Parameter {
        /// The family.
        family: &'static str,
        /// What was found behind the colon.
        found: String,
        /// The family's parameter.
        parameter: &'static str,
        /// The smallest member.
        smallest: usize,
        /// The largest member that is generated.
        largest: usize,
    },
    /// No member of this size.
    #[error("`{family}` has no member with {parameter} = {value}; {parameter} goes from {smallest} to {largest}")]
    Range {
        /// The family.
        family: &'static str,
        /// Its parameter.
        parameter: &'static str,
        /// What was asked for.
        value: usize,
        /// The smallest member.
        smallest: usize,
        /// The largest member that is generated.
        largest: usize,
    },
    /// A number of stages that must be a square is none.
    #[error("`{family}` exists for square numbers of stages, 4, 9, 16, …, not for {stages}")]
    Square {
        /// The family.
        family: &'static str,
        /// What was asked for.
        stages: usize,
    },
    /// The generated coefficients make no Runge–Kutta method: a defect of the generator.
    #[error(transparent)]
    Tableau(#[from] TableauError),
    /// The generated coefficients make no multistep method: a defect of the generator.
    #[error(transparent)]
    Multistep(#[from] MultistepError),
}

/// A family: its name, its one parameter and the sizes that are generated.
#[derive(Clone, Copy)]
pub struct Family {
    /// The name before the colon.
    pub name: &'static str,
    /// `s` for stages, `k` for steps or columns.
    pub parameter: &'static str,
    /// The smallest member.
    pub smallest: usize,
    /// The largest member that is generated.
    pub largest: usize,
    /// What the parameter counts: a stage, a step, a column.
    pub counted: &'static str,
    /// What the family is, in words.
    pub title: &'static str,
    /// Author, year, where.
    pub source: &'static str,
    generate: fn(usize, Identity) -> Result<Method, FamilyError>,
    claims: fn(usize) -> Vec<Claim>,
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}={}..={}", self.name, self.parameter, self.smallest, self.largest)
    }
}

impl Family {
    /// The member of this size.
    pub fn member(&self, size: usize) -> Result<Method, FamilyError> {
        let &Self { name, parameter, smallest, largest, .. } = self;
        if !(smallest..=largest).contains(&size) {
            return Err(FamilyError::Range { family: name, parameter, value: size, smallest, largest });
        }
        let plural = if size == 1 { "" } else { "s" };
        let identity = Identity {
            name: format!("{name}:{parameter}={size}"),
            title: format!("{}, {size} {}{plural}", self.title, self.counted),
            source: self.source.to_owned(),
            claims: (self.claims)(size),
            ..Identity::default()
        };
        (self.generate)(size, identity)
    }
}

/// The family member that `name` asks for: `gauss:s=4`, `gauss4`, `radau-iia-5`. `None` where no family has such a name.
///
/// ```
/// use lambdahat::method::families;
/// let gauss = families::find("gauss:s=4").unwrap()?;
/// assert!(gauss.is_exact());
/// assert_eq!(families::find("adams-bashforth-7").unwrap()?.name(), "adams-bashforth:k=7");
/// assert!(families::find("rk4").is_none());
/// # Ok::<(), families::FamilyError>(())
/// ```
pub fn find(name: &str) -> Option<Result<Method, FamilyError>> {
    let wanted = name.trim().to_lowercase();
    if let Some((family, asked)) = wanted.split_once(':') {
        let family = FAMILIES.iter().find(|f| f.name == family.trim())?;
        return Some(size(family, asked.trim()).and_then(|size| family.member(size)));
    }
    if let Some(family) = FAMILIES.iter().find(|f| f.name == wanted) {
        let &Family { name, parameter, smallest, largest, .. } = family;
        return Some(Err(FamilyError::Missing { family: name, parameter, example: largest.min(smallest + 3) }));
    }
    let digits = wanted.len() - wanted.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (stem, number) = wanted.split_at(digits);
    let stem = stem.strip_suffix('-').unwrap_or(stem);
    let family = FAMILIES.iter().find(|f| f.name == stem)?;
    let size = number.parse().ok()?;
    Some(family.member(size))
}

/// The number in `s=12` (or `12` alone).
fn size(family: &Family, asked: &str) -> Result<usize, FamilyError> {
    let number = match asked.split_once('=') {
        Some((parameter, number)) if parameter.trim() == family.parameter => number.trim(),
        Some(_) => "",
        None => asked,
    };
    number.parse().map_err(|_| FamilyError::Parameter {
        family: family.name,
        found: asked.to_owned(),
        parameter: family.parameter,
        smallest: family.smallest,
        largest: family.largest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Number;
    use crate::method::{RungeKutta, catalog};

    fn tableau(name: &str) -> RungeKutta {
        match find(name).unwrap().unwrap() {
            Method::RungeKutta(method) => method,
            Method::Multistep(_) => unreachable!("{name} is a multistep method"),
        }
    }

    /// Members that the literature prints are the files of the catalogue, coefficient by coefficient.
    #[test]
    fn members_agree_with_their_files() {
        for (member, file) in [
            ("gauss:s=1", "implicit-midpoint"),
            ("gauss:s=2", "gauss2"),
            ("gauss:s=3", "gauss3"),
            ("radau-ia:s=2", "radau-ia-2"),
            ("radau-ia:s=3", "radau-ia-3"),
            ("radau-iia:s=1", "implicit-euler"),
            ("radau-iia:s=2", "radau-iia-2"),
            ("radau-iia:s=3", "radau-iia-3"),
            ("lobatto-iiia:s=2", "trapezoid"),
            ("lobatto-iiia:s=3", "lobatto-iiia-3"),
            ("lobatto-iiia:s=4", "lobatto-iiia-4"),
            ("lobatto-iiib:s=2", "lobatto-iiib-2"),
            ("lobatto-iiib:s=3", "lobatto-iiib-3"),
            ("lobatto-iiic:s=2", "lobatto-iiic-2"),
            ("lobatto-iiic:s=3", "lobatto-iiic-3"),
            ("lobatto-iiic:s=4", "lobatto-iiic-4"),
            ("lobatto-iiic-star:s=3", "lobatto-iii-3"),
            ("lobatto-iiid:s=2", "lobatto-iiid-2"),
            ("lobatto-iiid:s=3", "lobatto-iiid-3"),
            ("ssprk2:s=2", "heun2"),
            ("ssprk3:s=4", "ssprk43"),
            ("rkc1:s=1", "forward-euler"),
            ("rkl1:s=1", "forward-euler"),
            ("extrapolation-euler:k=1", "forward-euler"),
            ("extrapolation-euler:k=2", "midpoint"),
            ("extrapolation-implicit-euler:k=1", "implicit-euler"),
            ("deferred-correction:k=1", "heun2"),
        ] {
            let made = tableau(member);
            let Method::RungeKutta(printed) = catalog::find(file).unwrap() else { unreachable!() };
            assert!(made.is_exact(), "{member}");
            assert_eq!(made.a(), printed.a(), "{member}");
            assert_eq!(made.b(), printed.b(), "{member}");
        }
        let mut compared = 0;
        for (family, file, sizes) in [
            ("adams-bashforth", "adams-bashforth-", 1..=6),
            ("adams-moulton", "adams-moulton-", 1..=5),
            ("bdf", "bdf", 1..=7),
            ("nystrom", "nystrom-", 3..=4),
        ] {
            for k in sizes {
                let Method::Multistep(made) = find(&format!("{family}:k={k}")).unwrap().unwrap() else { unreachable!() };
                let Method::Multistep(printed) = catalog::find(&format!("{file}{k}")).unwrap() else { unreachable!() };
                assert_eq!((made.alpha(), made.beta()), (printed.alpha(), printed.beta()), "{family} {k}");
                compared += 1;
            }
        }
        assert_eq!(compared, 20);
    }

    /// Extrapolated stability functions of explicit methods begin as the exponential does.
    #[test]
    fn stability_functions_have_the_order_of_their_family() {
        for (name, order) in [
            ("extrapolation-euler:k=5", 5),
            ("extrapolation-midpoint:k=4", 8),
            ("deferred-correction:k=4", 5),
            ("rkc2:s=9", 2),
            ("rkl2:s=7", 2),
            ("ssprk3:s=16", 3),
        ] {
            let made = tableau(name);
            assert!(made.is_exact() && made.is_explicit(), "{name}");
            let r = crate::stability::StabilityFunction::of(&made);
            let mut factorial = Number::from(1);
            for k in 0..=order + 1 {
                let expected = Number::from(1) / &factorial;
                assert_eq!(r.numerator().coefficient(k) == expected, k <= order, "{name}: coefficient of z^{k}");
                factorial = factorial * Number::from(k as i64 + 1);
            }
        }
    }

    /// Nodes with nested roots stay exact: R of Gauss 4, Gauss 5 and Radau IIA 4 are Padé approximants with rational coefficients.
    #[test]
    fn nested_roots_are_exact_and_higher_ones_are_rounded() {
        let r = |name: &str| crate::stability::StabilityFunction::of(&tableau(name));
        let last = |name: &str| {
            let r = r(name);
            let c = r.denominator().coefficients();
            (c.len() - 1, c[c.len() - 1].to_string())
        };
        assert_eq!(last("gauss4"), (4, "1/1680".into()));
        assert_eq!(last("gauss5"), (5, "-1/30240".into()));
        assert_eq!(last("radau-iia-4"), (4, "1/840".into()));
        assert_eq!(last("lobatto-iiia-6"), (5, "-1/30240".into()));
        let rounded = tableau("gauss:s=9");
        assert!(!rounded.is_exact());
        let widest = rounded.a().iter().flatten().map(Number::radius).fold(0.0, f64::max);
        assert!(widest < 1e-70, "{widest:e}");
        // B(2s): the weights integrate every power up to 2s − 1, to within the rounding and not beyond.
        let moment = |k: usize| {
            let power = |x: &Number| (0..k).fold(Number::from(1), |p, _| p * x);
            rounded.b().iter().zip(rounded.c()).fold(Number::from(0), |sum, (b, c)| sum + b.clone() * power(c))
        };
        for k in 0..18 {
            assert_eq!(moment(k), Number::ratio(1, k as i64 + 1), "{k}");
        }
        assert_ne!(moment(18), Number::ratio(1, 19));
    }

    #[test]
    fn names_and_sizes() {
        for name in ["gauss:s=4", "gauss:4", "GAUSS4", "gauss-4"] {
            assert_eq!(find(name).unwrap().unwrap().name(), "gauss:s=4");
        }
        assert!(find("gauss2x").is_none() && find("rk4").is_none() && find("nothing:s=3").is_none());
        let said = |name: &str| find(name).unwrap().unwrap_err().to_string();
        assert_eq!(said("rkc2"), "`rkc2` is a family: say which member, for instance `rkc2:s=5`");
        assert!(said("rkc2:k=3").contains("expected `rkc2:s=NUMBER`"));
        assert!(said("gauss:s=0").contains("s goes from 1 to"));
        assert!(said("bdf:k=-3").contains("expected"));
        assert!(said("ssprk3:s=8").contains("square"));
    }

    /// The smallest and the fifth member of every family is generated, under its own name.
    #[test]
    fn every_family_generates() {
        for family in FAMILIES {
            for size in [family.smallest, (family.smallest + 4).min(family.largest)] {
                match family.member(size) {
                    Ok(method) => assert_eq!(method.name(), format!("{}:{}={size}", family.name, family.parameter)),
                    Err(FamilyError::Square { .. }) => assert_eq!((family.name, size), ("ssprk3", 8)),
                    Err(other) => unreachable!("{other}"),
                }
            }
        }
    }
}
