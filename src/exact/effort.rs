//! How much exact arithmetic may cost: a budget that its operations draw on.
//!
//! Coefficients in Q(α), and rationals of thousands of bits, let an exact decision take minutes where most take milliseconds, and no estimate made
//! beforehand tells which. So the work is counted as it is done, by the sizes of the operands, in units of about a nanosecond: what is left out is
//! the same on each machine. Once the budget is spent, each operation yields a value of which nothing is known, every search ends, and
//! [`within`] drops what came out.

use num_bigint::BigInt;
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;

/// A budget was spent before the work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

/// Is told of work, in units, some thousand times a second, and may end it: it is then as if the budget were spent.
type Teller = Rc<dyn Fn(u64) -> ControlFlow<()>>;

/// Units between two reports to a [`Teller`]: a millisecond or so.
const BETWEEN_LOOKS: u64 = 1 << 20;

thread_local! {
    /// What is left, on this thread. Outside of [`within`] there is no bound.
    static LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
    /// What no watch was told of yet.
    static UNTOLD: Cell<u64> = const { Cell::new(0) };
    /// Whether a watch ended the work.
    static ENDED: Cell<bool> = const { Cell::new(false) };
    /// Who watches.
    static WATCH: RefCell<Option<Teller>> = const { RefCell::new(None) };
}

/// Puts back what is left of an outer budget, also where the work unwinds.
struct Outer(u64);

impl Drop for Outer {
    fn drop(&mut self) {
        // Work that was ended stays so, whatever an outer budget has left.
        LEFT.set(if ENDED.get() && self.0 != u64::MAX { 0 } else { self.0 });
    }
}

/// Does work whose exact arithmetic on this thread may take so many units of about a nanosecond; also how many it took.
///
/// ```
/// use lambdahat::exact::{Number, effort};
/// let (sum, used) = effort::within(1_000_000, || Number::ratio(1, 3) + Number::ratio(1, 6));
/// assert_eq!(sum, Ok(Number::ratio(1, 2)));
/// assert!(used > 0);
/// assert!(effort::within(10, || Number::ratio(1, 3) + Number::ratio(1, 6)).0.is_err());
/// ```
pub fn within<R>(units: u64, work: impl FnOnce() -> R) -> (Result<R, Spent>, u64) {
    let mut outer = Outer(LEFT.get());
    let granted = units.min(outer.0);
    LEFT.set(granted);
    let result = work();
    let left = LEFT.get();
    let used = granted - left;
    if outer.0 != u64::MAX {
        outer.0 -= used;
    }
    (if left == 0 || ENDED.get() { Err(Spent) } else { Ok(result) }, used)
}

/// Does work that is watched, where a budget counts it: `watch` is told of it, in units, some thousand times a second, and may end it as if the budget were spent.
///
/// ```
/// use lambdahat::exact::{Number, effort};
/// use std::{ops::ControlFlow, rc::Rc};
/// let powers = || (0..3000).fold(Number::from(1), |power, _| power * Number::ratio(3, 7));
/// let ended = effort::watched(Rc::new(|_| ControlFlow::Break(())), || effort::within(1_000_000_000, powers));
/// assert!(ended.0.is_err());
/// ```
pub fn watched<R>(watch: Rc<dyn Fn(u64) -> ControlFlow<()>>, work: impl FnOnce() -> R) -> R {
    struct Before(Option<Teller>);
    impl Drop for Before {
        fn drop(&mut self) {
            WATCH.set(self.0.take());
            ENDED.set(false);
        }
    }
    let _before = Before(WATCH.replace(Some(watch)));
    UNTOLD.set(0);
    work()
}

/// Tells the watch, if there is one.
#[cold]
fn look() {
    let units = UNTOLD.replace(0);
    let watch = WATCH.with_borrow(Option::clone);
    if watch.is_some_and(|watch| watch(units).is_break()) {
        ENDED.set(true);
        LEFT.set(0);
    }
}

/// Does work that no budget pays for: what is kept for all, so that it does not matter who asks first.
pub(super) fn uncounted<R>(work: impl FnOnce() -> R) -> R {
    struct Left(u64);
    impl Drop for Left {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }
    let _left = Left(LEFT.replace(u64::MAX));
    work()
}

/// Counts work. Without a bound nothing is counted.
pub(crate) fn charge(units: u64) {
    let left = LEFT.get();
    if left != u64::MAX && units > 0 {
        LEFT.set(left.saturating_sub(units));
        let untold = UNTOLD.get().saturating_add(units);
        UNTOLD.set(untold);
        if untold >= BETWEEN_LOOKS {
            look();
        }
    }
}

/// Whether nothing is left: what is computed from here on is dropped, and need only end.
pub(crate) fn is_spent() -> bool {
    LEFT.get() == 0
}

/// Whether a budget is set, so that sizes are worth looking at.
pub(crate) fn is_counted() -> bool {
    LEFT.get() != u64::MAX
}

/// Units of a product of two integers of so many bits.
pub(crate) fn product(a: u64, b: u64) -> u64 {
    20 + (a / 64 + 1) * (b / 64 + 1)
}

/// Units of a gcd of two integers of so many bits: quadratic, unlike a product it has no fast path for a short operand.
pub(super) fn gcd(bits: u64) -> u64 {
    100 + bits * bits / 90
}

/// The bits of the largest of some integers.
pub(crate) fn bits<'a>(integers: impl IntoIterator<Item = &'a BigInt>) -> u64 {
    integers.into_iter().map(BigInt::bits).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Number, Polynomial, RealRoot};

    /// A budget ends what has no end in sight, and the outer one pays for the inner one.
    #[test]
    fn a_budget_is_kept_and_given_back() {
        let root = Number::sqrt(&Number::from(2)).unwrap();
        let coefficients = (0..40).map(|k| Number::ratio(k % 7 - 3, k + 1) + root.clone() * Number::ratio(k % 5 - 2, 2 * k + 1));
        let p = Polynomial::new(coefficients.collect());
        let (outer, used) = within(3_000_000, || {
            let spent = within(100_000, || RealRoot::all(&p).len()).0;
            (spent, root.clone() * &root)
        });
        assert_eq!(outer, Ok((Err(Spent), Number::from(2))));
        assert!((100_000..3_000_000).contains(&used), "{used}");
        assert!(!is_counted() && !is_spent());
    }
}
