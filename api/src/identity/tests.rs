//! The attacks on bearer tokens, each refused for its own reason.
#![expect(
    clippy::disallowed_methods,
    reason = "keys of tests come from the system's randomness"
)]

use actix_web::http::header::HeaderValue;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::claims::Claims;
use super::issuer::{Issuer, SigningAlgorithm, VerificationKey};
use super::*;

const NOW: OffsetDateTime = datetime!(2026-05-04 12:00 UTC);
const AUDIENCE: &str = "fallbuch";
const OTHER: &str = "https://other.example";

/// A signing key with the verification key that belongs to it.
struct Signer {
    kind: SigningAlgorithm,
    algorithm: Algorithm,
    private: EncodingKey,
    public: Vec<u8>,
}

impl Signer {
    fn ed25519() -> Self {
        let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
        Self {
            kind: SigningAlgorithm::EdDsa,
            algorithm: Algorithm::EdDSA,
            private: EncodingKey::from_ed_der(pair.to_pkcs8().unwrap().as_ref()),
            public: pair.public_key().as_ref().to_vec(),
        }
    }

    fn p256() -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        Self {
            kind: SigningAlgorithm::Es256,
            algorithm: Algorithm::ES256,
            private: EncodingKey::from_ec_der(document.as_ref()),
            public: pair.public_key().as_ref().to_vec(),
        }
    }

    fn key(&self, key_id: &str) -> VerificationKey {
        let key = if self.kind == SigningAlgorithm::Es256 {
            DecodingKey::from_ec_der(&self.public)
        } else {
            DecodingKey::from_ed_der(&self.public)
        };
        VerificationKey::new(key_id.to_owned(), self.kind, key).unwrap()
    }

    /// Signs exactly these bytes, however odd they are.
    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

struct Stage {
    ours: Signer,
    other: Signer,
    verifier: TokenVerifier,
}

fn stage() -> Stage {
    let (ours, other) = (Signer::ed25519(), Signer::p256());
    let verifier = TokenVerifier::new(
        vec![
            Issuer::new("https://ours.example".to_owned(), vec![ours.key("k")]),
            Issuer::new(
                OTHER.to_owned(),
                vec![other.key("k"), other.key("only-other")],
            ),
        ],
        AUDIENCE.to_owned(),
    );
    Stage {
        ours,
        other,
        verifier,
    }
}

fn header() -> Value {
    json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "k"})
}

fn claims() -> Value {
    let now = NOW.unix_timestamp();
    json!({"iss": "https://ours.example", "sub": "s-1", "aud": AUDIENCE, "iat": now, "exp": now + 3600})
}

/// The object with some members replaced; null removes one.
fn with(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        let members = object.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    object
}

impl Stage {
    fn verify(&self, token: &str) -> Result<VerifiedIdentity, Unauthenticated> {
        let line = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        self.verifier.verify_known([&line], NOW)
    }

    fn refusal(&self, header: &Value, claims: &Value) -> Unauthenticated {
        self.verify(&self.ours.sign(&header.to_string(), &claims.to_string()))
            .unwrap_err()
    }
}

#[test]
fn good_tokens_of_every_issuer_pass() {
    let stage = stage();
    let identity = stage
        .verify(
            &stage
                .ours
                .sign(&header().to_string(), &claims().to_string()),
        )
        .unwrap();
    assert_eq!(identity.issuer(), "https://ours.example");
    assert_eq!(identity.subject(), "s-1");
    assert_eq!(identity.expires_at(), NOW + Duration::hours(1));

    let header = json!({"typ": "JWT", "alg": "ES256", "kid": "k", "x5t": "ignored"});
    let claims = with(
        claims(),
        &json!({"iss": OTHER, "aud": ["x", AUDIENCE], "nbf": NOW.unix_timestamp(), "scope": {"a": 1.5}}),
    );
    let token = stage.other.sign(&header.to_string(), &claims.to_string());
    assert_eq!(stage.verify(&token).unwrap().issuer(), OTHER);
}

#[test]
fn headers_that_bring_keys_demands_or_confusion_are_refused() {
    let stage = stage();
    for (changes, reason) in [
        (json!({"alg": "none"}), Unauthenticated::Algorithm),
        (json!({"alg": "HS256"}), Unauthenticated::Algorithm),
        (json!({"alg": "ES256"}), Unauthenticated::Algorithm),
        (json!({"alg": "RS256"}), Unauthenticated::Algorithm),
        (json!({"alg": "eddsa"}), Unauthenticated::Algorithm),
        (json!({"alg": 1}), Unauthenticated::Header),
        (json!({"alg": null}), Unauthenticated::Header),
        (json!({"kid": null}), Unauthenticated::Header),
        (json!({"kid": ""}), Unauthenticated::Header),
        (json!({"kid": "x".repeat(129)}), Unauthenticated::Header),
        (json!({"kid": "k\n"}), Unauthenticated::Header),
        (json!({"kid": ["k"]}), Unauthenticated::Header),
        (
            json!({"kid": "../../dev/null"}),
            Unauthenticated::UnknownKey,
        ),
        (json!({"kid": "k' OR 1=1 --"}), Unauthenticated::Header),
        (json!({"kid": "only-other"}), Unauthenticated::UnknownKey),
        (json!({"typ": null}), Unauthenticated::Header),
        (json!({"typ": "id_token"}), Unauthenticated::Header),
        (json!({"typ": "dpop+jwt"}), Unauthenticated::Header),
        (json!({"crit": ["exp"]}), Unauthenticated::Header),
        (json!({"crit": []}), Unauthenticated::Header),
        (
            json!({"jku": "https://evil.example/keys"}),
            Unauthenticated::Header,
        ),
        (
            json!({"x5u": "https://evil.example/cert"}),
            Unauthenticated::Header,
        ),
        (
            json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}}),
            Unauthenticated::Header,
        ),
        (json!({"x5c": ["MIIB"]}), Unauthenticated::Header),
        (json!({"b64": false}), Unauthenticated::Header),
        (json!({"cty": "JWT"}), Unauthenticated::Header),
        (json!({"enc": "A256GCM"}), Unauthenticated::Header),
        (json!({"epk": {}}), Unauthenticated::Header),
        (json!({"zip": "DEF"}), Unauthenticated::Header),
    ] {
        assert_eq!(
            stage.refusal(&with(header(), &changes), &claims()),
            reason,
            "{changes}"
        );
    }
    for member in [
        "crit", "jku", "jwk", "x5c", "x5u", "b64", "cty", "enc", "epk", "zip",
    ] {
        let mut header = header();
        header[member] = Value::Null;
        assert_eq!(
            stage.refusal(&header, &claims()),
            Unauthenticated::Header,
            "{member}: null"
        );
    }
}

#[test]
fn claims_missing_or_of_the_wrong_type_are_refused() {
    let stage = stage();
    for name in ["exp", "iat", "aud", "iss", "sub"] {
        assert_eq!(
            stage.refusal(&header(), &with(claims(), &json!({name: null}))),
            Unauthenticated::Claims,
            "{name}"
        );
        let mut present = claims();
        present[name] = Value::Null;
        assert_eq!(
            stage.refusal(&header(), &present),
            Unauthenticated::Claims,
            "{name}: null"
        );
    }
    for (changes, reason) in [
        (json!({"aud": {}}), Unauthenticated::Claims),
        (json!({"aud": 7}), Unauthenticated::Claims),
        (json!({"aud": [7]}), Unauthenticated::Claims),
        (json!({"aud": []}), Unauthenticated::Audience),
        (json!({"aud": "fallbuch2"}), Unauthenticated::Audience),
        (json!({"aud": ["x"]}), Unauthenticated::Audience),
        (json!({"iss": 7}), Unauthenticated::Claims),
        (
            json!({"iss": ["https://ours.example"]}),
            Unauthenticated::Claims,
        ),
        (
            json!({"iss": "https://ours.example/"}),
            Unauthenticated::UnknownIssuer,
        ),
        (json!({"sub": 7}), Unauthenticated::Claims),
        (json!({"sub": ""}), Unauthenticated::Claims),
        (json!({"sub": "a\u{0}b"}), Unauthenticated::Claims),
        (json!({"sub": "x".repeat(256)}), Unauthenticated::Claims),
        (json!({"exp": "2100-01-01"}), Unauthenticated::Claims),
        (json!({"exp": 1e300}), Unauthenticated::Claims),
        (
            json!({"exp": i64::MAX, "iat": i64::MAX - 1}),
            Unauthenticated::Claims,
        ),
        (json!({"nbf": "later"}), Unauthenticated::Claims),
    ] {
        assert_eq!(
            stage.refusal(&header(), &with(claims(), &changes)),
            reason,
            "{changes}"
        );
    }
}

#[test]
fn times_are_checked_by_the_clock_handed_in() {
    let stage = stage();
    let now = NOW.unix_timestamp();
    for (iat, exp, nbf, expected) in [
        (now, now + 86_400, None, Ok(())),
        (now, now + 86_401, None, Err(Unauthenticated::Lifetime)),
        (now, now, None, Err(Unauthenticated::Lifetime)),
        (now, now - 1, None, Err(Unauthenticated::Lifetime)),
        (0, now + 3600, None, Err(Unauthenticated::Lifetime)),
        (now - 3600, now - 29, None, Ok(())),
        (now - 3600, now - 30, None, Err(Unauthenticated::Expired)),
        (now + 30, now + 3600, None, Ok(())),
        (
            now + 31,
            now + 3600,
            None,
            Err(Unauthenticated::NotYetValid),
        ),
        (now, now + 3600, Some(now + 30), Ok(())),
        (
            now,
            now + 3600,
            Some(now + 31),
            Err(Unauthenticated::NotYetValid),
        ),
    ] {
        let mut claims = with(claims(), &json!({"iat": iat, "exp": exp}));
        if let Some(nbf) = nbf {
            claims["nbf"] = nbf.into();
        }
        let outcome = stage.verify(&stage.ours.sign(&header().to_string(), &claims.to_string()));
        assert_eq!(outcome.map(|_| ()), expected, "{iat} {exp} {nbf:?}");
    }
}

#[test]
fn repeated_members_are_refused_wherever_they_stand() {
    let stage = stage();
    let (header, claims) = (header().to_string(), claims().to_string());
    let twice = |object: &str, member: &str| object.replacen('{', &format!("{{{member},"), 1);
    for (header, claims) in [
        (twice(&header, r#""alg":"none""#), claims.clone()),
        (header.clone(), twice(&claims, r#""sub":"somebody-else""#)),
        (header.clone(), twice(&claims, r#""exp":99999999999"#)),
        (header.clone(), twice(&claims, r#""x":{"y":1,"y":2}"#)),
    ] {
        assert_eq!(
            stage.verify(&stage.ours.sign(&header, &claims)),
            Err(Unauthenticated::Malformed),
            "{header}{claims}"
        );
    }
}

#[test]
fn a_list_of_the_right_values_is_no_object() {
    let stage = stage();
    let now = NOW.unix_timestamp();
    let list = json!([
        "https://ours.example",
        "s-1",
        AUDIENCE,
        now + 3600,
        now,
        now
    ]);
    assert!(Claims::read(list.to_string().as_bytes()).is_ok());
    assert_eq!(stage.refusal(&header(), &list), Unauthenticated::Malformed);
    let list = json!(["EdDSA", "k", "at+jwt"]);
    assert_eq!(stage.refusal(&list, &claims()), Unauthenticated::Malformed);
}

#[test]
fn a_key_counts_for_its_own_issuer_only() {
    let stage = stage();
    let header = with(header(), &json!({"alg": "ES256"}));
    let forged = stage.other.sign(&header.to_string(), &claims().to_string());
    assert_eq!(stage.verify(&forged), Err(Unauthenticated::Algorithm));

    let same_algorithm = Signer::ed25519();
    let verifier = TokenVerifier::new(
        vec![
            Issuer::new("https://ours.example".to_owned(), vec![stage.ours.key("k")]),
            Issuer::new(OTHER.to_owned(), vec![same_algorithm.key("k")]),
        ],
        AUDIENCE.to_owned(),
    );
    let forged = same_algorithm.sign(&self::header().to_string(), &claims().to_string());
    let line = HeaderValue::from_str(&format!("Bearer {forged}")).unwrap();
    assert_eq!(
        verifier.verify_known([&line], NOW),
        Err(Unauthenticated::Signature)
    );
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let stage = stage();
    let header = with(header(), &json!({"alg": "HS256"})).to_string();
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    let secret = EncodingKey::from_secret(&stage.ours.public);
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap();
    assert_eq!(
        stage.verify(&format!("{message}.{signature}")),
        Err(Unauthenticated::Algorithm)
    );
    let secret = DecodingKey::from_secret(b"secret");
    assert!(VerificationKey::new("k".to_owned(), SigningAlgorithm::EdDsa, secret).is_err());
}

#[test]
fn an_rsa_key_verifies_in_its_one_padding_only() {
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};

    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let signed = |name: &str, padding: &'static dyn RsaEncoding| {
        let header = with(header(), &json!({"alg": name})).to_string();
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims().to_string())
        );
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(
            padding,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let outcome = |algorithm, token: &str| {
        let public = pair.public_key();
        let public = DecodingKey::from_rsa_raw_components(
            public.modulus().big_endian_without_leading_zero(),
            public.exponent().big_endian_without_leading_zero(),
        );
        let key = VerificationKey::new("k".to_owned(), algorithm, public).unwrap();
        let issuer = Issuer::new("https://ours.example".to_owned(), vec![key]);
        let line = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        let verifier = TokenVerifier::new(vec![issuer], AUDIENCE.to_owned());
        verifier.verify_known([&line], NOW).map(|_| ())
    };
    let (rs, ps) = (
        signed("RS256", &RSA_PKCS1_SHA256),
        signed("PS256", &RSA_PSS_SHA256),
    );
    assert_eq!(outcome(SigningAlgorithm::Rs256, &rs), Ok(()));
    assert_eq!(outcome(SigningAlgorithm::Ps256, &ps), Ok(()));
    assert_eq!(
        outcome(SigningAlgorithm::Ps256, &rs),
        Err(Unauthenticated::Algorithm)
    );
    assert_eq!(
        outcome(SigningAlgorithm::Rs256, &ps),
        Err(Unauthenticated::Algorithm)
    );
    let mislabelled = signed("PS256", &RSA_PKCS1_SHA256);
    assert_eq!(
        outcome(SigningAlgorithm::Ps256, &mislabelled),
        Err(Unauthenticated::Signature)
    );
}

#[test]
fn ed25519_has_two_names() {
    let stage = stage();
    for (name, expected) in [
        ("EdDSA", Ok(())),
        ("Ed25519", Ok(())),
        ("ed25519", Err(Unauthenticated::Algorithm)),
        ("Ed448", Err(Unauthenticated::Algorithm)),
    ] {
        let header = with(header(), &json!({"alg": name})).to_string();
        let token = stage.ours.sign(&header, &claims().to_string());
        assert_eq!(stage.verify(&token).map(|_| ()), expected, "{name}");
    }
    let header = with(header(), &json!({"alg": "Ed25519"})).to_string();
    // Of a stranger, who has a key of the same id.
    let token = Signer::ed25519().sign(&header, &claims().to_string());
    assert_eq!(stage.verify(&token), Err(Unauthenticated::Signature));
    // No other key has either name.
    let claims = with(claims(), &json!({"iss": OTHER})).to_string();
    let token = stage.other.sign(&header, &claims);
    assert_eq!(stage.verify(&token), Err(Unauthenticated::Algorithm));
}

#[test]
fn segments_are_exact() {
    let stage = stage();
    let token = stage
        .ours
        .sign(&header().to_string(), &claims().to_string());
    let parts: Vec<&str> = token.split('.').collect();
    let padded = |part: &str| URL_SAFE.encode(URL_SAFE_NO_PAD.decode(part).unwrap());
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let cut = URL_SAFE_NO_PAD.encode(&URL_SAFE_NO_PAD.decode(signature).unwrap()[..60]);
    let mut flipped = URL_SAFE_NO_PAD.decode(signature).unwrap();
    flipped[0] ^= 1;
    let flipped = URL_SAFE_NO_PAD.encode(flipped);
    for (token, reason) in [
        (format!("{header}.{claims}."), Unauthenticated::Malformed),
        (format!("{header}.{claims}"), Unauthenticated::Malformed),
        (format!("{header}..{signature}"), Unauthenticated::Malformed),
        (format!(".{claims}.{signature}"), Unauthenticated::Malformed),
        (format!("{token}.x"), Unauthenticated::Malformed),
        (format!("{token}="), Unauthenticated::Malformed),
        (
            format!("{header}.{claims}.{}", padded(signature)),
            Unauthenticated::Malformed,
        ),
        (
            format!("{header}.{claims}.{cut}"),
            Unauthenticated::Signature,
        ),
        (
            format!("{header}.{claims}.{}", &signature[..signature.len() - 1]),
            Unauthenticated::Malformed,
        ),
        (
            format!("{header}.{claims}.{flipped}"),
            Unauthenticated::Signature,
        ),
        (
            format!("{header}.{}.{signature}", &claims[..claims.len() - 4]),
            Unauthenticated::Malformed,
        ),
        ("a.b.c".to_owned(), Unauthenticated::Malformed),
        ("token".to_owned(), Unauthenticated::Malformed),
    ] {
        assert_eq!(stage.verify(&token), Err(reason), "{token}");
    }
}

#[test]
fn there_is_one_authorization_of_bounded_length() {
    let stage = stage();
    let token = stage
        .ours
        .sign(&header().to_string(), &claims().to_string());
    let line = |text: String| HeaderValue::from_str(&text).unwrap();
    let good = line(format!("bEARER  {token}"));
    assert!(stage.verifier.verify_known([&good], NOW).is_ok());
    assert_eq!(
        stage.verifier.verify_known([], NOW),
        Err(Unauthenticated::Missing)
    );
    assert_eq!(
        stage.verifier.verify_known([&good, &good], NOW),
        Err(Unauthenticated::Several)
    );
    for (text, reason) in [
        (format!("Basic {token}"), Unauthenticated::NotBearer),
        (format!("Bearer{token}"), Unauthenticated::NotBearer),
        (
            format!("Bearer {token} {token}"),
            Unauthenticated::NotBearer,
        ),
        (
            format!("Bearer {token}, Bearer {token}"),
            Unauthenticated::NotBearer,
        ),
        ("Bearer ".to_owned(), Unauthenticated::NotBearer),
        ("Bearer".to_owned(), Unauthenticated::NotBearer),
        (String::new(), Unauthenticated::NotBearer),
        (token.clone(), Unauthenticated::NotBearer),
        (
            format!("Bearer {}", "x".repeat(4 << 20)),
            Unauthenticated::TooLong,
        ),
    ] {
        assert_eq!(
            stage.verifier.verify_known([&line(text.clone())], NOW),
            Err(reason),
            "{text:.40}"
        );
    }
}

#[test]
fn a_refusal_says_no_more_than_that() {
    use actix_web::ResponseError as _;
    let challenge = |reason: Unauthenticated| {
        let response = Problem::from(reason).error_response();
        response
            .headers()
            .get("www-authenticate")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(challenge(Unauthenticated::Missing), "Bearer");
    assert_eq!(
        challenge(Unauthenticated::Expired),
        challenge(Unauthenticated::Signature)
    );
}
