//! The `lambdahat` program.
fn main() {}
