//! Attacks by how a token is carried: a good one, but several, or elsewhere, or too long.

use serde_json::json;

use crate::attack::Attack;
use crate::stage::{Keys, claims, with};

/// All of them.
pub(crate) fn attacks(keys: &Keys) -> Vec<Attack> {
    let mut attacks = lines(keys);
    attacks.extend(elsewhere(keys));
    attacks.extend(long(keys));
    attacks
}

fn lines(keys: &Keys) -> Vec<Attack> {
    let (good, other) = (keys.ed.good_token(), keys.es.good_token());
    let bad = keys.nobody.good_token();
    let bearer = |token: &str| format!("Bearer {token}");
    let several = [
        vec![bearer(&good), bearer(&good)],
        vec![bearer(&good), bearer(&other)],
        vec![bearer(&good), bearer(&bad)],
        vec![bearer(&bad), bearer(&good)],
        vec!["Basic YTpi".to_owned(), bearer(&good)],
        vec![bearer(&good), "Basic YTpi".to_owned()],
        vec![String::new(), bearer(&good)],
        vec![bearer(&good), String::new()],
        vec![bearer(&good); 3],
    ];
    let mut attacks: Vec<_> = several
        .into_iter()
        .enumerate()
        .map(|(index, lines)| Attack::lines(format!("several headers, {index}"), lines))
        .collect();
    for line in [
        format!("Bearer {good}, Bearer {good}"),
        format!("Bearer {good},Bearer {bad}"),
        format!("Basic YTpi, Bearer {good}"),
        format!("Bearer {good}, Basic YTpi"),
        format!("Bearer {good},"),
        format!(",Bearer {good}"),
        format!("Bearer ,{good}"),
        format!("Bearer Bearer {good}"),
        format!("Bearer {good} {good}"),
        format!("Bearer {good} {bad}"),
        format!("Bearer {good} realm=\"x\""),
        format!("Basic {good}"),
        format!("Basic {}", crate::signer::base64url(format!("{good}:"))),
        format!("DPoP {good}"),
        format!("Token {good}"),
        format!("JWT {good}"),
        format!("Bearer: {good}"),
        format!("Bearer={good}"),
        format!("Bearer\t{good}"),
        format!("Bearer token=\"{good}\""),
        format!("Bearer \"{good}\""),
        format!("Bearer <{good}>"),
        format!("Bearer{good}"),
        format!("Bearers {good}"),
        format!("{good} Bearer"),
        good,
        "Bearer".to_owned(),
        String::new(),
        "Bearer null".to_owned(),
        "Bearer undefined".to_owned(),
        "Bearer ..".to_owned(),
        "Bearer .".to_owned(),
    ] {
        attacks.push(Attack::lines(format!("line {line:.30}"), [line]));
    }
    attacks
}

fn elsewhere(keys: &Keys) -> Vec<Attack> {
    let good = keys.ed.good_token();
    let form = "application/x-www-form-urlencoded";
    let mut attacks = vec![
        Attack::body("form", format!("access_token={good}"), form),
        Attack::body(
            "JSON body",
            json!({"access_token": good, "authorization": format!("Bearer {good}")}).to_string(),
            "application/json",
        ),
    ];
    for query in [
        "access_token",
        "token",
        "jwt",
        "bearer",
        "authorization",
        "Authorization",
    ] {
        attacks.push(Attack::query(
            format!("?{query}="),
            format!("{query}={good}"),
        ));
    }
    attacks.push(Attack::query(
        "?Authorization=Bearer",
        format!("Authorization=Bearer%20{good}"),
    ));
    for (name, value) in [
        ("cookie", format!("access_token={good}")),
        ("cookie", format!("Authorization=Bearer {good}")),
        (
            "cookie",
            format!("token={good}; jwt={good}; session={good}"),
        ),
        ("proxy-authorization", format!("Bearer {good}")),
        ("x-authorization", format!("Bearer {good}")),
        ("x-forwarded-authorization", format!("Bearer {good}")),
        ("x-original-authorization", format!("Bearer {good}")),
        ("x-access-token", good.clone()),
        ("x-auth-token", good.clone()),
        ("x-forwarded-access-token", good.clone()),
        ("x-id-token", good.clone()),
        ("x-forwarded-user", crate::stage::SUBJECT.to_owned()),
        ("x-remote-user", crate::stage::SUBJECT.to_owned()),
        ("sec-websocket-protocol", format!("bearer, {good}")),
    ] {
        attacks.push(Attack::header(name, value));
    }
    attacks
}

/// Signed as they should be, but longer than anybody needs.
fn long(keys: &Keys) -> Vec<Attack> {
    let padded = |length: usize| {
        let claims = with(claims(), &json!({"x": "x".repeat(length)})).to_string();
        keys.ed.token(keys.ed.header().to_string(), claims)
    };
    vec![
        Attack::token("8 KiB", &padded(6_144)),
        // All of these get 431 or, the longest, the end of the connection: what is in front of the verifier reads so
        // much of a request's headers and then refuses by itself.
        Attack::huge("64 KiB", &padded(48 << 10)),
        Attack::huge("128 KiB", &padded(96 << 10)),
        Attack::huge("4 MiB", &padded(3 << 20)),
    ]
}
