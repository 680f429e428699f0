//! Text in lines that fit a screen, whose width the caller knows.

/// The text in lines of at most `width` columns, broken at spaces only; the first line begins with `first`, the others with `next`.
/// A non-breaking space keeps two words together, and so do the spaces of a number (`−0.1 + 2i`, `87 %`).
///
/// ```
/// use lambdahat::words::wrapped;
/// assert_eq!(wrapped("one two three", "- ", "  ", 9), "- one two\n  three");
/// assert_eq!(wrapped("the pair −0.1 ± 2i", "", "", 14), "the pair\n−0.1 ± 2i");
/// ```
pub fn wrapped(text: &str, first: &str, next: &str, width: usize) -> String {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in tokens(text) {
        if !empty && columns(&line) + 1 + columns(&word) > width {
            lines.push(std::mem::replace(&mut line, next.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    lines.push(line);
    lines.join("\n").replace('\u{a0}', " ")
}

/// A formula in lines of at most `width` columns, broken before a plus or minus sign only.
///
/// ```
/// use lambdahat::words::folded_sum;
/// assert_eq!(folded_sum("x' = 1/2*x*y - x^2 + y", "", "  ", 16), "x' = 1/2*x*y\n  - x^2 + y");
/// ```
pub fn folded_sum(formula: &str, first: &str, next: &str, width: usize) -> String {
    let mut kept = formula.replace(' ', "\u{a0}");
    for sign in ["+", "-"] {
        kept = kept.replace(&format!("\u{a0}{sign}\u{a0}"), &format!(" {sign}\u{a0}"));
    }
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for term in kept.split(' ') {
        if !empty && columns(&line) + 1 + columns(term) > width {
            lines.push(std::mem::replace(&mut line, next.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(term);
        empty = false;
    }
    lines.push(line);
    lines.join("\n").replace('\u{a0}', " ")
}

/// How many columns a text takes, colour codes apart.
pub fn columns(text: &str) -> usize {
    let mut count = 0;
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => escaped = true,
            'm' if escaped => escaped = false,
            // The hat of λ̂ and its like stand above the letter before.
            '\u{300}'..='\u{36f}' => {}
            _ if !escaped => count += 1,
            _ => {}
        }
    }
    count
}

/// The words of a text, with the parts of a number kept together: around `+ − ±` between numbers, and before `%`.
fn tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut glue = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let operator = matches!(word, "+" | "−" | "±" | "=" | "≤" | "<" | ">");
        let unit = word.starts_with('%');
        match out.last_mut() {
            Some(last) if glue || operator || unit => {
                last.push('\u{a0}');
                last.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
        glue = operator;
    }
    out
}

/// Adds a paragraph to lines of text, its further lines indented.
pub(super) fn push(lines: &mut Vec<String>, text: &str, width: usize) {
    lines.extend(wrapped(text, "", "  ", width).lines().map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_long_as_allowed_and_no_longer() {
        let text = "A damped oscillator: λ̂ = −0.1 ± 2i (period 3.14, halves every 6.9), one sample every 1, which is 87 % of it.";
        for width in 20..80 {
            for line in wrapped(text, "", "  ", width).lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn hats_and_colours_take_no_room() {
        assert_eq!(columns("λ̂"), 1);
        assert_eq!(columns("\u{1b}[31mred\u{1b}[0m"), 3);
    }
}
