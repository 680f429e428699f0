//! What a loop learns: all branches of `R(hλ̂)^m = e^{Hλ}`, basins, verdicts.
