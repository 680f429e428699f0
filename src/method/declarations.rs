//! The `[where]` of a scheme file: numbers that its coefficients use by name, some of them roots of polynomials.

use super::expression::Expression;
use super::scheme_error::SchemeReason;
use super::scheme_value::{Failure, Value, number, only, string, table, within};
use crate::exact::{Number, NumberField, RealRoot};
use num_rational::BigRational;
use num_traits::Signed;
use std::cmp::Ordering;
use toml::de::DeValue;

/// The numbers under `[where]`, each of which may use the ones above it.
pub(super) fn declarations(value: &Value<'_>) -> Result<Vec<(String, Number)>, Failure> {
    let mut entries: Vec<_> = table(value)?.iter().collect();
    // The map may be sorted; the order of the file is the order of the spans.
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut names: Vec<(String, Number)> = Vec::new();
    for (k, (key, value)) in entries.iter().enumerate() {
        let name = key.get_ref().to_string();
        let fail = |reason: String| (value.span(), SchemeReason::Where { name: name.clone(), reason });
        if name == "sqrt" || !name.chars().next().is_some_and(char::is_alphabetic) || !name.chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            return Err((
                key.span(),
                SchemeReason::Where { name: name.clone(), reason: "a name is a letter, then letters, digits or _".into() },
            ));
        }
        let declared = match value.get_ref() {
            DeValue::Table(table) => {
                only(table, &["polynomial", "near"])?;
                let (Some(polynomial), Some(near)) = (table.get("polynomial"), table.get("near")) else {
                    return Err(fail("a root needs both `polynomial` and `near`".into()));
                };
                let text = string(polynomial)?;
                let p = Expression::polynomial(&text).map_err(|e| (within(polynomial, e.at), SchemeReason::Expression(e.reason)))?;
                let near = number(near, &[])?;
                root_near(&p, &near).map_err(fail)?
            }
            _ => {
                let later: Vec<&str> = entries[k..].iter().map(|(key, _)| key.get_ref().as_ref()).collect();
                number(value, &names).map_err(|failure| declared_below(value, &names, &later).unwrap_or(failure))?
            }
        };
        names.push((name, declared));
    }
    // In one field before the coefficients are formed, so that each product need not look for it.
    let (keys, mut values): (Vec<String>, Vec<Number>) = names.into_iter().unzip();
    if !NumberField::unify(&mut values) {
        return Err((value.span(), SchemeReason::FieldTooLarge));
    }
    Ok(keys.into_iter().zip(values).collect())
}

/// What to say of an expression that uses a name of `later`, its own or one declared further down.
fn declared_below(value: &Value<'_>, names: &[(String, Number)], later: &[&str]) -> Option<Failure> {
    let DeValue::String(text) = value.get_ref() else { return None };
    let error = Expression::number(text, names).err()?;
    let name = error.unknown.filter(|name| later.contains(&name.as_str()))?;
    let reason = format!("`{text}`: `{name}` is declared further down (or circular): a name may use only those above it");
    Some((within(value, error.at), SchemeReason::Expression(reason)))
}

/// The real root of `p` nearest to `near`, where one is: closer than half the distance to any other.
fn root_near(p: &crate::exact::Polynomial<Number>, near: &Number) -> Result<Number, String> {
    let degree = p.degree().unwrap_or(0);
    if degree == 0 {
        return Err("the polynomial is constant".into());
    }
    if degree > crate::exact::real::number_field::LARGEST_DEGREE {
        return Err(format!("the polynomial has degree {degree}, above {}", crate::exact::real::number_field::LARGEST_DEGREE));
    }
    if p.coefficients().iter().any(|c| !c.is_exact()) {
        return Err("the polynomial's coefficients must be exact: integers, fractions or short decimals".into());
    }
    let centre = match near {
        Number::Rational(q) => q.clone(),
        other => other.approximate(120),
    };
    let mut roots = RealRoot::all(p);
    let accuracy = crate::exact::rational::power_of_two(-100);
    roots.iter_mut().for_each(|root| root.refine(&accuracy));
    let middle = |root: &RealRoot<Number>| {
        let (low, high) = root.interval();
        (low + high) / BigRational::from_integer(2.into())
    };
    let mut by_distance: Vec<(BigRational, RealRoot<Number>)> =
        roots.into_iter().map(|root| ((middle(&root) - &centre).abs(), root)).collect();
    by_distance.sort_by(|a, b| a.0.cmp(&b.0));
    let listed = || {
        let mut values: Vec<f64> = by_distance.iter().map(|(_, root)| root.to_f64()).collect();
        values.sort_by(f64::total_cmp);
        values.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
    };
    let chosen = match by_distance.as_slice() {
        [] => return Err("the polynomial has no real root".into()),
        [(_, only)] => only,
        [(first, root), (second, _), ..] => {
            if (first * BigRational::from_integer(2.into())).cmp(second) == Ordering::Less {
                root
            } else {
                return Err(format!("`near` isolates no root: the real roots are {}; state the wanted one more closely", listed()));
            }
        }
    };
    let (low, high) = chosen.interval();
    let margin = crate::exact::rational::power_of_two(-101);
    NumberField::adjoin(p, &(low - margin), high, &[])
        .map(|(root, _)| root)
        .ok_or_else(|| format!("the root near {} could not be isolated", near.to_f64()))
}
