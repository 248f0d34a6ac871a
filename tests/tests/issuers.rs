//! Sign-in by identity providers: discovery, rotation of keys, and providers that are away or lie.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "issuers/provider.rs"]
mod provider;

use fallbuch_domain::Role;
use fallbuch_tests::{Client, Desk};
use provider::{Provider, Signer};
use serde_json::json;

/// Lets whoever an issuer calls `anna` in as a reader.
async fn admit(desk: &Desk, issuer: &str) {
    let rights = json!({"roles": ["reader"]});
    desk.admit(issuer, "anna", rights).await;
}

/// A client with a token that `signer` made for `anna` of this issuer.
fn client_of(desk: &Desk, signer: &Signer, issuer: &str) -> Client {
    let now = desk.now();
    let claims = json!({
        "iss": issuer, "sub": "anna", "aud": "fallbuch", "iat": now, "exp": now + 3600,
    });
    let token = signer.token(&claims);
    desk.world.anonymous().with_token(&token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_found_by_its_address_and_its_keys_rotate() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let provider = Provider::start(vec![old.public()]);
    let desk = Desk::trusting(&json!([{"issuer": provider.issuer}])).await;
    let client = client_of(&desk, &old, &provider.issuer);
    assert_eq!(desk.status(&client).await, 404, "somebody, but no member");
    admit(&desk, &provider.issuer).await;
    assert_eq!(desk.status(&client).await, 200);
    assert_eq!(provider.asked(), 1, "keys are fetched once");

    // A new key counts once the issuer is asked again, which is not at once.
    provider.publish(vec![old.public(), new.public()]);
    let renewed = client_of(&desk, &new, &provider.issuer);
    for _ in 0..20 {
        assert_eq!(desk.status(&renewed).await, 401);
        let invented = Signer::new("invented");
        assert_eq!(
            desk.status(&client_of(&desk, &invented, &provider.issuer))
                .await,
            401
        );
    }
    assert_eq!(provider.asked(), 1, "tokens with invented keys ask nobody");
    desk.later(31);
    assert_eq!(desk.status(&renewed).await, 200);
    assert_eq!(desk.status(&client).await, 200, "the old key counts still");
    assert_eq!(provider.asked(), 2);

    // A key that is taken away counts no more, though its token was found right before.
    provider.publish(vec![new.public()]);
    desk.later(31);
    assert_eq!(
        desk.status(&client_of(&desk, &Signer::new("other"), &provider.issuer))
            .await,
        401
    );
    assert_eq!(desk.status(&client).await, 401);
    assert_eq!(desk.status(&renewed).await, 200);

    // While the provider is away its keys go on to count.
    provider.fail(true);
    desk.later(1200);
    assert_eq!(
        desk.status(&client_of(&desk, &new, &provider.issuer)).await,
        200
    );
    desk.later(31);
    assert_eq!(
        desk.status(&client_of(&desk, &Signer::new("x"), &provider.issuer))
            .await,
        401
    );
    assert_eq!(
        desk.status(&client_of(&desk, &new, &provider.issuer)).await,
        200
    );

    // Keys are fetched anew now and then without a token that asks for it.
    provider.fail(false);
    provider.publish(Vec::new());
    desk.later(1200);
    let fresh = client_of(&desk, &new, &provider.issuer);
    let mut statuses = Vec::new();
    for _ in 0..50 {
        statuses.push(desk.status(&fresh).await);
        if statuses.last() == Some(&401) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(statuses.last(), Some(&401), "{statuses:?}");
    desk.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_counts_for_its_own_issuer_only() {
    let (one, other) = (Signer::new("same"), Signer::new("same"));
    let first = Provider::start(vec![one.public()]);
    let second = Provider::start(vec![other.public()]);
    let issuers = json!([{"issuer": first.issuer}, {"issuer": second.issuer}]);
    let desk = Desk::trusting(&issuers).await;
    admit(&desk, &first.issuer).await;
    assert_eq!(
        desk.status(&client_of(&desk, &one, &first.issuer)).await,
        200
    );
    assert_eq!(
        desk.status(&client_of(&desk, &other, &second.issuer)).await,
        404
    );
    assert_eq!(
        desk.status(&client_of(&desk, &other, &first.issuer)).await,
        401
    );
    assert_eq!(
        desk.status(&client_of(&desk, &one, &second.issuer)).await,
        401
    );
    assert_eq!(
        desk.status(&client_of(&desk, &one, "https://nobody.example.org"))
            .await,
        401
    );
    desk.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_secret_signs_nothing() {
    let secret = Signer::secret("s");
    let honest = Signer::new("k");
    let provider = Provider::start(vec![secret.public(), honest.public()]);
    let desk = Desk::trusting(&json!([{"issuer": provider.issuer}])).await;
    admit(&desk, &provider.issuer).await;
    assert_eq!(
        desk.status(&client_of(&desk, &honest, &provider.issuer))
            .await,
        200
    );
    assert_eq!(
        desk.status(&client_of(&desk, &secret, &provider.issuer))
            .await,
        401
    );
    desk.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_heard_of_an_issuers_keys_says_to_come_back() {
    let signer = Signer::new("k");
    for lie in ["away", "another issuer", "a redirect", "endless", "no keys"] {
        let provider = Provider::start(vec![signer.public()]);
        provider.lie(lie);
        let desk = Desk::trusting(&json!([{"issuer": provider.issuer}])).await;
        admit(&desk, &provider.issuer).await;
        let client = client_of(&desk, &signer, &provider.issuer);
        let answer = client.get("/v1/me").send().await;
        assert_eq!(answer.status, 503, "{lie}: {}", answer.text());
        assert!(answer.header("retry-after").is_some(), "{lie}");
        // Others go on, and it is all right once the provider is.
        let own = desk.world.as_role("transmit", Role::Reader);
        assert_eq!(desk.status(&own).await, 200, "{lie}");
        provider.lie("");
        desk.later(31);
        assert_eq!(desk.status(&client).await, 200, "{lie}");
        desk.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_without_an_address_has_its_keys_in_a_file() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    std::fs::write(&file, json!({"keys": [old.public()]}).to_string()).unwrap();
    let issuer = "urn:example:machine";
    let desk = Desk::trusting(&json!([{"issuer": issuer, "jwks_file": file}])).await;
    admit(&desk, issuer).await;
    assert_eq!(desk.status(&client_of(&desk, &old, issuer)).await, 200);
    std::fs::write(&file, json!({"keys": [new.public()]}).to_string()).unwrap();
    assert_eq!(desk.status(&client_of(&desk, &new, issuer)).await, 401);
    desk.later(31);
    assert_eq!(desk.status(&client_of(&desk, &new, issuer)).await, 200);
    assert_eq!(desk.status(&client_of(&desk, &old, issuer)).await, 401);
    desk.world.stop().await;
}

/// Whoever asks with an unknown key and goes away does not let the provider be asked again and again.
#[tokio::test(flavor = "multi_thread")]
async fn clients_that_go_away_do_not_break_a_fetch_off() {
    let signer = Signer::new("k");
    let provider = Provider::start(vec![signer.public()]);
    provider.lie("slow");
    let desk = Desk::trusting(&json!([{"issuer": provider.issuer}])).await;
    admit(&desk, &provider.issuer).await;
    let client = client_of(&desk, &signer, &provider.issuer);
    for _ in 0..5 {
        let patience = std::time::Duration::from_millis(60);
        let left = tokio::time::timeout(patience, client.apart().get("/v1/me").send()).await;
        assert!(left.is_err(), "the provider takes longer than that");
    }
    assert_eq!(desk.status(&client).await, 200);
    assert_eq!(provider.asked(), 1);
    desk.world.stop().await;
}
