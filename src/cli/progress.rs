//! A line on standard error once work takes longer than a second, and again now and then while it goes on.

use crate::words::still;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work up to this long is not announced; the work that follows other work is measured with it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Work that others went before is not announced below this.
const BRIEF: Duration = Duration::from_millis(200);
/// After so many times as long as before it is told again.
const AGAIN: u32 = 10;
/// At least so often.
const OFTEN: Duration = Duration::from_secs(60);

/// Work that goes on until this is ended or dropped.
pub struct ProgressLine {
    working: Option<Sender<()>>,
    speaker: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// Says `line` once all that was begun so took a second, unless the work has ended by then; where standard error is no terminal, nobody waits for it.
    pub fn begin(line: String) -> Self {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        let patience = PATIENCE.saturating_sub(FIRST.get_or_init(Instant::now).elapsed()).max(BRIEF);
        Self::on(io::stderr(), io::stderr().is_terminal(), line, patience)
    }

    /// The same for another place to say it, which is a terminal or not, and after another time.
    fn on(mut place: impl Write + Send + 'static, is_terminal: bool, line: String, patience: Duration) -> Self {
        if !is_terminal {
            return Self { working: None, speaker: None };
        }
        let (working, ended) = channel::<()>();
        let begun = Instant::now();
        let speaker = std::thread::spawn(move || {
            let (mut said, mut wait) = (line.clone(), patience);
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                // Nothing is left to be done when even standard error is closed.
                if writeln!(place, "{said}").is_err() {
                    return;
                }
                wait = (begun.elapsed() * (AGAIN - 1)).min(OFTEN);
                said = still(&line, (begun.elapsed() + wait).as_secs_f64());
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shown(Arc<Mutex<Vec<u8>>>);

    impl Write for Shown {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().map_or(Ok(0), |mut shown| shown.write(bytes))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shown {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    /// Waits until something is shown, however busy the machine.
    fn shown(place: &Shown) -> String {
        while place.text().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        place.text()
    }

    #[test]
    fn long_work_is_announced_and_told_again() {
        let place = Shown::default();
        let line = ProgressLine::on(place.clone(), true, "Working …".to_owned(), Duration::from_millis(2));
        assert!(shown(&place).starts_with("Working …\n"));
        while place.text().lines().count() < 3 {
            std::thread::sleep(Duration::from_millis(1));
        }
        line.end();
        let text = place.text();
        assert!(text.lines().skip(1).all(|line| line.starts_with("Working … [") && line.ends_with(" seconds]")), "{text}");
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(place.text(), text, "nothing is said of work that has ended");
    }

    #[test]
    fn short_work_is_not() {
        let place = Shown::default();
        ProgressLine::on(place.clone(), true, "Working …".to_owned(), Duration::from_secs(3600)).end();
        assert_eq!(place.text(), "");
    }

    #[test]
    fn nobody_waits_where_there_is_no_terminal() {
        let place = Shown::default();
        let line = ProgressLine::on(place.clone(), false, "Working …".to_owned(), Duration::ZERO);
        std::thread::sleep(Duration::from_millis(20));
        line.end();
        assert_eq!(place.text(), "");
    }
}
