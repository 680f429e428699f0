//! What a scheme does to ẋ = f(x): rooted trees, order conditions, modified and inverse modified equations.
