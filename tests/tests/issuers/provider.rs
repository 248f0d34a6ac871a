//! An identity provider of a test: its discovery document and its keys, honest or not, and whoever signs for it.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Somebody who signs tokens.
pub(crate) struct Signer {
    id: &'static str,
    key: Key,
}

enum Key {
    Pair(Ed25519KeyPair),
    Secret([u8; 32]),
}

impl Signer {
    /// With a key of its own.
    pub(crate) fn new(id: &'static str) -> Self {
        let key = Key::Pair(Ed25519KeyPair::generate().unwrap());
        Self { id, key }
    }

    /// With a shared secret, which has no business here.
    pub(crate) fn secret(id: &'static str) -> Self {
        let key = Key::Secret([7; 32]);
        Self { id, key }
    }

    /// What a provider publishes of it.
    pub(crate) fn public(&self) -> Value {
        match &self.key {
            Key::Pair(pair) => {
                let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.id, "x": x})
            }
            Key::Secret(secret) => {
                let k = URL_SAFE_NO_PAD.encode(secret);
                json!({"kty": "oct", "use": "sig", "alg": "HS256", "kid": self.id, "k": k})
            }
        }
    }

    /// A token with these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        let algorithm = match &self.key {
            Key::Pair(_) => "EdDSA",
            Key::Secret(_) => "HS256",
        };
        let header = json!({"typ": "at+jwt", "alg": algorithm, "kid": self.id});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = match &self.key {
            Key::Pair(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Key::Secret(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[derive(Default)]
struct Said {
    issuer: String,
    keys: Vec<Value>,
    lie: String,
    /// How often its keys were asked for.
    asked: u32,
}

/// A provider on this machine, as long as the value lives.
pub(crate) struct Provider {
    /// Its address, which is its `iss`.
    pub(crate) issuer: String,
    said: Arc<Mutex<Said>>,
    server: ServerHandle,
}

impl Provider {
    /// One that publishes these keys.
    pub(crate) fn start(keys: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::new(Mutex::new(Said {
            issuer: issuer.clone(),
            keys,
            ..Said::default()
        }));
        let shared = web::Data::from(Arc::clone(&said));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/.well-known/openid-configuration", web::get().to(document))
                .route("/keys", web::get().to(keys_of))
        });
        let server = server.workers(1).listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            issuer,
            said,
            server: handle,
        }
    }

    /// Publishes other keys from now on.
    pub(crate) fn publish(&self, keys: Vec<Value>) {
        self.said.lock().unwrap().keys = keys;
    }

    /// Is away, or is back.
    pub(crate) fn fail(&self, away: bool) {
        self.lie(if away { "away" } else { "" });
    }

    /// Lies from now on; an empty lie is none.
    pub(crate) fn lie(&self, lie: &str) {
        lie.clone_into(&mut self.said.lock().unwrap().lie);
    }

    /// How often its keys were asked for.
    pub(crate) fn asked(&self) -> u32 {
        self.said.lock().unwrap().asked
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // Asked at once; nobody has to see it end.
        drop(self.server.stop(false));
    }
}

async fn document(said: web::Data<Mutex<Said>>) -> HttpResponse {
    let said = said.lock().unwrap();
    let issuer = match said.lie.as_str() {
        "away" => return HttpResponse::ServiceUnavailable().finish(),
        "a redirect" => {
            let place = format!("{}/elsewhere", said.issuer);
            return HttpResponse::Found()
                .insert_header(("location", place))
                .finish();
        }
        "another issuer" => "https://somebody.example.org",
        _ => said.issuer.as_str(),
    };
    HttpResponse::Ok().json(json!({"issuer": issuer, "jwks_uri": format!("{}/keys", said.issuer)}))
}

async fn keys_of(said: web::Data<Mutex<Said>>) -> HttpResponse {
    if said.lock().unwrap().lie == "slow" {
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    }
    let mut said = said.lock().unwrap();
    said.asked += 1;
    match said.lie.as_str() {
        "endless" => HttpResponse::Ok().body(vec![b' '; 400_000]),
        "no keys" => HttpResponse::Ok().body("<html>"),
        _ => HttpResponse::Ok().json(json!({"keys": said.keys})),
    }
}
