//! A figure as data and as a file: `cargo run --release --example draw_a_figure`.

use lambdahat::figure::regions;
use lambdahat::method::catalog;
use lambdahat::stability::region::Window;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    let methods = [catalog::find("rk4")?, catalog::find("gauss2")?];
    let figure = regions(&methods, Window { re: [-5.0, 2.0], im: [-4.0, 4.0] })?;
    println!("{}: {} panel, {}", figure.name, figure.panels.len(), figure.caption);
    assert!(figure.json().contains("rk4"));
    // With the feature `render`, which the default feature `cli` brings, a figure is drawn by the end of the file's name.
    #[cfg(feature = "render")]
    {
        let path = std::env::temp_dir().join(format!("regions-{}.svg", std::process::id()));
        figure.save(&path)?;
        println!("{} bytes in {}", std::fs::metadata(&path)?.len(), path.display());
        std::fs::remove_file(path)?;
    }
    Ok(())
}
