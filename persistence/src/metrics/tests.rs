//! What is counted stands where it belongs, and nothing else moves.

use fallbuch_domain::{Finding, Permission, Rejection, Rule};
use prometheus_client::encoding::text::encode;

use super::*;
use crate::error::StoreError;
use crate::writer::{IdempotencyKey, Receipt};

/// The samples whose value is not 0, in their order, without the prefix that all names share.
fn told(metrics: &Metrics) -> Vec<String> {
    let mut registry = Registry::with_prefix("fallbuch");
    metrics.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.filter(|line| !line.ends_with(" 0") && !line.ends_with(" 0.0"));
    let mut told: Vec<_> = samples
        .map(|line| line.strip_prefix("fallbuch_").unwrap().to_owned())
        .collect();
    // A family tells its metrics in any order.
    told.sort_unstable();
    told
}

fn receipt(replayed: bool) -> Receipt {
    Receipt {
        stream: uuid::Uuid::nil(),
        version: 1,
        events: Vec::new(),
        warnings: Vec::new(),
        replayed,
    }
}

fn recorded() -> Intent {
    Intent::Record(IdempotencyKey {
        key: "key".to_owned(),
        fingerprint: Vec::new(),
    })
}

#[test]
fn every_verdict_has_its_counter() {
    let verdicts: [(Verdict, &str); 11] = [
        (Ok(receipt(false)), "accepted"),
        (Ok(receipt(true)), "replayed"),
        (
            Err(Rejection::by(Finding::new(Rule::R05)).into()),
            "refused",
        ),
        (
            Err(CommandError::Warned(vec![Finding::new(Rule::R05)])),
            "refused",
        ),
        (
            Err(CommandError::Stale {
                current_version: 7,
                events: Vec::new(),
            }),
            "stale",
        ),
        (Err(CommandError::VersionRequired), "version_required"),
        (Err(CommandError::KeyReused), "key_reused"),
        (
            Err(CommandError::Forbidden(Permission::CaseOpen)),
            "forbidden",
        ),
        (Err(CommandError::NotFound), "not_found"),
        (Err(CommandError::Overloaded), "overloaded"),
        (Err(StoreError::Unavailable.into()), "failed"),
    ];
    for (verdict, name) in verdicts {
        let metrics = Metrics::default();
        metrics.count(&recorded(), &verdict);
        metrics.count(&recorded(), &verdict);
        let rule = if name == "refused" { "R05" } else { "" };
        let expected = format!("commands_total{{verdict=\"{name}\",rule=\"{rule}\"}} 2");
        assert_eq!(told(&metrics), [expected]);
    }
}

#[test]
fn what_is_only_validated_counts_apart() {
    let metrics = Metrics::default();
    for verdict in [
        Ok(receipt(false)),
        Err(Rejection::by(Finding::new(Rule::R05)).into()),
        Err(CommandError::NotFound),
        Err(StoreError::Unavailable.into()),
    ] {
        metrics.count(&Intent::Validate, &verdict);
    }
    assert_eq!(
        told(&metrics),
        [
            "commands_total{verdict=\"failed\",rule=\"\"} 1",
            "commands_total{verdict=\"validated\",rule=\"\"} 3"
        ]
    );
}

#[test]
fn every_rule_that_refuses_counts_once() {
    let metrics = Metrics::default();
    let finding = |rule, pointer| Finding::new(rule).at(pointer);
    let findings = vec![
        finding(Rule::R26, "/occurred_on"),
        finding(Rule::R03, "/site"),
        finding(Rule::R03, "/advisor"),
    ];
    metrics.count(&recorded(), &Err(Rejection { findings }.into()));
    assert_eq!(
        told(&metrics),
        [
            "commands_total{verdict=\"refused\",rule=\"R03\"} 1",
            "commands_total{verdict=\"refused\",rule=\"R26\"} 1"
        ]
    );
}

#[test]
fn a_flush_that_did_not_end_has_failed() {
    let metrics = Metrics::default();
    metrics.begin_flush(FlushPath::Fast).settled();
    metrics.begin_flush(FlushPath::Fast).moved();
    metrics.begin_flush(FlushPath::Locked).settled();
    drop(metrics.begin_flush(FlushPath::Single));
    let told = told(&metrics);
    let mut counts = told.iter().filter(|line| line.contains("_count"));
    let mut next = || counts.next().map(String::as_str);
    for labels in [
        "path=\"fast\",result=\"settled\"",
        "path=\"fast\",result=\"moved\"",
        "path=\"locked\",result=\"settled\"",
        "path=\"single\",result=\"failed\"",
    ] {
        let expected = format!("flush_duration_seconds_count{{{labels}}} 1");
        assert!(told.contains(&expected), "{expected}: {told:?}");
        assert!(next().is_some());
    }
    assert_eq!(next(), None, "and no other");
}

#[test]
fn what_a_flush_held_is_summed_up() {
    let metrics = Metrics::default();
    metrics.count_flush(3, 4, 2_500);
    metrics.count_flush(1, 0, 0);
    let told = told(&metrics);
    for expected in [
        "flush_commands_sum 4.0",
        "flush_commands_count 2",
        "flush_commands_bucket{le=\"1.0\"} 1",
        "flush_commands_bucket{le=\"4.0\"} 2",
        "flush_events_sum 4.0",
        "flush_size_bytes_sum 2500.0",
        "flush_size_bytes_bucket{le=\"1024.0\"} 1",
        "flush_size_bytes_bucket{le=\"4096.0\"} 2",
    ] {
        assert!(
            told.iter().any(|line| line == expected),
            "{expected}: {told:?}"
        );
    }
}

#[test]
fn a_projection_tells_its_lag_and_its_failure_per_agency() {
    let metrics = Metrics::default();
    metrics.set_projection_lag("statistics", "transmit", 9);
    metrics.set_projection_lag("statistics", "bayern", 1);
    metrics.set_projection_failed("statistics", "bayern", true);
    metrics.set_projection_failed("statistics", "transmit", true);
    metrics.set_projection_failed("statistics", "transmit", false);
    metrics.set_projection_lag("statistics", "transmit", 2);
    assert_eq!(
        told(&metrics),
        [
            "projection_failed{projection=\"statistics\",agency=\"bayern\"} 1",
            "projection_lag{projection=\"statistics\",agency=\"bayern\"} 1",
            "projection_lag{projection=\"statistics\",agency=\"transmit\"} 2",
        ]
    );
}
