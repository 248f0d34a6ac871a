//! Text files with separators, as spreadsheet programs write them: semicolon, comma or tab, in UTF-8, UTF-16 or
//! Windows-1252.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Cell, Row, Table};
use crate::import::problem::Source;
use crate::language::Localized;

/// What may stand between cells.
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];

/// The table in a text file.
pub(super) fn table(source: Source, bytes: &[u8]) -> Table {
    let text = decoded(bytes).replace("\r\n", "\n").replace('\r', "\n");
    let (separator, body) = separated(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(body.as_bytes());
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    // Lines before the body; lines of the file inside cells, which a spreadsheet program does not count.
    let skipped = breaks(&text[..text.len() - body.len()]);
    let (mut at, mut passed, mut inner) = (0, 0, 0);
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let why = Localized::made(
                    format!("Die Datei kann nicht gelesen werden: {error}."),
                    format!("The file cannot be read: {error}."),
                );
                faults.push((None, why));
                break;
            }
        }
        let begin = record
            .position()
            .map_or(at, |position| start(body, position.byte()));
        let end = start_of_rest(body, reader.position().byte());
        passed += breaks(&body[at..begin]);
        at = begin;
        let line = u32::try_from(skipped + passed - inner + 1).unwrap_or(u32::MAX);
        let raw = body[begin..end].trim_end_matches('\n');
        inner += breaks(raw);
        if has_loose_quotation(raw, separator) {
            faults.push((Some(line), unclosed()));
        }
        let cells = record.iter().map(Cell::of_text).collect();
        rows.push(Row { line, cells });
    }
    Table::new(source, rows, faults)
}

/// Whether a cell that begins with a quotation mark does not end with one: what was read as that cell may be several,
/// and several lines.
fn has_loose_quotation(raw: &str, separator: u8) -> bool {
    let separator = char::from(separator);
    let mut rest = raw;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            // Quotation marks inside a cell without them are a part of it.
            match rest.split_once([separator, '\n']) {
                Some((_, next)) => rest = next,
                None => return false,
            }
            continue;
        };
        let mut characters = quoted.char_indices();
        let end = loop {
            match characters.next() {
                None => return true,
                Some((at, '"')) if !quoted[at + 1..].starts_with('"') => break at + 1,
                Some((_, '"')) => {
                    characters.next();
                }
                Some(_) => {}
            }
        };
        let after = &quoted[end..];
        match after.strip_prefix([separator, '\n']) {
            Some(next) => rest = next,
            None => return !after.is_empty(),
        }
    }
}

/// Where a record begins: the reader counts the empty lines before it as its own.
fn start(body: &str, byte: u64) -> usize {
    let at = start_of_rest(body, byte);
    let rest = &body[at..];
    at + (rest.len() - rest.trim_start_matches('\n').len())
}

fn start_of_rest(body: &str, byte: u64) -> usize {
    usize::try_from(byte).unwrap_or(usize::MAX).min(body.len())
}

fn breaks(text: &str) -> usize {
    text.matches('\n').count()
}

fn unclosed() -> Localized {
    Localized::fixed(
        "Ein Anführungszeichen am Anfang einer Zelle wird nicht an ihrem Ende geschlossen; was danach kommt, gilt als dieselbe Zelle.",
        "A quotation mark at the beginning of a cell is not closed at its end; what comes after it counts as the same cell.",
    )
}

/// The text, by its byte order mark, else UTF-8 if it is, else as German Windows writes it.
fn decoded(bytes: &[u8]) -> String {
    for (mark, encoding) in [
        (&b"\xff\xfe"[..], UTF_16LE),
        (b"\xfe\xff", UTF_16BE),
        (b"\xef\xbb\xbf", UTF_8),
    ] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return encoding.decode_without_bom_handling(rest).0.into_owned();
        }
    }
    let decoded = UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
    decoded
        .unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0)
        .into_owned()
}

/// What separates the cells, and the text without a first line that says so: the separator that stands most often in
/// the first line outside of quotation marks.
fn separated(text: &str) -> (u8, &str) {
    let line = text.trim_start_matches('\n');
    if let Some(rest) = line.strip_prefix("sep=")
        && let Some((separator, body)) = rest.split_once('\n')
        && let [separator] = separator.as_bytes()
    {
        return (*separator, body);
    }
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in line.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                for (count, separator) in counts.iter_mut().zip(SEPARATORS) {
                    *count += usize::from(byte == separator);
                }
            }
            _ => {}
        }
    }
    let most = SEPARATORS.iter().zip(counts).rev();
    let most = most.max_by_key(|(_, count)| *count);
    (most.map_or(b';', |(separator, _)| *separator), text)
}

#[cfg(test)]
mod tests;
