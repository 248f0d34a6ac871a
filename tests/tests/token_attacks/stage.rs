//! The server under attack: it trusts two issuers by files of keys, some of which are none for us, and its clock stands
//! still, so that a token is as good or bad at the end as at the beginning.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fallbuch_api::{TrustedIssuers, demo};
use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::{Role, Timestamp};
use fallbuch_persistence::{Clock, Identity};
use fallbuch_tests::{Database, Engine, World};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::date;

use crate::short_key;
use crate::signer::Signer;

/// What stands in every token and must stand in no answer.
pub(crate) const MARK: &str = "kanarienvogel";

/// Whose tokens are attacked.
pub(crate) const ISSUER: &str = "https://kanarienvogel.example.org";

/// Another issuer that the server trusts.
pub(crate) const OTHER: &str = "https://other-kanarienvogel.example.org";

/// Who has every role, as both issuers name them.
pub(crate) const SUBJECT: &str = "anna-kanarienvogel";

/// For whom tokens are meant.
pub(crate) const AUDIENCE: &str = "fallbuch";

/// When good tokens are made.
pub(crate) const ISSUED: i64 = 1_777_896_000;

/// What the server's clock says while it is attacked: an issuer's keys were fetched a second time by then.
pub(crate) const NOW: i64 = ISSUED + 60;

struct Standing(AtomicI64);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        let seconds = self.0.load(Ordering::Relaxed);
        Timestamp::new(OffsetDateTime::from_unix_timestamp(seconds).unwrap())
    }
}

/// The claims of a good token.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": ISSUED, "exp": ISSUED + 3600,
    })
}

/// The object with some members in place of those it had.
pub(crate) fn with(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

/// The object without a member.
pub(crate) fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

/// Everybody who signs, or would like to.
pub(crate) struct Keys {
    pub(crate) rs: Signer,
    pub(crate) ps: Signer,
    pub(crate) es: Signer,
    pub(crate) ed: Signer,
    /// The other issuer's key of the same id as `ed`.
    pub(crate) other: Signer,
    /// The other issuer's key of an id that nobody else has.
    pub(crate) only_other: Signer,
    /// A key that nobody published.
    pub(crate) nobody: Signer,
    /// A key that was published and then taken away.
    pub(crate) gone: Signer,
    /// Keys that are published, but not so that they sign for us: each with what its publication is changed by.
    pub(crate) unfit: Vec<(Signer, Value)>,
}

impl Keys {
    fn new() -> Self {
        let ed = Signer::ed25519;
        let unfit = vec![
            (Signer::secret("secret"), json!({})),
            (Signer::secret("no-algorithm"), json!({"alg": null})),
            (ed("encrypts"), json!({"use": "enc"})),
            (ed("operates"), json!({"key_ops": ["encrypt"]})),
            (ed("mislabelled"), json!({"alg": "ES256"})),
            (ed("derives"), json!({"crv": "X25519"})),
            (Signer::p256("other-curve"), json!({"crv": "P-384"})),
            (Signer::rsa("sha-512", "RS512"), json!({})),
            // Whoever knows the modulus signs for it.
            (Signer::rsa("exponent-1", "RS256"), json!({"e": "AQ"})),
            (ed("nameless"), json!({"kid": null})),
            (ed("twin"), json!({})),
            (ed("odd-twin"), json!({})),
        ];
        Self {
            rs: Signer::rsa("rs", "RS256"),
            ps: Signer::rsa("ps", "PS256"),
            es: Signer::p256("es"),
            ed: ed("ed"),
            other: ed("ed"),
            only_other: ed("only-other"),
            nobody: ed("nobody"),
            gone: ed("gone"),
            unfit,
        }
    }

    /// Those whose tokens are good.
    pub(crate) fn good(&self) -> [&Signer; 4] {
        [&self.rs, &self.ps, &self.es, &self.ed]
    }

    /// Writes what both issuers publish.
    fn publish(&self, folder: &Path, is_gone: bool) {
        let mut keys: Vec<_> = self.good().map(Signer::public).into();
        for (signer, changes) in &self.unfit {
            keys.push(with(signer.public(), changes));
        }
        // A second key of an id takes the first one's word, even if it is none.
        keys.push(Signer::ed25519("twin").public());
        keys.push(json!({"kty": 7, "kid": "odd-twin"}));
        keys.push(json!({
            "kty": "RSA", "kid": "short", "alg": "RS256", "e": "AQAB", "n": short_key::MODULUS,
        }));
        if !is_gone {
            keys.push(self.gone.public());
        }
        let others = [self.other.public(), self.only_other.public()];
        for (file, keys) in [
            ("keys.json", json!(keys)),
            ("other-keys.json", json!(others)),
        ] {
            std::fs::write(folder.join(file), json!({"keys": keys}).to_string()).unwrap();
        }
    }
}

/// The server, and who signs for it.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) keys: Keys,
}

impl Stage {
    /// A server with the demo on SQLite, where the subject has every role.
    pub(crate) async fn set() -> Self {
        let database = Database::migrated(Engine::Sqlite).await;
        let folder = database.data_dir().to_owned();
        let clock = Arc::new(Standing(AtomicI64::new(ISSUED)));
        let mut options = database.options();
        options.sources.clock = clock.clone();
        let keys = Keys::new();
        keys.publish(&folder, false);
        let issuers = json!([
            {"issuer": ISSUER, "jwks_file": folder.join("keys.json")},
            {"issuer": OTHER, "jwks_file": folder.join("other-keys.json")},
        ]);
        let file = folder.join("issuers.json");
        std::fs::write(&file, issuers.to_string()).unwrap();
        let issuers = TrustedIssuers::read(&file).unwrap();
        let world = World::trusting(database, options, issuers).await;
        demo::seed(&world.store).await.unwrap();
        admit(&world).await;
        let stage = Self { world, keys };

        let gone = stage.keys.gone.good_token();
        assert_eq!(stage.status(&gone).await, 200, "a key is there at first");
        stage.keys.publish(&folder, true);
        clock.0.store(NOW, Ordering::Relaxed);
        let unknown = stage.keys.nobody.good_token();
        assert_eq!(stage.status(&unknown).await, 401, "keys are fetched anew");
        stage.assert_good_tokens_pass().await;
        stage
    }

    /// Whoever signs as they should is let in: what is refused is refused for what is wrong with it.
    async fn assert_good_tokens_pass(&self) {
        for signer in self.keys.good() {
            let status = self.status(&signer.good_token()).await;
            assert_eq!(status, 200, "{}", signer.algorithm);
        }
        let claims = with(claims(), &json!({"iss": OTHER})).to_string();
        for signer in [&self.keys.other, &self.keys.only_other] {
            let token = signer.token(signer.header().to_string(), &claims);
            assert_eq!(self.status(&token).await, 200, "the other's {}", signer.id);
        }
    }

    async fn status(&self, token: &str) -> u16 {
        let client = self.world.anonymous().with_token(token);
        client.get("/v1/me").send().await.status
    }
}

/// Lets the subject of both issuers in, with every role that people have.
async fn admit(world: &World) {
    let operator = world.store.operator();
    let access = operator.agency(demo::AGENCY).await.unwrap().unwrap();
    let roles = Role::OF_AGENCIES.iter().copied();
    let roles: Vec<_> = roles.filter(|role| *role != Role::Service).collect();
    for issuer in [ISSUER, OTHER] {
        let login = Identity {
            issuer: issuer.to_owned(),
            subject: SUBJECT.to_owned(),
        };
        let terms = Terms::of_roles(roles.clone());
        let admitted = operator.admit_member(&access, date!(2014 - 06 - 01), &login, terms);
        admitted.await.unwrap();
    }
}
