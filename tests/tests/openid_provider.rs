//! Sign-in by a real OpenID provider that others wrote, from discovery to the rotation of its keys. `issuers.rs` shows
//! by a provider of our own what no honest one does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "openid_provider/provider.rs"]
mod provider;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fallbuch_tests::{Client, Desk};
use provider::Provider;
use serde_json::{Value, json};

/// The algorithms that count here, by their names on the wire: `Ed25519` is the newer one of `EdDSA`.
const ALGORITHMS: [&str; 5] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

/// A server that finds this provider by its address.
async fn desk(provider: &Provider) -> Desk {
    Desk::trusting(&json!([{"issuer": provider.issuer()}])).await
}

/// Lets the provider's client in as a program that may read.
async fn admit(desk: &Desk, provider: &Provider) {
    let rights = json!({"roles": ["service"], "permissions": ["agency:read", "case:read"]});
    desk.admit(provider.issuer(), provider.client(), rights)
        .await;
}

/// A client with a new token for us.
async fn client_of(desk: &Desk, provider: &Provider, algorithm: &str) -> Client {
    let token = provider.token("fallbuch", algorithm).await;
    desk.world.anonymous().with_token(&token)
}

/// A client with a new token for each algorithm.
async fn clients(desk: &Desk, provider: &Provider) -> Vec<Client> {
    let mut clients = Vec::new();
    for algorithm in ALGORITHMS {
        clients.push(client_of(desk, provider, algorithm).await);
    }
    clients
}

/// All of them get this answer.
async fn expect(desk: &Desk, clients: &[Client], status: u16) {
    for (algorithm, client) in ALGORITHMS.iter().zip(clients) {
        assert_eq!(desk.status(client).await, status, "{algorithm}");
    }
}

/// What a token says of its signature.
fn header(token: &str) -> Value {
    let (header, _) = token.split_once('.').unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_tokens_say_who_somebody_is_whatever_the_algorithm() {
    let provider = Provider::start();
    let desk = desk(&provider).await;
    for algorithm in ALGORITHMS {
        let token = provider.token("fallbuch", algorithm).await;
        let header = header(&token);
        assert_eq!(
            (&header["typ"], &header["alg"]),
            (&json!("at+jwt"), &json!(algorithm))
        );
        let client = desk.world.anonymous().with_token(&token);
        let me = client.get("/v1/me").send().await.expect_status(200).json();
        assert_eq!(me["issuer"], provider.issuer());
        assert_eq!(me["subject"], provider.client());
        assert_eq!(me["memberships"], json!([]), "{algorithm}");
        let agency = client.get("/v1/agencies/transmit").send().await;
        agency.expect_status(404);
    }
    admit(&desk, &provider).await;
    for algorithm in ALGORITHMS {
        let client = client_of(&desk, &provider, algorithm).await;
        let me = client.get("/v1/me").send().await.expect_status(200).json();
        assert_eq!(
            me["memberships"].as_array().unwrap().len(),
            1,
            "{algorithm}"
        );
        let agency = client.get("/v1/agencies/transmit").send().await;
        agency.expect_status(200);
        assert_eq!(desk.status(&client).await, 200, "{algorithm}");
    }
    desk.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_for_others_are_refused() {
    let provider = Provider::start();
    let desk = desk(&provider).await;
    admit(&desk, &provider).await;
    let mut tokens = vec![provider.opaque_token().await];
    for algorithm in ALGORITHMS {
        tokens.push(provider.token("somebody-else", algorithm).await);
    }
    for token in &tokens {
        let client = desk.world.anonymous().with_token(token);
        client.get("/v1/me").send().await.expect_status(401);
        assert_eq!(desk.status(&client).await, 401, "{token}");
    }
    // Not for what they are signed with.
    let own = client_of(&desk, &provider, "ES256").await;
    assert_eq!(desk.status(&own).await, 200);
    desk.world.stop().await;
}

/// An RSA key that says nothing is one for RS256: a key has one algorithm.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_name_no_algorithm_are_taken_by_their_kind() {
    let provider = Provider::start_unnamed();
    let desk = desk(&provider).await;
    admit(&desk, &provider).await;
    for algorithm in ALGORITHMS {
        let expected = if algorithm == "PS256" { 401 } else { 200 };
        let client = client_of(&desk, &provider, algorithm).await;
        assert_eq!(desk.status(&client).await, expected, "{algorithm}");
    }
    desk.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_keys_rotate_and_those_known_count_while_it_is_away() {
    let provider = Provider::start();
    let desk = desk(&provider).await;
    admit(&desk, &provider).await;
    let (used, kept) = (
        clients(&desk, &provider).await,
        clients(&desk, &provider).await,
    );
    expect(&desk, &used, 200).await;

    // Started anew it has other keys, which count once it is asked again; then those it took away do no more.
    let mut provider = provider.restart();
    let renewed = clients(&desk, &provider).await;
    expect(&desk, &renewed, 401).await;
    expect(&desk, &used, 200).await;
    desk.later(31);
    expect(&desk, &renewed, 200).await;
    expect(&desk, &used, 401).await;
    expect(&desk, &kept, 401).await;

    // Nobody notices that it is away, however long, except whoever comes with a key that is not known.
    let kept = clients(&desk, &provider).await;
    provider.stop();
    for _ in 0..3 {
        desk.later(1200);
        expect(&desk, &renewed, 200).await;
        expect(&desk, &used, 401).await;
    }
    expect(&desk, &kept, 200).await;

    // It comes back with other keys once more.
    let provider = provider.restart();
    desk.later(31);
    expect(&desk, &clients(&desk, &provider).await, 200).await;
    expect(&desk, &renewed, 401).await;
    expect(&desk, &kept, 401).await;
    desk.world.stop().await;
}
