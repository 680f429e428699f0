//! Files that the program writes: through links and into pipes and devices, checked before the work, kept when writing fails,
//! and never left half-written by a signal.
#![cfg(unix)]

use assert_cmd::cargo::cargo_bin;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn lambdahat(arguments: &[&str]) -> Output {
    Command::new(cargo_bin("lambdahat")).args(arguments).output().expect("runs")
}

fn begun(arguments: &[&str]) -> Child {
    let mut command = Command::new(cargo_bin("lambdahat"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a command of the system did it; some need root.
fn made(command: &str, arguments: &[&str]) -> bool {
    Command::new(command).args(arguments).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn names(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = all.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn name(path: &Path) -> &str {
    path.to_str().expect("a name")
}

#[test]
fn output_goes_through_links_and_into_pipes() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for (link, target) in [("link.csv", "target.csv"), ("dangling.json", "new.json")] {
        if link == "link.csv" {
            std::fs::write(at(target), "stale").expect("writes");
        }
        symlink(target, at(link)).expect("links");
        let arguments: &[&str] = if link == "link.csv" { &["region", "rk4", "--size", "20x20", "-o"] } else { &["fit", "-o"] };
        let output = lambdahat(&[arguments, &[name(&at(link))]].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(at(link).symlink_metadata().expect("is there").is_symlink(), "{link}");
        assert!(std::fs::read(at(target)).expect("is there").len() > 100, "{link}");
    }
    let pipe = at("pipe.csv");
    assert!(made("mkfifo", &[name(&pipe)]));
    let program = begun(&["region", "rk4", "--size", "20x20", "-o", name(&pipe)]);
    let received = std::fs::read_to_string(&pipe).expect("reads until the program closes it");
    assert_eq!(received, std::fs::read_to_string(at("target.csv")).expect("is there"));
    assert!(program.wait_with_output().expect("ends").status.success());
    assert!(pipe.metadata().expect("is there").file_type().is_fifo());
}

/// Nodes like /dev/null and /dev/full, made in a folder of the test: only root can.
#[test]
fn devices_stay_devices_and_a_full_one_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept");
    std::fs::create_dir(&kept).expect("a folder");
    for (node, minor) in [("null.json", "3"), ("full.json", "7")] {
        let node = folder.path().join(node);
        if !made("mknod", &[name(&node), "c", "1", minor]) || std::fs::OpenOptions::new().write(true).open(&node).is_err() {
            return;
        }
        let output = Command::new(cargo_bin("lambdahat")).args(["fit", "-o", name(&node)]).env("TMPDIR", &kept).output().expect("runs");
        assert!(node.metadata().expect("is there").file_type().is_char_device());
        if minor == "3" {
            assert!(output.status.success(), "{}", text(&output.stderr));
            continue;
        }
        // The result is in another file, which the message names, and what there is to say was said.
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stdout).contains("LOSS"));
        let [file] = names(&kept).try_into().expect("one file");
        assert!(text(&output.stderr).contains(&file), "{}", text(&output.stderr));
        let model = std::fs::read_to_string(kept.join(file)).expect("is there");
        assert!(lambdahat::fit::ModelFile::parse(&model).is_ok());
        // Where there is no other file either, it is on standard output.
        let mut command = Command::new(cargo_bin("lambdahat"));
        let output = command.args(["fit", "-o", name(&node)]).env("TMPDIR", kept.join("none")).output().expect("runs");
        assert_eq!(output.status.code(), Some(2));
        let first = text(&output.stdout).lines().next().unwrap_or_default().to_owned();
        assert!(lambdahat::fit::ModelFile::parse(&first).is_ok(), "{first}");
        let help = Command::new(cargo_bin("lambdahat")).arg("--help").stdout(std::fs::File::create(&node).expect("opens")).output();
        assert_eq!(help.expect("runs").status.code(), Some(2), "help that is not shown");
    }
}

#[test]
fn what_cannot_be_written_is_said_before_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let endless = ["fit", "--model", "mlp:64x64", "--optimiser", "adam", "--iterations", "100000000", "-o"];
    let long = format!("{}/{}", name(folder.path()), "n".repeat(300));
    for path in [name(folder.path()), &format!("{}/new/", name(folder.path())), &long, &format!("{}/no/model.json", name(folder.path()))] {
        let output = lambdahat(&[&endless[..], &[path]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty() && text(&output.stderr).contains("cannot write"), "{}", text(&output.stderr));
    }
    assert!(names(folder.path()).is_empty());
}

/// Whether whoever started these tests had them ignore SIGHUP, the lowest bit of what Linux tells of a process.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn no_signal_leaves_a_half_written_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.csv");
    for signal in ["-INT", "-TERM", "-HUP"] {
        // Under nohup the program rightly goes on.
        if signal == "-HUP" && hangup_is_ignored() {
            continue;
        }
        let mut program = begun(&["region", "rk4", "--size", "4000x4000", "-o", name(&path)]);
        let since = Instant::now();
        // Until there is something half-written.
        let writes = |folder: &Path| {
            let mut all = std::fs::read_dir(folder).expect("a folder").filter_map(|entry| entry.ok()?.metadata().ok());
            all.any(|found| found.len() > 1_000_000)
        };
        while !writes(folder.path()) && since.elapsed() < Duration::from_secs(60) && program.try_wait().expect("waits").is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(made("kill", &[signal, &program.id().to_string()]), "{signal}");
        let ended = program.wait().expect("ends");
        assert!(!ended.success(), "{signal}");
        assert!(names(folder.path()).is_empty(), "{signal}: {:?}", names(folder.path()));
    }
}
