//! What a scheme is: Runge–Kutta tableau, linear multistep (ρ, σ), the scheme file, the catalogue.
