//! Learning through an integrator: models, one-step maps with derivatives, optimisers.
