//! Attacks by the signature, by the form of the segments, and by keys that do not sign for the server.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::json;

use crate::attack::Attack;
use crate::short_key;
use crate::signer::{Signer, base64url, message};
use crate::stage::{Keys, OTHER, claims, with, without};

/// The order of P-256, and of Ed25519's base point with its lowest byte first.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const ED25519_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// All of them.
pub(crate) fn attacks(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for signer in keys.good() {
        attacks.extend(signatures(signer));
    }
    for signer in [&keys.rs, &keys.ed] {
        attacks.extend(segments(signer));
    }
    attacks.extend(elliptic(keys));
    attacks.extend(other_keys(keys));
    attacks
}

/// The segments of a good token.
fn good(signer: &Signer) -> (String, Vec<u8>) {
    let message = message(signer.header().to_string(), claims().to_string());
    let signature = signer.sign(signer.algorithm, &message);
    (message, signature)
}

fn signatures(signer: &Signer) -> Vec<Attack> {
    let (message, signature) = good(signer);
    let length = signature.len();
    let other = crate::signer::message(
        signer.header().to_string(),
        with(claims(), &json!({"sub": "somebody-else"})).to_string(),
    );
    let (header, claims) = (signer.header().to_string(), claims().to_string());
    let sign = |message: &str| signer.sign(signer.algorithm, message);
    let flipped = |index: usize| {
        let mut signature = signature.clone();
        signature[index] ^= 1;
        signature
    };
    let mut found: Vec<(&str, Vec<u8>)> = vec![
        ("of another token", sign(&other)),
        ("of the header alone", sign(&base64url(&header))),
        ("of the claims alone", sign(&base64url(&claims))),
        (
            "of what is not encoded",
            sign(&format!("{header}.{claims}")),
        ),
        ("of the message with a dot", sign(&format!("{message}."))),
        ("with its first bit wrong", flipped(0)),
        ("with a bit in the middle wrong", flipped(length / 2)),
        ("with its last bit wrong", flipped(length - 1)),
        ("of zeros", vec![0; length]),
        ("of ones", vec![0xff; length]),
        ("of one byte", vec![1]),
        ("cut by a byte", signature[..length - 1].to_vec()),
        ("without its first byte", signature[1..].to_vec()),
        ("with a zero in front", [&[0][..], &signature].concat()),
        ("with a zero behind", [&signature[..], &[0]].concat()),
        ("twice", signature.repeat(2)),
        ("turned round", signature.iter().rev().copied().collect()),
        ("empty", Vec::new()),
    ];
    if signer.algorithm.ends_with("S256") && length == 256 {
        let (modulus, _) = signer.modulus_and_exponent();
        let one = [vec![0; 255], vec![1]].concat();
        found.extend([("that is the modulus", modulus), ("that is 1", one)]);
    }
    let attacks = found.into_iter().map(|(what, signature)| {
        let token = format!("{message}.{}", base64url(signature));
        Attack::token(format!("{} signature {what}", signer.algorithm), &token)
    });
    attacks.collect()
}

/// Tokens whose bytes are right and whose form is not.
fn segments(signer: &Signer) -> Vec<Attack> {
    let (message, signature) = good(signer);
    let (header, claims) = message.split_once('.').unwrap();
    let bytes = signature;
    let signature = base64url(&bytes);
    let token = format!("{message}.{signature}");
    let with = |signature: &str| format!("{message}.{signature}");
    // The last sign holds bits that nothing stands for.
    let last = signature.as_bytes()[signature.len() - 1] as char;
    let signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = signs.find(last).unwrap();
    let loose = format!(
        "{}{}",
        &signature[..signature.len() - 1],
        signs.as_bytes()[place + 1] as char
    );
    assert_ne!(
        URL_SAFE_NO_PAD.decode(&signature).ok(),
        URL_SAFE_NO_PAD.decode(&loose).ok()
    );
    let (body, end) = token.split_at(token.len() - 8);
    let json = json!({"protected": header, "payload": claims, "signature": signature}).to_string();
    let mut found = vec![
        ("no signature".to_owned(), message.clone()),
        ("an empty signature".to_owned(), with("")),
        ("no claims".to_owned(), format!("{header}..{signature}")),
        ("no header".to_owned(), format!(".{claims}.{signature}")),
        ("header alone".to_owned(), header.to_owned()),
        ("a fourth segment".to_owned(), format!("{token}.AAAA")),
        ("an empty fourth segment".to_owned(), format!("{token}.")),
        ("five segments".to_owned(), format!("{token}.AAAA.AAAA")),
        ("a dot in front".to_owned(), format!(".{token}")),
        (
            "segments in another order".to_owned(),
            format!("{claims}.{header}.{signature}"),
        ),
        ("padding".to_owned(), with(&URL_SAFE.encode(&bytes))),
        ("padding too much".to_owned(), format!("{token}=")),
        ("loose bits at its end".to_owned(), with(&loose)),
        ("hexadecimal signature".to_owned(), with(&hex(&bytes))),
        (
            "signature encoded twice".to_owned(),
            with(&base64url(&signature)),
        ),
        (
            "the other alphabet".to_owned(),
            with(&STANDARD.encode([&bytes[..], &[0xfb, 0xff]].concat())),
        ),
        ("a percent sign".to_owned(), token.replace('.', "%2E")),
        ("JSON serialisation".to_owned(), json),
        ("quotes".to_owned(), format!("\"{token}\"")),
        ("the token twice".to_owned(), format!("{token}{token}")),
        (
            "the token twice with a dot".to_owned(),
            format!("{token}.{token}"),
        ),
        ("half of it".to_owned(), token[..token.len() / 2].to_owned()),
        ("capitals".to_owned(), token.to_uppercase()),
    ];
    for sign in [
        " ", "  ", "\t", "=", "+", "/", "!", "~", "%00", "\\", "*", "|", ",", ";",
    ] {
        found.push((format!("{sign:?} inside"), format!("{body}{sign}{end}")));
    }
    let name = signer.algorithm;
    let mut attacks: Vec<_> = found
        .into_iter()
        .map(|(what, token)| Attack::token(format!("{name} token with {what}"), &token))
        .collect();
    for byte in [0x80, 0xff] {
        let line = [b"Bearer ", body.as_bytes(), &[byte], end.as_bytes()].concat();
        attacks.push(Attack::lines(
            format!("{name} token with byte {byte:x}"),
            [line],
        ));
    }
    attacks
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Numbers that no signature on a curve may have.
fn elliptic(keys: &Keys) -> Vec<Attack> {
    let (message, signature) = good(&keys.es);
    let (r, s) = signature.split_at(32);
    let (zero, order) = ([0; 32], P256_ORDER);
    let pair = |r: &[u8], s: &[u8]| [r, s].concat();
    let mut found = vec![
        ("r = s = 0", pair(&zero, &zero)),
        ("r = 0", pair(&zero, s)),
        ("s = 0", pair(r, &zero)),
        ("r = s = n", pair(&order, &order)),
        ("r = n", pair(&order, s)),
        ("s = n", pair(r, &order)),
        ("r and s exchanged", pair(s, r)),
        ("r alone", r.to_vec()),
        ("DER", der(r, s)),
        ("DER of zeros", vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
        ("r and s of 33 bytes", [&[0], r, &[0], s].concat()),
    ];
    let attacks = found.drain(..).map(|(what, signature)| {
        let token = format!("{message}.{}", base64url(signature));
        Attack::token(format!("ES256 signature with {what}"), &token)
    });
    let mut attacks: Vec<_> = attacks.collect();
    // The same number in another way: S + L.
    let (message, mut signature) = good(&keys.ed);
    let mut carry = 0;
    for (digit, order) in signature[32..].iter_mut().zip(ED25519_ORDER) {
        let sum = u16::from(*digit) + u16::from(order) + carry;
        carry = sum >> 8;
        *digit = sum.to_le_bytes()[0];
    }
    assert_eq!(carry, 0);
    let token = format!("{message}.{}", base64url(&signature));
    attacks.push(Attack::token("EdDSA signature with S + L", &token));
    // The neutral point and zero.
    let neutral = [&[1][..], &[0; 63]].concat();
    let token = format!("{message}.{}", base64url(neutral));
    attacks.push(Attack::token(
        "EdDSA signature of the neutral point",
        &token,
    ));
    attacks
}

/// ASN.1, as other protocols have it.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let bytes: Vec<u8> = bytes
            .iter()
            .copied()
            .skip_while(|byte| *byte == 0)
            .collect();
        let sign = bytes.first().is_some_and(|byte| *byte >= 0x80);
        let bytes = [&vec![0; usize::from(sign)][..], &bytes].concat();
        [&[2, u8::try_from(bytes.len()).unwrap()][..], &bytes].concat()
    };
    let both = [number(r), number(s)].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()][..], &both].concat()
}

fn other_keys(keys: &Keys) -> Vec<Attack> {
    let mut attacks = vec![
        Attack::token("a key of 1,024 bits", short_key::TOKEN),
        Attack::token("a key that was taken away", &keys.gone.good_token()),
        Attack::token("a key that nobody published", &keys.nobody.good_token()),
        Attack::token(
            "the other issuer's key of the same id",
            &keys.other.good_token(),
        ),
        Attack::token("the other issuer's key", &keys.only_other.good_token()),
    ];
    for (signer, changes) in &keys.unfit {
        let name = format!("the key {}, published with {changes}", signer.id);
        attacks.push(Attack::token(name, &signer.good_token()));
        let token = signer.token(
            without(signer.header(), "kid").to_string(),
            claims().to_string(),
        );
        attacks.push(Attack::token(
            format!("the key {} without kid", signer.id),
            &token,
        ));
    }
    let for_other = with(claims(), &json!({"iss": OTHER})).to_string();
    let for_development = with(claims(), &json!({"iss": fallbuch_api::ISSUER})).to_string();
    for (whom, claims) in [
        ("the other", for_other),
        ("the development issuer", for_development),
    ] {
        for signer in [&keys.rs, &keys.ed, &keys.nobody, &keys.gone] {
            let token = signer.token(signer.header().to_string(), &claims);
            attacks.push(Attack::token(
                format!("{} signs for {whom}", signer.id),
                &token,
            ));
        }
    }
    attacks.push(exponent_1(keys));
    attacks
}

/// By a key whose exponent is 1 the signature is the padded hash itself, which everybody can write down.
fn exponent_1(keys: &Keys) -> Attack {
    let (signer, _) = keys
        .unfit
        .iter()
        .find(|(one, _)| one.id == "exponent-1")
        .unwrap();
    let message = message(signer.header().to_string(), claims().to_string());
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message.as_bytes());
    // DigestInfo of SHA-256 (RFC 8017 §9.2).
    let prefix = [
        0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20,
    ];
    let end = [&[0][..], &prefix, hash.as_ref()].concat();
    let padded = [&[0, 1][..], &vec![0xff; 254 - end.len()], &end].concat();
    Attack::token(
        "a signature that is the padded hash, for an exponent of 1",
        &format!("{message}.{}", base64url(padded)),
    )
}
