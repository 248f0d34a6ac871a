//! The reader of the format, shown to be strict: what it takes, and that each breach is refused.

use fallbuch_tests::exposition::Exposition;

const SOUND: &str = "\
# HELP a_things Things.
# TYPE a_things counter
a_things_total{kind=\"x, \\\"y\\\"\\\\\\n\",rule=\"\"} 7
a_things_total{kind=\"y\",rule=\"\"} 0
# HELP a_took_seconds How long.
# TYPE a_took_seconds histogram
# UNIT a_took_seconds seconds
a_took_seconds_sum 2.5
a_took_seconds_count 3
a_took_seconds_bucket{le=\"1.0\"} 2
a_took_seconds_bucket{le=\"+Inf\"} 3
# HELP a_depth How deep.
# TYPE a_depth gauge
a_depth -1
# EOF
";

#[test]
fn a_sound_exposition_is_read() {
    let read = Exposition::parse(SOUND).unwrap();
    assert_eq!(read.series().count(), 7);
    let labels = [("kind", "x, \"y\"\\\n"), ("rule", "")];
    assert_eq!(read.value("a_things_total", &labels), Some(7.0));
    assert_eq!(read.value("a_depth", &[]), Some(-1.0));
    assert_eq!(
        read.value("a_took_seconds_bucket", &[("le", "+Inf")]),
        Some(3.0)
    );
    assert!(read.sum("a_things_total").total_cmp(&7.0).is_eq());
}

#[test]
fn every_breach_is_refused() {
    for (part, broken) in [
        ("# EOF\n", ""),
        ("# EOF\n", "# EOF\n\n"),
        ("a_depth -1\n", "a_depth -1\n\n"),
        ("a_depth -1\n", "a_depth\n"),
        ("a_depth -1\n", "a_depth -1 # {} 1\n"),
        ("a_depth -1\n", "a_depth x\n"),
        ("a_depth -1\n", "a_depth -1\na_depth 2\n"),
        ("a_depth -1\n", "a_depth_total -1\n"),
        ("a_depth -1\n", "b_depth -1\n"),
        ("a_depth -1\n", "a-depth -1\n"),
        ("gauge\n", "gauge\n# TYPE a_depth gauge\n"),
        ("gauge\n", "summary\n"),
        ("a_depth gauge\n", "a_things gauge\n"),
        ("# HELP a_depth How deep.\n", ""),
        ("# HELP a_depth How deep.\n", "# NOTE a_depth How deep.\n"),
        ("\"\"} 7", "\"\"} -7"),
        ("\"\"} 7", "\"\"} NaN"),
        ("\"\"} 7", "\"\",rule=\"z\"} 7"),
        ("\"\"} 7", "\" } 7"),
        ("\"\"} 7", "\"\\t\"} 7"),
        (",rule=\"\"} 7", "rule=\"\"} 7"),
        ("rule=\"\"} 7", "Rule=\"\"} 7"),
        ("a_things_total{kind=\"x", "a_things{kind=\"x"),
        ("a_took_seconds seconds", "a_took_seconds bytes"),
        ("a_took_seconds_sum 2.5\n", ""),
        ("a_took_seconds_count 3\n", "a_took_seconds_count 4\n"),
        ("{le=\"1.0\"} 2", "{le=\"1.0\"} 4"),
        ("{le=\"+Inf\"} 3", "{le=\"0.5\"} 3"),
        ("a_took_seconds_bucket{le=\"+Inf\"} 3\n", ""),
        ("a_took_seconds_sum 2.5", "a_took_seconds_sum{le=\"1\"} 2.5"),
    ] {
        assert_eq!(SOUND.matches(part).count(), 1, "{part}");
        let broken = SOUND.replace(part, broken);
        assert!(Exposition::parse(&broken).is_err(), "{broken}");
    }
}
