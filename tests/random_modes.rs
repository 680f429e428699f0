//! Random modes through the whole catalogue: R(hλ̂)^m = e^{Hλ}; with a thousand of them for each method in `cargo bench --bench catalogue`.

#[path = "../benches/catalogue/random_modes.rs"]
mod random_modes;

#[test]
fn random_modes_through_the_whole_catalogue() {
    // A thousand while they are cheap: a factor of degree n costs about n² and more.
    random_modes::one_at_a_time(|degree| match degree {
        0..=4 => 1000,
        5..=7 => 250,
        8..=10 => 100,
        _ => 30,
    });
}

#[test]
fn a_thousand_modes_at_once_through_the_catalogue() {
    random_modes::many_at_once(1000);
}
