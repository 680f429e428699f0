//! Ctrl-C and the signals that ask a program to end: long work is asked to end and is kept, other work ends at once, and no
//! half-written file stays behind.

use super::failure::Failure;
use super::width::message;
use crate::files::remove_unfinished;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Set by the first signal while something can be kept.
static STOPPED: AtomicBool = AtomicBool::new(false);
/// Whether there is work that asks [`stopped`] and keeps what it has.
static KEEPING: AtomicBool = AtomicBool::new(false);

/// What is said where a signal ends the program.
static LAST_WORDS: Mutex<Option<String>> = Mutex::new(None);

fn last_words() -> MutexGuard<'static, Option<String>> {
    LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Work that a signal ends together with the program, which says so; until this is dropped.
pub struct Said(());

impl Said {
    /// This is said on standard error by a program that a signal ends.
    pub fn at_the_end(text: String) -> Self {
        *last_words() = Some(text);
        Self(())
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        last_words().take();
    }
}

/// Whether the work was asked to end.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

/// From now on the first signal lets the work end, so that what it has can be kept; the second ends the program.
pub fn keep_on_interrupt() {
    KEEPING.store(true, Ordering::Relaxed);
}

/// From now on the next signal ends the program: nothing asks [`stopped`] any more.
pub fn end_on_interrupt() {
    KEEPING.store(false, Ordering::Relaxed);
}

/// Whether the program ends at this signal: without its half-written files, and with a word on what it was at.
fn ends() -> bool {
    if KEEPING.load(Ordering::Relaxed) && !STOPPED.swap(true, Ordering::Relaxed) {
        return false;
    }
    remove_unfinished();
    if let Some(text) = last_words().take() {
        // Nothing is left to be done when even standard error is closed. A terminal stands behind its `^C`.
        let line = if std::io::IsTerminal::is_terminal(&std::io::stderr()) { "\n" } else { "" };
        let _ = writeln!(std::io::stderr().lock(), "{line}{}", message(&text));
    }
    true
}

/// Watches for signals until the program ends: Ctrl-C, termination, and the terminal's end unless `nohup` has that ignored.
pub fn watch() -> Result<(), Failure> {
    static WATCHING: AtomicBool = AtomicBool::new(false);
    if WATCHING.swap(true, Ordering::Relaxed) { Ok(()) } else { begin() }
}

#[cfg(unix)]
fn begin() -> Result<(), Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::{iterator::Signals, low_level::emulate_default_handler};
    let mut watched = vec![SIGINT, SIGTERM];
    watched.extend(hangup_ends().then_some(SIGHUP));
    let mut signals = Signals::new(watched).map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if ends() {
                // As if it had not been watched for: the shell sees which signal it was.
                let _ = emulate_default_handler(signal);
            }
        }
    });
    Ok(())
}

/// Whether the end of the terminal ends this program: not where it is ignored, or where that cannot be told.
#[cfg(unix)]
fn hangup_ends() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 0)
}

#[cfg(not(unix))]
fn begin() -> Result<(), Failure> {
    let handler = || {
        if ends() {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))
}
