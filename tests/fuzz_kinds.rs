//! 50,874 inputs of the kinds that once lost work or did not end: 49,000 damaged model files, 1,850 special files, 24 multistep schemes over Q(α). `scheme_fuzz`
//! has 120,000 damaged scheme files.

use lambdahat::exact::effort;
use lambdahat::fit::ModelFile;
use lambdahat::method::scheme;
use lambdahat::verify::verify;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::process::Command;

const MODELS: u64 = 49_000;
#[cfg(unix)]
const SPECIAL: u64 = 1_850;
/// Half a second of processor time each; 150 of them, on 2026-11-27, kept to the bound too.
const SCHEMES: u64 = 24;

/// How many times as many inputs as usual: `LAMBDAHAT_FUZZ=20 cargo test --test fuzz_kinds --test scheme_fuzz`.
fn times() -> u64 {
    std::env::var("LAMBDAHAT_FUZZ").map_or(1, |times| times.parse().expect("LAMBDAHAT_FUZZ is a whole number"))
}

/// Pieces that damage a model file's numbers, names and structure.
const PIECES: &[&str] = &[
    "0",
    "-1",
    "1e400",
    "-1e-400",
    "1.5",
    "4294967295",
    "18446744073709551616",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"rk4\"",
    "\"/dev/zero\"",
    "\"/dev/stdin\"",
    "[[1]]",
    ",",
    ":",
    "]",
    "}",
    "[",
    "{",
    "\\u0000",
    "é",
    "\"loss\": -1,",
    "\"substeps\": 1000000000,",
    "NaN",
    "1e-310",
    "\"linear\"",
    "\"mlp:2048x2048x2048\"",
];

/// A model file, as the program writes it.
fn model_file() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let mut fit = Command::new(env!("CARGO_BIN_EXE_lambdahat"));
    fit.args(["fit", "--system", "damped-oscillator", "--method", "rk4", "--model", "linear", "-o"]).arg(&path);
    assert!(fit.output().unwrap().status.success());
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn damaged_model_files_are_read_or_refused() {
    let whole = model_file();
    assert!(ModelFile::parse_bytes(whole.as_bytes()).is_ok());
    let (read, refused) = (0..times() * MODELS / 1000)
        .into_par_iter()
        .map(|chunk| {
            let mut random = ChaCha8Rng::seed_from_u64(chunk);
            let mut counts = (0usize, 0usize);
            for _ in 0..1000 {
                let mut bytes = whole.clone().into_bytes();
                for _ in 0..random.random_range(1..4) {
                    if bytes.is_empty() {
                        break;
                    }
                    let at = random.random_range(0..bytes.len());
                    let end = (at + random.random_range(0..9)).min(bytes.len());
                    let piece = PIECES[random.random_range(0..PIECES.len())].as_bytes().to_vec();
                    match random.random_range(0..4) {
                        0 => drop(bytes.drain(at..end)),
                        1 => bytes[at] = random.random_range(0..=255),
                        2 => bytes.truncate(at.max(1)),
                        _ => drop(bytes.splice(at..end, piece)),
                    }
                }
                match ModelFile::parse_bytes(&bytes) {
                    // What is read can be asked for its method, and has sizes that agree.
                    Ok(file) => {
                        let _ = file.method();
                        assert_eq!(file.learned.parameters.len(), file.learned.model.parameter_count());
                        assert!(file.interval > 0.0 && file.substeps > 0);
                        counts.0 += 1;
                    }
                    Err(error) => {
                        assert!(error.to_string().len() < 2000, "{error}");
                        counts.1 += 1;
                    }
                }
            }
            counts
        })
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(read > 500 && refused > 20_000, "{read} read, {refused} refused");
}

/// What may stand where a file is read or written.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Nothing,
    File,
    Folder,
    Pipe,
    Socket,
    Link,
    DanglingLink,
    Circle,
    LinkToDevice,
    InNoFolder,
    LongName,
}

#[cfg(unix)]
#[test]
fn special_files_are_written_into_or_refused_and_never_replaced() {
    use lambdahat::files::{read_regular, writable, write_whole};
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::os::unix::net::UnixListener;
    const KINDS: [Kind; 11] = [
        Kind::Nothing,
        Kind::File,
        Kind::Folder,
        Kind::Pipe,
        Kind::Socket,
        Kind::Link,
        Kind::DanglingLink,
        Kind::Circle,
        Kind::LinkToDevice,
        Kind::InNoFolder,
        Kind::LongName,
    ];
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for round in 0..times() * SPECIAL {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let kind = KINDS[random.random_range(0..KINDS.len())];
        let path = match kind {
            Kind::InNoFolder => at("none").join("x.csv"),
            Kind::LongName => at(&"x".repeat(300)),
            _ => at("x.csv"),
        };
        let old = vec![b'o'; random.random_range(0..2000)];
        match kind {
            Kind::Nothing | Kind::InNoFolder | Kind::LongName => {}
            Kind::File => std::fs::write(&path, &old).unwrap(),
            Kind::Folder => std::fs::create_dir(&path).unwrap(),
            Kind::Pipe => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
            Kind::Socket => drop(UnixListener::bind(&path).unwrap()),
            Kind::Link => {
                std::fs::write(at("aim"), &old).unwrap();
                symlink("aim", &path).unwrap();
            }
            Kind::DanglingLink => symlink("aim", &path).unwrap(),
            Kind::Circle => symlink("x.csv", &path).unwrap(),
            Kind::LinkToDevice => symlink("/dev/full", &path).unwrap(),
        }
        let limit = random.random_range(0..2500);
        let read = read_regular(&path, limit);
        let is_plain = matches!(kind, Kind::File | Kind::Link) && old.len() as u64 <= limit;
        assert_eq!(read.is_ok(), is_plain, "round {round}, {kind:?}: {read:?}");
        assert!(read.is_err() || read.unwrap() == old);
        let refused = matches!(kind, Kind::Folder | Kind::Socket | Kind::Circle | Kind::InNoFolder | Kind::LongName);
        assert_eq!(writable(&path).is_err(), refused, "{kind:?}");
        if kind == Kind::Pipe {
            // Neither asked nor opened: its reader would wait, or be ended.
            assert!(path.symlink_metadata().unwrap().file_type().is_fifo());
            continue;
        }
        let new = vec![b'n'; random.random_range(0..3000)];
        let written = write_whole(&path, &new);
        // A full device takes no byte; of none there is nothing to refuse.
        let full = kind == Kind::LinkToDevice && !new.is_empty();
        assert_eq!(written.is_err(), refused || full, "{kind:?}: {written:?}");
        match kind {
            Kind::Nothing | Kind::File => assert_eq!(std::fs::read(&path).unwrap(), new),
            Kind::Link | Kind::DanglingLink => {
                assert_eq!(std::fs::read(at("aim")).unwrap(), new);
                assert!(path.symlink_metadata().unwrap().is_symlink());
            }
            Kind::Folder => assert!(path.is_dir()),
            Kind::Socket => assert!(path.symlink_metadata().unwrap().file_type().is_socket()),
            Kind::Circle | Kind::LinkToDevice => assert!(path.symlink_metadata().unwrap().is_symlink()),
            Kind::InNoFolder | Kind::LongName | Kind::Pipe => {}
        }
        let kept = usize::from(!matches!(kind, Kind::Nothing | Kind::InNoFolder | Kind::LongName));
        let most = kept + usize::from(matches!(kind, Kind::Link | Kind::DanglingLink | Kind::Nothing));
        assert!(std::fs::read_dir(folder.path()).unwrap().count() <= most, "{kind:?} left something behind");
    }
}

/// Multistep schemes with square and fourth roots, up to four steps: the exact work of a whole report stays within its bound, and what it left out it says.
#[test]
fn algebraic_multistep_schemes_stay_within_the_bound() {
    const BOUND: u64 = 9_000_000_000;
    const TERMS: &[&str] = &[
        "0",
        "1",
        "-1",
        "1/3",
        "-5/8",
        "3/11",
        "sqrt(2)",
        "-sqrt(3)/2",
        "sqrt(2) + sqrt(3)",
        "sqrt(sqrt(2))",
        "1/2 - sqrt(5)/6",
        "2",
        "1/17",
    ];
    let most = (0..times() * SCHEMES)
        .into_par_iter()
        .map(|seed| {
            let mut random = ChaCha8Rng::seed_from_u64(1000 + seed);
            let steps = random.random_range(1..=4);
            let mut row = |last: &str| {
                let mut all: Vec<String> = (0..steps).map(|_| format!("\"{}\"", TERMS[random.random_range(0..TERMS.len())])).collect();
                all.push(last.to_owned());
                format!("[{}]", all.join(", "))
            };
            let text = format!("[multistep]\nalpha = {}\nbeta = {}\n", row("1"), row("\"1/5\""));
            let Ok(method) = scheme::parse(&text, "fuzz") else { return 0 };
            let (report, used) = effort::within(u64::MAX - 1, || verify(&method));
            let report = report.unwrap();
            assert!(used < BOUND, "{text}: {used}");
            let said = |what: &str| report.left_out.iter().any(|part| part.what == what);
            for (what, known) in [
                ("a_stable", report.a_stable.is_some()),
                ("disc", report.disc.is_some()),
                ("imaginary_interval", report.imaginary_interval.is_some()),
                ("sign_faithful", report.learning.is_some()),
            ] {
                assert!(known != said(what), "{text}: {what}");
            }
            used
        })
        .max();
    assert!(most > Some(0));
}
