//! Every program in `examples/` runs, and what it asserts holds.

#[path = "../examples/branches_of_my_scheme.rs"]
mod branches_of_my_scheme;
#[path = "../examples/draw_a_figure.rs"]
mod draw_a_figure;
#[path = "../examples/fit_my_field.rs"]
mod fit_my_field;
#[path = "../examples/modified_equation.rs"]
mod modified_equation;
#[path = "../examples/predict_arrays.rs"]
mod predict_arrays;
#[path = "../examples/repair_a_model.rs"]
mod repair_a_model;
#[path = "../examples/sweep_the_step.rs"]
mod sweep_the_step;
#[path = "../examples/verify_a_scheme.rs"]
mod verify_a_scheme;

/// One test a program, and a test that none is missing here.
macro_rules! runs {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { $name::main().expect("runs"); })*

        #[test]
        fn no_program_is_left_out() {
            let listed = [$(stringify!($name)),*];
            for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).expect("a folder") {
                let path = file.expect("an entry").path();
                if path.extension().is_some_and(|end| end == "rs") {
                    let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
                    assert!(listed.contains(&name.as_str()), "{name} is in no test");
                }
            }
        }
    };
}

runs!(
    branches_of_my_scheme,
    draw_a_figure,
    fit_my_field,
    modified_equation,
    predict_arrays,
    repair_a_model,
    sweep_the_step,
    verify_a_scheme,
);
