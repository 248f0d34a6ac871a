//! Files that spreadsheet programs, hands and malice have damaged: all of it is named, nothing is lost or obeyed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use fallbuch_tests::{Engine, World};
use rust_xlsxwriter::Workbook;

use super::office::AGENCY;
use super::{Told, import, position};

const CASES: &str = "aktenzeichen_alt;eröffnet_am;kreisschlüssel;standort;zuständig;zugang\n\
    A-1;01.12.2015;15001;Halle (Saale);demo-advisor@transmit;Anfrage\n";
const CONTACTS: &str = "aktenzeichen_alt;nummer;datum;art;beteiligte;ort;ergebnis\n\
    A-1;1;22.12.2015;Erstgespräch;Dezernentin;Rathaus;interessiert\n";
const NEEDS: &str =
    "aktenzeichen_alt;nummer;aufgenommen_am;qualitätsdimension;bedarf;dringlichkeit;belege\n";
const PRIORITIES: &str = "aktenzeichen_alt;nummer;vereinbart_am;schwerpunkt;bedarfe;rang\n";
const AGREEMENTS: &str = "aktenzeichen_alt;nummer;entwurf_vom;schwerpunkte;unterzeichnet_am;\
    unterschrift_kommune;unterschrift_agentur;gültig_ab;gültig_bis\n";

/// A folder with files by their names.
fn folder(files: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = files.iter().map(|(name, content)| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

fn with_needs(lines: &str) -> Vec<(&'static str, Vec<u8>)> {
    let needs = NEEDS.to_owned() + lines;
    vec![("Fälle.csv", CASES.into()), ("Bedarfe.csv", needs.into())]
}

fn with_priority(title: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let line = [b"A-1;1;12.02.2016;", title, b";;1\n"].concat();
    let priorities = [PRIORITIES.as_bytes(), &line].concat();
    vec![
        ("Fälle.csv", CASES.into()),
        ("Schwerpunkte.csv", priorities),
    ]
}

/// Tries files for good; they are refused, and what is said has all of these parts.
async fn refused(world: &World, files: &[PathBuf], parts: &[&str]) -> Told {
    let before = position(world).await;
    let told = import(&world.database, files, &[]);
    assert_eq!(told.code, 3, "{}", told.text);
    for part in parts {
        assert!(told.text.contains(part), "{part}: {}", told.text);
    }
    assert_eq!(position(world).await, before, "{}", told.text);
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_damaged_in_saving_is_named() {
    let world = World::founded(Engine::Sqlite, &[AGENCY]).await;
    let lost = "Sonderzeichen sind beim Speichern verloren";
    let fault = "kein Wert, sondern ein Fehler";
    let loose = "Ein Anführungszeichen am Anfang einer Zelle";
    let good = "A-1;1;19.01.2016;Strategie;Es fehlt ein Konzept;hoch;";
    let no_date = "Das ist kein Datum";
    let cases = vec![
        (
            with_needs("A-1;1;19.01.2016;Strategie;abc\0def;hoch;\n"),
            ["Zeile 2, Spalte E", lost],
        ),
        (
            with_needs(&format!(
                "{good}\n#NV;2;19.01.2016;Strategie;Schule;hoch;\n"
            )),
            ["Zeile 3, Spalte A", fault],
        ),
        (
            with_needs(&format!("{good}#BEZUG!\n")),
            ["Zeile 2, Spalte G", fault],
        ),
        // The first cell is empty: no remark.
        (
            with_needs(";#2;19.01.2016;Strategie;Schule;hoch;\n"),
            ["Zeile 2, Spalte A", "Die Angabe fehlt"],
        ),
        (
            with_needs(&format!(
                "{good}\"Bericht\nA-1;2;19.01.2016;Strategie;Schule;hoch;\"Foto\n"
            )),
            ["Zeile 2: ", loose],
        ),
        (
            with_needs("A-1;1;19.01.2016 20.01.2016;Strategie;Schule;hoch;\n"),
            ["Zeile 2, Spalte C", no_date],
        ),
        (
            with_needs("A-1;1;19.01.0216;Strategie;Schule;hoch;\n"),
            ["Zeile 2, Spalte C", no_date],
        ),
        // `Frühe Bildung für Väter` as DOS writes it, `Väter` as the Macintosh does.
        (
            with_priority(b"Fr\x81he Bildung f\x81r V\x84ter"),
            ["Spalte D", lost],
        ),
        (with_priority(b"V\x84ter"), ["Spalte D", lost]),
        (with_priority(b"V\x8ater"), ["Spalte D", lost]),
    ];
    for (content, parts) in cases {
        let (_folder, files) = folder(&content);
        refused(&world, &files, &parts).await;
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_wrong_is_named() {
    let world = World::founded(Engine::Sqlite, &[AGENCY]).await;
    // A missing header: neither the days of the lines below it nor the case are judged.
    let headless = CASES.replace("eröffnet_am", "eröffnet");
    let need = NEEDS.to_owned() + "A-1;1;19.01.2010;Strategie;Schule;hoch;\n";
    let (_one, files) = folder(&[("Fälle.csv", headless.into()), ("Bedarfe.csv", need.into())]);
    let told = refused(&world, &files, &["0 von 1 Fällen", "„eröffnet_am“ fehlt"]).await;
    assert!(!told.text.contains("R27"), "{}", told.text);

    // A slip of the pen in the day of the meeting: what rests on the meeting is not called wrong.
    let contacts = CONTACTS.replace("22.12.2015", "22.12.2115");
    let priorities = PRIORITIES.to_owned() + "A-1;1;12.02.2016;Schule;;1\n";
    let agreement = "A-1;1;08.03.2016;1;01.04.2016;OB;Leitung;01.04.2016;31.12.2017\n";
    let agreements = AGREEMENTS.to_owned() + agreement;
    let (_two, files) = folder(&[
        ("Fälle.csv", CASES.into()),
        ("Kontakte.csv", contacts.into()),
        ("Schwerpunkte.csv", priorities.into()),
        ("Zielvereinbarungen.csv", agreements.into()),
    ]);
    let told = refused(&world, &files, &["1 Problem:", "R26"]).await;
    assert!(!told.text.contains("R05"), "{}", told.text);

    // One sentence about a key that is none.
    let (_three, files) = folder(&[("Fälle.csv", CASES.replace("15001", "15001x").into())]);
    let told = refused(&world, &files, &["1 Problem:", "kein amtlicher Schlüssel"]).await;
    assert!(!told.text.contains('^'), "{}", told.text);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_file_is_obeyed() {
    let world = World::founded(Engine::Sqlite, &[AGENCY]).await;
    let steering = "\u{1b}]0;x\u{7}\u{1b}[2K\u{202e}9";
    let priority = format!("{PRIORITIES}A-1;1;12.02.2016;Schule;7\u{202e}7;1\n");
    let header = CASES.replace("zugang", &format!("zugang;{steering}"));
    for content in [
        vec![
            ("Fälle.csv", CASES.into()),
            ("Schwerpunkte.csv", priority.into()),
        ],
        vec![("Fälle.csv", header.into())],
    ] {
        let (_folder, files) = folder(&content);
        let told = refused(&world, &files, &["\u{fffd}"]).await;
        let unseen = |one: char| one.is_control() && one != '\n' || one == '\u{202e}';
        assert!(!told.text.contains(unseen), "{:?}", told.text);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workbooks_are_read_as_far_as_a_table_goes() {
    let world = World::founded(Engine::Sqlite, &[AGENCY]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);

    // Something in the last column that a spreadsheet program has.
    let wide = path("Fälle.xlsx");
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Fälle").unwrap();
    for (row, line) in (0..).zip(CASES.lines()) {
        for (column, cell) in (0..).zip(line.split(';')) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    sheet.write_string(1, 16_383, "weit weg").unwrap();
    workbook.save(&wide).unwrap();
    let files = std::slice::from_ref(&wide);
    refused(&world, files, &["Rechts von Spalte ZZ", "Zeile 2"]).await;

    // A workbook that would take all memory.
    let bomb = path("bombe.xlsx");
    swollen(&wide, &bomb, 300 << 20);
    refused(&world, &[bomb], &["ausgepackt 30", "höchstens 256 MB"]).await;
    world.stop().await;
}

/// A copy of a workbook with one more part of that many zeros, which is packed to next to nothing.
fn swollen(from: &Path, to: &Path, bytes: usize) {
    let source = std::fs::File::open(from).unwrap();
    let mut source = zip::ZipArchive::new(source).unwrap();
    let mut target = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for part in 0..source.len() {
        let part = source.by_index_raw(part).unwrap();
        target.raw_copy_file(part).unwrap();
    }
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    target.start_file("xl/media/zeros.bin", options).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..bytes >> 20 {
        target.write_all(&zeros).unwrap();
    }
    target.finish().unwrap();
}
