//! Somebody who signs whatever is put before them, by every algorithm there is.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::stage::claims;

/// Bytes in unpadded base64url.
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The first two segments of a token: what is signed.
pub(crate) fn message(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    format!("{}.{}", base64url(header), base64url(claims))
}

/// A key that signs, with the id and the algorithm that its tokens name.
pub(crate) struct Signer {
    pub(crate) id: &'static str,
    pub(crate) algorithm: &'static str,
    key: Key,
}

enum Key {
    Rsa(Box<rsa::KeyPair>),
    P256(Box<EcdsaKeyPair>),
    Ed25519(Ed25519KeyPair),
    Secret(&'static [u8]),
}

impl Signer {
    /// An RSA key of 2,048 bits for one of its paddings.
    pub(crate) fn rsa(id: &'static str, algorithm: &'static str) -> Self {
        let key = Key::Rsa(Box::new(rsa::KeyPair::generate(KeySize::Rsa2048).unwrap()));
        Self { id, algorithm, key }
    }

    /// A key on P-256.
    pub(crate) fn p256(id: &'static str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let (algorithm, key) = ("ES256", Key::P256(Box::new(key)));
        Self { id, algorithm, key }
    }

    /// An Ed25519 key.
    pub(crate) fn ed25519(id: &'static str) -> Self {
        let (algorithm, key) = ("EdDSA", Key::Ed25519(Ed25519KeyPair::generate().unwrap()));
        Self { id, algorithm, key }
    }

    /// A shared secret, which has no business here.
    pub(crate) fn secret(id: &'static str) -> Self {
        let (algorithm, key) = ("HS256", Key::Secret(&[7; 32]));
        Self { id, algorithm, key }
    }

    /// The header of a good token.
    pub(crate) fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": self.algorithm, "kid": self.id})
    }

    /// A token with this header and these claims, whatever they say.
    pub(crate) fn token(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        let message = message(header, claims);
        let signature = self.sign(self.algorithm, &message);
        format!("{message}.{}", base64url(signature))
    }

    /// A token that is good if the key is one that signs for the server.
    pub(crate) fn good_token(&self) -> String {
        self.token(self.header().to_string(), claims().to_string())
    }

    /// The signature by an algorithm of the key's kind.
    pub(crate) fn sign(&self, algorithm: &str, message: &str) -> Vec<u8> {
        let message = message.as_bytes();
        match &self.key {
            Key::Rsa(pair) => {
                let encoding: &'static dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
                    "RS256" => &RSA_PKCS1_SHA256,
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    "PS256" => &RSA_PSS_SHA256,
                    "PS384" => &RSA_PSS_SHA384,
                    "PS512" => &RSA_PSS_SHA512,
                    other => panic!("RSA does not sign by {other}"),
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                pair.sign(encoding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Key::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).unwrap();
                signature.as_ref().to_vec()
            }
            Key::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Key::Secret(secret) => mac("HS256", secret, message),
        }
    }

    /// The public half as an issuer publishes it.
    pub(crate) fn public(&self) -> Value {
        let mut key = match &self.key {
            Key::Rsa(_) => {
                let (modulus, exponent) = self.modulus_and_exponent();
                json!({"kty": "RSA", "n": base64url(modulus), "e": base64url(exponent)})
            }
            Key::P256(_) => {
                // One byte says that both coordinates follow.
                let point = self.public_bytes();
                let (x, y) = point[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
            }
            Key::Ed25519(_) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(self.public_bytes())})
            }
            Key::Secret(secret) => json!({"kty": "oct", "k": base64url(secret)}),
        };
        key["kid"] = self.id.into();
        key["alg"] = self.algorithm.into();
        key["use"] = "sig".into();
        key
    }

    /// The public half as the library has it.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        match &self.key {
            Key::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Key::P256(pair) => pair.public_key().as_ref().to_vec(),
            Key::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
            Key::Secret(secret) => secret.to_vec(),
        }
    }

    /// The two numbers of an RSA key.
    pub(crate) fn modulus_and_exponent(&self) -> (Vec<u8>, Vec<u8>) {
        let Key::Rsa(pair) = &self.key else {
            panic!("{} is no RSA key", self.id);
        };
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero();
        let exponent = public.exponent().big_endian_without_leading_zero();
        (modulus.to_vec(), exponent.to_vec())
    }

    /// Every form in which somebody may have the public half, as the bytes of a secret.
    pub(crate) fn public_forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut forms = vec![
            ("public bytes", self.public_bytes()),
            ("JWK", self.public().to_string().into_bytes()),
        ];
        let der: Option<PublicKeyX509Der<'_>> = match &self.key {
            Key::Rsa(pair) => pair.public_key().as_der().ok(),
            Key::P256(pair) => pair.public_key().as_der().ok(),
            Key::Ed25519(pair) => pair.public_key().as_der().ok(),
            Key::Secret(_) => None,
        };
        let der = der.unwrap();
        let pem = pem(der.as_ref());
        forms.push(("PEM without its last line end", pem.trim_end().into()));
        forms.push(("PEM", pem.into_bytes()));
        forms.push(("DER", der.as_ref().to_vec()));
        if let Key::Rsa(_) = &self.key {
            let (modulus, _) = self.modulus_and_exponent();
            forms.push(("JWK modulus", base64url(&modulus).into_bytes()));
            forms.push(("modulus", modulus));
        }
        forms
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}

/// The HMAC of a message.
pub(crate) fn mac(algorithm: &str, secret: &[u8], message: &[u8]) -> Vec<u8> {
    let algorithm = match algorithm {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let key = hmac::Key::new(algorithm, secret);
    hmac::sign(&key, message).as_ref().to_vec()
}
