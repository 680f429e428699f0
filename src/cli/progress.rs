//! One line on standard error once work takes longer than a second.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Work up to this long is not announced.
const PATIENCE: Duration = Duration::from_secs(1);

/// Work that goes on until this is ended or dropped.
pub struct ProgressLine {
    working: Option<Sender<()>>,
    speaker: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// Says `line` after a second, unless the work has ended by then; where standard error is no terminal, nobody waits for it.
    pub fn begin(line: String) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { working: None, speaker: None };
        }
        let (working, ended) = channel::<()>();
        let speaker = std::thread::spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("{line}");
            }
        });
        Self { working: Some(working), speaker: Some(speaker) }
    }

    /// The work has ended.
    pub fn end(self) {}
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.working.take();
        if let Some(speaker) = self.speaker.take() {
            // It only prints.
            let _ = speaker.join();
        }
    }
}
