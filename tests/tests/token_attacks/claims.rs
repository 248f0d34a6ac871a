//! Attacks by the token's claims, all of them signed as they should be.

use serde_json::{Value, json};

use crate::attack::Attack;
use crate::stage::{AUDIENCE, ISSUED, ISSUER, Keys, NOW, OTHER, SUBJECT, claims, with, without};

/// All of them.
pub(crate) fn attacks(keys: &Keys) -> Vec<Attack> {
    let mut attacks = names(keys);
    attacks.extend(times(keys));
    attacks.extend(numbers(keys));
    attacks.extend(not_an_object(keys));
    attacks.extend(repeated(keys));
    attacks
}

fn signed(keys: &Keys, name: impl Into<String>, claims: impl AsRef<[u8]>) -> Attack {
    let token = keys.ed.token(keys.ed.header().to_string(), claims);
    Attack::token(name, &token)
}

fn changed(keys: &Keys, changes: &Value) -> Attack {
    let name = changes.to_string().chars().take(60).collect::<String>();
    let claims = with(claims(), changes).to_string();
    signed(keys, format!("claims {name}"), claims)
}

fn names(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        let claims = without(claims(), name).to_string();
        attacks.push(signed(keys, format!("{name} missing"), claims));
        let upper = without(self::claims(), name);
        let upper = with(upper, &json!({name.to_uppercase(): self::claims()[name]}));
        attacks.push(signed(
            keys,
            format!("{name} in capitals"),
            upper.to_string(),
        ));
        for value in [json!(null), json!(true), json!({}), json!([]), json!("")] {
            attacks.push(changed(keys, &json!({name: value})));
        }
    }
    for changes in [
        json!({"aud": "elsewhere"}),
        json!({"aud": "FALLBUCH"}),
        json!({"aud": "fallbuch "}),
        json!({"aud": "fallbuch\0"}),
        json!({"aud": "fallbuch2"}),
        json!({"aud": "fallbuch elsewhere"}),
        json!({"aud": "*"}),
        json!({"aud": ["elsewhere", "account"]}),
        json!({"aud": [AUDIENCE, 7]}),
        json!({"aud": [AUDIENCE, null]}),
        json!({"aud": [[AUDIENCE]]}),
        json!({"aud": {"0": AUDIENCE}}),
        json!({"aud": 7}),
        json!({"iss": [ISSUER]}),
        json!({"iss": [OTHER, ISSUER]}),
        json!({"iss": 7}),
        json!({"iss": format!("{ISSUER}/")}),
        json!({"iss": format!("{ISSUER}\0")}),
        json!({"iss": format!("{ISSUER}@evil.example.org")}),
        json!({"iss": format!(" {ISSUER}")}),
        json!({"iss": ISSUER.to_uppercase()}),
        json!({"iss": ISSUER.replace("https", "http")}),
        json!({"iss": "https://evil.example.org"}),
        // Ours by another's key.
        json!({"iss": OTHER}),
        json!({"iss": fallbuch_api::ISSUER}),
        json!({"sub": 7}),
        json!({"sub": [SUBJECT]}),
        json!({"sub": "x".repeat(256)}),
        json!({"sub": "\u{e4}".repeat(128)}),
        json!({"sub": format!("{SUBJECT}\0")}),
        json!({"sub": format!("\0{SUBJECT}")}),
        json!({"sub": format!("{SUBJECT}\n")}),
        json!({"sub": format!("{SUBJECT}\r\nX-Admin: 1")}),
        json!({"sub": format!("{SUBJECT}\u{7f}")}),
        json!({"sub": format!("{SUBJECT}\u{85}")}),
    ] {
        attacks.push(changed(keys, &changes));
    }
    attacks
}

fn times(keys: &Keys) -> Vec<Attack> {
    let day = 86_400;
    [
        // Expired, by more than clocks may be apart.
        json!({"iat": NOW - 3600, "exp": NOW - 30}),
        json!({"iat": NOW - day, "exp": NOW - 3600}),
        json!({"iat": 0, "exp": 3600}),
        // Not yet.
        json!({"iat": NOW + 31, "exp": NOW + 3600}),
        json!({"iat": NOW + day, "exp": NOW + day + 3600}),
        json!({"nbf": NOW + 31}),
        json!({"nbf": NOW + 10 * day}),
        // For too long, or for no time at all.
        json!({"exp": ISSUED + day + 1}),
        json!({"exp": ISSUED + 3650 * day}),
        json!({"iat": ISSUED - day}),
        json!({"iat": 0}),
        json!({"iat": -ISSUED}),
        json!({"iat": ISSUED + 3600}),
        json!({"iat": ISSUED + 3601}),
        json!({"exp": ISSUED}),
        json!({"exp": ISSUED - 1}),
        json!({"exp": 0}),
        json!({"exp": -1}),
        json!({"exp": ISSUED * 1000, "iat": ISSUED * 1000}),
        json!({"exp": (ISSUED + 3600) * 1000, "iat": ISSUED * 1000}),
    ]
    .iter()
    .map(|changes| changed(keys, changes))
    .collect()
}

/// What stands where a whole number of seconds should.
fn numbers(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let good = |name: &str| match name {
        "exp" => ISSUED + 3600,
        _ => ISSUED,
    };
    for name in ["exp", "iat", "nbf"] {
        let number = good(name);
        for text in [
            format!("\"{number}\""),
            format!("{number}.0"),
            format!("{number}.5"),
            format!("{number}e0"),
            format!("0{number}"),
            format!("+{number}"),
            format!("[{number}]"),
            "null".to_owned(),
            "true".to_owned(),
            "{}".to_owned(),
            "NaN".to_owned(),
            "\"NaN\"".to_owned(),
            "Infinity".to_owned(),
            "-Infinity".to_owned(),
            "0x7fffffff".to_owned(),
            "\"2100-01-01T00:00:00Z\"".to_owned(),
            "1e300".to_owned(),
            "1e999".to_owned(),
            "-0.0".to_owned(),
            i64::MAX.to_string(),
            u64::MAX.to_string(),
            u128::MAX.to_string(),
            "9".repeat(400),
            "253402300800".to_owned(),
        ] {
            let rest = without(claims(), name).to_string();
            let claims = format!("{{\"{name}\":{text},{}", &rest[1..]);
            attacks.push(signed(keys, format!("{name}: {text:.40}"), claims));
        }
        for number in [i64::MIN, -i64::MAX, -377_705_116_801] {
            // Long ago is no reason to refuse what holds since then.
            if name != "nbf" || number < -377_705_116_800 {
                attacks.push(changed(keys, &json!({name: number})));
            }
        }
    }
    attacks
}

fn not_an_object(keys: &Keys) -> Vec<Attack> {
    let good = claims().to_string();
    let (issued, expires) = (ISSUED, ISSUED + 3600);
    let list = json!([ISSUER, SUBJECT, AUDIENCE, expires, issued, issued]).to_string();
    let other_order = json!([expires, issued, SUBJECT, ISSUER, AUDIENCE]).to_string();
    let deep = format!(
        r#"{{"x":{}{},{}"#,
        "[".repeat(60),
        "]".repeat(60),
        &good[1..]
    );
    [
        ("a list of the values", list.into_bytes()),
        ("a list in another order", other_order.into_bytes()),
        ("a list of the claims", format!("[{good}]").into_bytes()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("a text", json!(good).to_string().into_bytes()),
        ("another token", keys.ed.good_token().into_bytes()),
        ("two objects", format!("{good}{good}").into_bytes()),
        ("a comma at its end", good.replace('}', ",}").into_bytes()),
        ("a comment", format!("/**/{good}").into_bytes()),
        ("a byte order mark", format!("\u{feff}{good}").into_bytes()),
        (
            "a byte that is not UTF-8",
            [good.as_bytes(), &[0xff]].concat(),
        ),
        (
            "UTF-16",
            good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "half of themselves",
            good.as_bytes()[..good.len() / 2].to_vec(),
        ),
        ("nested too deeply", deep.into_bytes()),
        ("nothing", Vec::new()),
    ]
    .into_iter()
    .map(|(what, claims)| signed(keys, format!("the claims are {what}"), claims))
    .collect()
}

fn repeated(keys: &Keys) -> Vec<Attack> {
    let good = claims().to_string();
    [
        r#""sub":"somebody-else""#.to_owned(),
        format!(r#""sub":"{SUBJECT}""#),
        r#""s\u0075b":"somebody-else""#.to_owned(),
        format!(r#""iss":"{OTHER}""#),
        format!(r#""iss":"{ISSUER}""#),
        r#""aud":"elsewhere""#.to_owned(),
        format!(r#""aud":["{AUDIENCE}"]"#),
        format!(r#""exp":{}"#, ISSUED + 7200),
        format!(r#""iat":{ISSUED}"#),
        format!(r#""nbf":{ISSUED},"nbf":{ISSUED}"#),
        r#""x":{"y":1,"y":2}"#.to_owned(),
        r#""x":[{"y":1,"\u0079":2}]"#.to_owned(),
    ]
    .into_iter()
    .flat_map(|member| {
        let first = format!("{{{member},{}", &good[1..]);
        let last = format!("{},{member}}}", &good[..good.len() - 1]);
        [(first, "first"), (last, "last")].map(|(claims, place)| {
            signed(keys, format!("claims with {member} again, {place}"), claims)
        })
    })
    .collect()
}
