//! Integers that are machine words until they are not.

use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};
use std::ops::{Add, Mul, Neg, Sub};

/// An exact integer: 128 bits on the stack while that suffices, a [`BigInt`] beyond.
///
/// For long sums of products of moderate numbers (B-series coefficients, polynomial coefficients over a common denominator) it is five to
/// seven times faster than a `BigInt`, which allocates for each (docs/dependencies.md).
///
/// ```
/// use lambdahat::exact::Integer;
/// let mut power = Integer::from(3);
/// for _ in 0..7 {
///     power = power.clone() * &power;
/// }
/// assert_eq!(power.to_bigint(), num_bigint::BigInt::from(3).pow(128));
/// ```
#[derive(Clone, Debug)]
pub enum Integer {
    /// In 128 bits.
    Small(i128),
    /// Any size; small values are allowed here too.
    Big(BigInt),
}

impl Integer {
    /// As a big integer.
    pub fn to_bigint(&self) -> BigInt {
        match self {
            Self::Small(n) => BigInt::from(*n),
            Self::Big(n) => n.clone(),
        }
    }

    #[cold]
    fn big(self) -> BigInt {
        match self {
            Self::Small(n) => BigInt::from(n),
            Self::Big(n) => n,
        }
    }
}

impl From<i64> for Integer {
    fn from(n: i64) -> Self {
        Self::Small(i128::from(n))
    }
}

impl From<BigInt> for Integer {
    fn from(n: BigInt) -> Self {
        n.to_i128().map_or(Self::Big(n), Self::Small)
    }
}

impl PartialEq for Integer {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Small(a), Self::Small(b)) => a == b,
            _ => self.to_bigint() == other.to_bigint(),
        }
    }
}

impl Zero for Integer {
    fn zero() -> Self {
        Self::Small(0)
    }

    fn is_zero(&self) -> bool {
        match self {
            Self::Small(n) => *n == 0,
            Self::Big(n) => n.is_zero(),
        }
    }
}

impl One for Integer {
    fn one() -> Self {
        Self::Small(1)
    }
}

impl Neg for Integer {
    type Output = Self;

    fn neg(self) -> Self {
        match self {
            Self::Small(n) if n != i128::MIN => Self::Small(-n),
            other => Self::Big(-other.big()),
        }
    }
}

macro_rules! operation {
    ($trait:ident $method:ident $checked:ident) => {
        impl $trait<&Integer> for Integer {
            type Output = Self;

            #[inline]
            fn $method(self, other: &Self) -> Self {
                if let (Self::Small(a), Self::Small(b)) = (&self, other)
                    && let Some(result) = a.$checked(*b)
                {
                    return Self::Small(result);
                }
                Self::from($trait::$method(self.big(), other.to_bigint()))
            }
        }

        impl $trait for Integer {
            type Output = Self;

            #[inline]
            fn $method(self, other: Self) -> Self {
                $trait::$method(self, &other)
            }
        }
    };
}
operation!(Add add checked_add);
operation!(Sub sub checked_sub);
operation!(Mul mul checked_mul);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_big_integers(a: i128, b: i128, c: i64) {
            let (x, y) = (Integer::Small(a), Integer::Small(b));
            let (p, q) = (BigInt::from(a), BigInt::from(b));
            prop_assert_eq!((x.clone() * &y + Integer::from(c)).to_bigint(), &p * &q + c);
            prop_assert_eq!((x.clone() - &y).to_bigint(), &p - &q);
            prop_assert_eq!((-(x.clone() * &y)).to_bigint(), -(&p * &q));
            // back into 128 bits once it fits again
            prop_assert!(matches!(x.clone() * &y - x.clone() * &y, Integer::Small(0)));
            prop_assert_eq!(x.clone() + &y - &y, x);
        }
    }
}
