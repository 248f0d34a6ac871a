//! Every attack on tokens that we know of, against every operation that asks for a token: each gets the same 401.
//!
//! An attack is a token that is good but for one thing; that the good ones are let in is shown first. One database
//! stands for both: a token is refused before the database is asked.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "keys of tests come from the system's randomness"
)]

#[path = "isolation/ask.rs"]
mod ask;
#[path = "token_attacks/attack.rs"]
mod attack;
#[path = "token_attacks/carriage.rs"]
mod carriage;
#[path = "token_attacks/claims.rs"]
mod claims;
#[path = "token_attacks/headers.rs"]
mod headers;
#[path = "token_attacks/short_key.rs"]
mod short_key;
#[path = "token_attacks/signatures.rs"]
mod signatures;
#[path = "token_attacks/signer.rs"]
mod signer;
#[path = "token_attacks/stage.rs"]
mod stage;

use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fallbuch_tests::document::Operation;
use fallbuch_tests::{Answer, Client, Seen};
use futures_util::future::join_all;
use serde_json::{Value, json};

use ask::{MANNERS, NOTHING, halle, operations, request};
use attack::Attack;
use stage::Stage;

fn attacks(stage: &Stage) -> Vec<Attack> {
    let keys = &stage.keys;
    let mut attacks = headers::attacks(keys);
    attacks.extend(claims::attacks(keys));
    attacks.extend(signatures::attacks(keys));
    attacks.extend(carriage::attacks(keys));
    attacks
}

/// The operations that ask for a token.
async fn secured(stage: &Stage) -> Vec<Operation> {
    let mut operations = operations(&stage.world).await;
    operations.retain(|operation| operation.secured);
    operations
}

/// What the plainest of bad tokens gets.
async fn refusal(client: &Client) -> Seen {
    let refusal = client.with_token("none").get("/v1/me").send().await;
    assert_eq!(refusal.status, 401);
    assert_eq!(refusal.json()["code"], "unauthenticated");
    Seen::of(&refusal)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attack_gets_in_anywhere() {
    let stage = Stage::set().await;
    let client = stage.world.anonymous();
    let refusal = refusal(&client).await;
    let (case, need) = halle(&stage.world).await;
    let on = ("transmit", case.as_str(), need.as_str());
    let (operations, attacks) = (secured(&stage).await, attacks(&stage));
    let raw = stage.world.raw().await;
    let before = raw.contents().await;
    let (mut tried, mut found) = (0_usize, Vec::new());
    for attack in &attacks {
        // All operations at once: they are not to wait for each other.
        let answers = operations.iter().map(async |operation| {
            // The server may end a connection that others would be sent on.
            let client = if attack.is_huge() {
                client.apart()
            } else {
                client.clone()
            };
            let request = request(&client, operation, on, "right");
            let answer = attack.send(request).await;
            let violations = attack.violations(&answer, &refusal).into_iter();
            let named = violations.map(|it| format!("{}: {it}", operation.id));
            named.collect::<Vec<_>>()
        });
        let of_attack = join_all(answers).await.concat();
        tried += operations.len();
        if let Some(first) = of_attack.first() {
            found.push(format!(
                "{}: {} times, such as {first}",
                attack.name,
                of_attack.len()
            ));
        }
    }
    eprintln!(
        "{} attacks on {} operations: {tried} requests",
        attacks.len(),
        operations.len()
    );
    assert!(
        found.is_empty(),
        "{} attacks got through:\n{}",
        found.len(),
        found.join("\n")
    );
    assert!(attacks.len() > 400 && operations.len() > 30);
    assert_eq!(raw.contents().await, before);
    raw.close().await;
    stage.world.stop().await;
}

/// Nothing else of a request is looked at before the token is.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_an_attack_changes_nothing() {
    let stage = Stage::set().await;
    let client = stage.world.anonymous();
    let refusal = refusal(&client).await;
    let nothing = NOTHING.to_string();
    let on = ("nirgends", nothing.as_str(), nothing.as_str());
    let token = stage.keys.nobody.good_token();
    let attack = Attack::token("a key that nobody published", &token);
    for operation in secured(&stage).await {
        for manner in MANNERS {
            let answer = attack.send(request(&client, &operation, on, manner)).await;
            let violations = attack.violations(&answer, &refusal);
            assert_eq!(
                violations,
                Vec::<String>::new(),
                "{} {manner}",
                operation.id
            );
        }
    }
    stage.world.stop().await;
}

/// The judge itself: a good token listed as an attack is a violation at every operation.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_gets_in_is_found() {
    let stage = Stage::set().await;
    let client = stage.world.anonymous();
    let refusal = refusal(&client).await;
    let (case, need) = halle(&stage.world).await;
    let on = ("transmit", case.as_str(), need.as_str());
    for signer in stage.keys.good() {
        let attack = Attack::token(signer.algorithm, &signer.good_token());
        for operation in secured(&stage).await {
            let answer = attack.send(request(&client, &operation, on, "right")).await;
            let violations = attack.violations(&answer, &refusal);
            let found = violations.iter().any(|it| it.contains("instead of 401"));
            assert!(found, "{} {}: {violations:?}", attack.name, operation.id);
        }
    }
    stage.world.stop().await;
}

/// The judge itself: a refusal that tells more than others is a violation.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_differs_is_found() {
    let stage = Stage::set().await;
    let client = stage.world.anonymous();
    let refusal = refusal(&client).await;
    let token = stage.keys.nobody.good_token();
    let attack = Attack::token("a key that nobody published", &token);
    let elsewhere = Attack::header("x-access-token", token.clone());
    let answer = attack.send(client.get("/v1/me")).await.unwrap();
    let judged = |attack: &Attack, change: &dyn Fn(&mut Answer)| {
        let mut answer = answer.clone();
        change(&mut answer);
        attack.violations(&Ok(answer), &refusal)
    };
    assert_eq!(judged(&attack, &|_| ()), Vec::<String>::new());
    let (_, signature) = token.rsplit_once('.').unwrap();
    let repeated = |answer: &mut Answer| answer.bytes.extend_from_slice(signature.as_bytes());
    for attack in [&attack, &elsewhere] {
        let found = judged(attack, &repeated);
        assert!(
            found.iter().any(|it| it.contains("the answer repeats")),
            "{found:?}"
        );
        let found = judged(attack, &|answer| answer.bytes.push(b' '));
        assert!(
            found.iter().any(|it| it.contains("it differs")),
            "{found:?}"
        );
        let found = judged(attack, &|answer| {
            answer.headers.remove("www-authenticate");
        });
        assert_eq!(found, ["the challenge is None"]);
        let found = judged(attack, &|answer| answer.status = 500);
        assert!(found[0].starts_with("500 instead of 401"), "{found:?}");
        let found = attack.violations(&Err("gone".to_owned()), &refusal);
        assert_eq!(found, ["no answer: gone"]);
    }
    stage.world.stop().await;
}

/// What is refused for its short key is signed by it, and as good as any other.
#[test]
fn the_token_of_the_short_key_is_good_but_for_its_key() {
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let (message, signature) = short_key::TOKEN.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let json = |text: &str| serde_json::from_slice::<Value>(&decoded(text)).unwrap();
    assert_eq!(
        json(header),
        json!({"typ": "at+jwt", "alg": "RS256", "kid": "short"})
    );
    assert_eq!(json(claims), stage::claims());
    let key = RsaPublicKeyComponents {
        n: decoded(short_key::MODULUS),
        e: vec![1, 0, 1],
    };
    key.verify(
        &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        message.as_bytes(),
        &decoded(signature),
    )
    .unwrap();
}
