//! Exact numbers: rationals, real algebraic numbers, polynomials over any ring, certified roots.
