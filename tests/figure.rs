//! Figures: each is computed, drawn and written; the committed ones are what the library computes now.

use lambdahat::figure;
use lambdahat::method::catalog;
use lambdahat::stability::region::Window;

#[test]
fn look() {
    let methods: Vec<_> =
        ["forward-euler", "heun2", "rk4", "adams-bashforth-2", "gauss2"].iter().map(|n| catalog::find(n).unwrap()).collect();
    let f = figure::regions(&methods, Window::new([-5.0, 2.0], [-4.0, 4.0]).unwrap()).unwrap();
    f.save(std::path::Path::new("/tmp/fig-out/regions.png")).unwrap();
    f.save(std::path::Path::new("/tmp/fig-out/regions.svg")).unwrap();
    let f = figure::bulge().unwrap();
    println!("{:?}", f.facts);
    f.save(std::path::Path::new("/tmp/fig-out/bulge.png")).unwrap();
    f.save(std::path::Path::new("/tmp/fig-out/bulge.svg")).unwrap();
}
