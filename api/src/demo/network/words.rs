//! The words of the invented histories. Nobody is named: functions only.

/// Who takes part on the municipality's side.
pub(super) const FUNCTIONS: &[&str] = &[
    "Leitung des Dezernats Bildung und Soziales",
    "Leitung des Bildungsbüros",
    "Bildungsmonitoring",
    "Bildungsmanagement",
    "Leitung des Jugendamts",
    "Schulverwaltung, Sachgebietsleitung",
    "Sozialplanung",
    "Leitung der Volkshochschule",
    "Integrationsbeauftragte Stelle",
    "Statistikstelle",
    "Leitung des Schulamts",
    "Jugendhilfeplanung",
    "Stabsstelle Strategie",
    "Wirtschaftsförderung",
    "Leitung der Stadtbibliothek",
    "Kita-Fachberatung",
];

/// Other organisations that take part.
pub(super) const ORGANISATIONS: &[&str] = &[
    "Volkshochschule (Beispiel)",
    "Staatliches Schulamt (Beispiel)",
    "Agentur für Arbeit (Beispiel)",
    "Trägerverbund Jugendhilfe (Beispiel)",
    "Hochschule (Beispiel)",
    "Handwerkskammer (Beispiel)",
];

/// What is talked about.
pub(super) const THEMES: &[&str] = &[
    "Bildungsmonitoring",
    "Bildungsbericht",
    "Übergang Kita–Grundschule",
    "Übergang Schule–Beruf",
    "Bildung für Neuzugewanderte",
    "Bildungsberatung",
    "Ganztag",
    "Digitale Bildung",
    "Weiterbildung",
    "Kulturelle Bildung",
    "Bildungslandschaft",
    "Frühe Bildung",
    "Inklusion",
    "Alphabetisierung",
    "Bildung für nachhaltige Entwicklung",
    "Sozialraumorientierung",
];

/// From which side.
pub(super) const ASPECTS: &[&str] = &[
    "Stand der Dinge",
    "nächste Schritte",
    "Zuständigkeiten",
    "Zeitplan",
    "Datenlage",
    "Beteiligung der Träger",
    "Beschlusslage",
    "Abstimmung der Ämter",
    "Erfahrungen anderer Kommunen",
    "offene Fragen",
];

/// What is missing, as needs say.
pub(super) const GAPS: &[&str] = &[
    "fehlt ein gemeinsames Leitbild",
    "gibt es keine abgestimmte Zuständigkeit",
    "liegen Daten verstreut vor und werden nicht gemeinsam ausgewertet",
    "werden Zielgruppen selten beteiligt",
    "stimmen sich Fachbereiche nur anlassbezogen ab",
    "fehlt eine Stelle, die Fäden zusammenhält",
    "sind Angebote für Ratsuchende schwer zu finden",
    "fehlen verlässliche Kennzahlen",
];

/// What priorities are about.
pub(super) const UNDERTAKINGS: &[&str] = &[
    "Konzept",
    "Steuerungsgruppe",
    "Berichterstattung",
    "Netzwerk der Träger",
    "Wegweiser der Angebote",
    "Fachgespräche der Ämter",
    "Bestandsaufnahme",
    "Leitbildprozess",
];

/// What measures are.
pub(super) const MEASURES: &[&str] = &[
    "Werkstatt",
    "Auftaktkonferenz",
    "Arbeitstreffen",
    "Befragung der Träger",
    "Datenworkshop",
    "Entwurf der Geschäftsordnung",
    "Abfrage der Bestandsdaten",
    "Öffentliche Veranstaltung",
];

/// What things came to.
pub(super) const OUTCOMES: &[&str] = &[
    "Ein Entwurf liegt vor und wird in den Ämtern beraten.",
    "Die Beteiligten haben sich auf ein gemeinsames Vorgehen verständigt.",
    "Die Ergebnisse fließen in den nächsten Bildungsbericht ein.",
    "Die Zuständigkeiten sind geklärt und schriftlich festgehalten.",
    "Der Austausch wird im nächsten Halbjahr fortgesetzt.",
    "Die Unterlagen sind vollständig, eine Rückmeldung steht aus.",
];

/// Why things are done otherwise than meant.
pub(super) const REASONS: &[&str] = &[
    "Die Zuständigkeit hat gewechselt.",
    "Die Beratung im Ausschuss hat sich verschoben.",
    "Die Stelle war zeitweise nicht besetzt.",
    "Es hat sich mit einem anderen Vorhaben erledigt.",
    "Die Haushaltslage lässt es derzeit nicht zu.",
    "Neue Erkenntnisse aus den Fachgesprächen.",
];

/// What follow-ups are about.
pub(super) const ERRANDS: &[&str] = &[
    "Stand erfragen",
    "Rückmeldung einholen",
    "Termin abstimmen",
    "Unterlagen zusenden",
    "Entwurf durchsehen",
    "Protokoll prüfen",
];

/// What documents are.
pub(super) const PAPERS: &[&str] = &[
    "Protokoll",
    "Konzeptentwurf",
    "Präsentation",
    "Sachstandsbericht",
    "Beschlussvorlage",
    "Auswertung",
];

/// Who resolves.
pub(super) const COUNCILS: &[&str] = &[
    "Bildungsausschuss",
    "Jugendhilfeausschuss",
    "Hauptausschuss",
    "Rat",
];

/// Where people meet.
pub(super) const PLACES: &[&str] = &[
    "Rathaus",
    "Kreishaus",
    "Räume der Agentur",
    "Volkshochschule",
    "Stadtbibliothek",
];

/// What shows something.
pub(super) const EVIDENCE: &[&str] = &[
    "Schuleingangsuntersuchungen",
    "Sozialbericht",
    "Schulentwicklungsplan",
    "Protokolle der Fachgespräche",
    "Jugendhilfeplan",
    "Befragung der Einrichtungen",
];
