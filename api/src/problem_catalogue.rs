//! Every kind of error the API answers with, in one table.
//!
//! The code is the contract: it never changes its meaning and is never reused. Title and
//! explanation are prose and may be improved at any time.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::language::Localized;

/// What `/problems/{code}` says about one kind of error.
#[derive(Debug)]
pub(crate) struct ProblemKind {
    /// The stable code, also the last part of the problem's type and address.
    pub(crate) code: &'static str,
    /// The HTTP status it comes with.
    pub(crate) status: StatusCode,
    /// The same for every occurrence (RFC 9457 §3.1.3).
    pub(crate) title: Localized,
    /// What it means.
    pub(crate) meaning: Localized,
    /// What the caller can do.
    pub(crate) remedy: Localized,
}

macro_rules! problem_catalogue {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:ident {
        title: $title_de:literal, $title_en:literal;
        meaning: $meaning_de:literal, $meaning_en:literal;
        remedy: $remedy_de:literal, $remedy_en:literal;
    })+) => {
        /// The kind of an error, as a stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum ProblemCode {
            $($(#[$doc])* $variant,)+
        }

        impl ProblemCode {
            /// Every code, in the order of the table.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The row of the table.
            pub(crate) fn kind(self) -> &'static ProblemKind {
                match self {
                    $(Self::$variant => {
                        const KIND: &ProblemKind = &ProblemKind {
                            code: $code,
                            status: StatusCode::$status,
                            title: Localized::fixed($title_de, $title_en),
                            meaning: Localized::fixed($meaning_de, $meaning_en),
                            remedy: Localized::fixed($remedy_de, $remedy_en),
                        };
                        KIND
                    })+
                }
            }
        }
    };
}

problem_catalogue! {
    /// The body is not JSON.
    MalformedJson = "malformed-json", BAD_REQUEST {
        title: "Kein gültiges JSON", "Not valid JSON";
        meaning: "Der Inhalt der Anfrage ist kein gültiges JSON (RFC 8259).",
            "The body of the request is not valid JSON (RFC 8259).";
        remedy: "Den Inhalt an der genannten Zeile und Spalte berichtigen und erneut senden.",
            "Correct the body at the line and column named and send it again.";
    }
    /// Body, path, query or header break the contract.
    InvalidRequest = "invalid-request", BAD_REQUEST {
        title: "Anfrage entspricht nicht dem Vertrag", "Request breaks the contract";
        meaning: "Inhalt, Pfad, Abfrage oder Kopfzeilen entsprechen nicht der Schnittstellenbeschreibung; „errors“ nennt jede Abweichung mit ihrer Stelle.",
            "Body, path, query or headers do not follow the API description; “errors” names every violation with its place.";
        remedy: "Die genannten Stellen berichtigen. Die Beschreibung steht unter /openapi.json.",
            "Correct the places named. The description is at /openapi.json.";
    }
    /// A command came without `Idempotency-Key`.
    MissingIdempotencyKey = "missing-idempotency-key", BAD_REQUEST {
        title: "Idempotency-Key fehlt", "Idempotency-Key is missing";
        meaning: "Jeder Schreibvorgang braucht einen Schlüssel, damit eine Wiederholung nicht doppelt wirkt.",
            "Every command needs a key, so that sending it again does not act twice.";
        remedy: "Die Kopfzeile Idempotency-Key mit einem neuen, zufälligen Wert (1 bis 255 sichtbare ASCII-Zeichen) senden und bei einer Wiederholung denselben Wert verwenden.",
            "Send the header Idempotency-Key with a new random value (1 to 255 visible ASCII characters) and use the same value when retrying.";
    }
    /// There is no valid token.
    Unauthenticated = "unauthenticated", UNAUTHORIZED {
        title: "Nicht angemeldet", "Not authenticated";
        meaning: "Die Anfrage trägt kein gültiges Token.", "The request carries no valid token.";
        remedy: "Ein gültiges Token holen und als „Authorization: Bearer …“ senden.",
            "Obtain a valid token and send it as “Authorization: Bearer …”.";
    }
    /// The caller lacks a permission.
    Forbidden = "forbidden", FORBIDDEN {
        title: "Berechtigung fehlt", "Permission missing";
        meaning: "Die Agentur ist bekannt, aber die eigene Rolle erlaubt diesen Vorgang nicht; „required_permission“ nennt die Berechtigung.",
            "The agency is known, but your role does not allow this operation; “required_permission” names the permission.";
        remedy: "Die Verwaltung der Agentur um eine passende Rolle bitten.",
            "Ask the agency's administration for a suitable role.";
    }
    /// Unknown, or not visible to the caller.
    NotFound = "not-found", NOT_FOUND {
        title: "Nicht gefunden", "Not found";
        meaning: "Unter dieser Adresse gibt es nichts, das für Sie sichtbar ist. Unbekanntes und Fremdes werden mit Absicht gleich beantwortet.",
            "There is nothing at this address that is visible to you. The unknown and the foreign are answered alike on purpose.";
        remedy: "Adresse und Kennungen prüfen.", "Check the address and the ids.";
    }
    /// The path exists, the method does not.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED {
        title: "Methode nicht erlaubt", "Method not allowed";
        meaning: "Diese Adresse kennt die verwendete Methode nicht.", "This address does not know the method used.";
        remedy: "Eine der in der Kopfzeile Allow genannten Methoden verwenden.",
            "Use one of the methods named in the header Allow.";
    }
    /// No representation the caller accepts.
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE {
        title: "Kein passendes Format", "No acceptable format";
        meaning: "Die Antwort gibt es in keinem der in Accept genannten Formate.",
            "The answer exists in none of the formats named in Accept.";
        remedy: "Accept weglassen oder application/json zulassen.", "Leave Accept out or allow application/json.";
    }
    /// Another request with the same key was different.
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY {
        title: "Idempotency-Key schon anders verwendet", "Idempotency-Key used for something else";
        meaning: "Unter diesem Schlüssel wurde schon eine andere Anfrage ausgeführt.",
            "Another request was already carried out under this key.";
        remedy: "Für einen neuen Vorgang einen neuen Schlüssel verwenden; eine Wiederholung muss in Methode, Adresse und Inhalt gleich sein.",
            "Use a new key for a new command; a retry must be equal in method, address and body.";
    }
    /// The body has another media type.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE {
        title: "Format des Inhalts nicht unterstützt", "Unsupported media type";
        meaning: "Der Inhalt wurde in einem Format oder einer Kodierung gesendet, die dieser Vorgang nicht liest.",
            "The body was sent in a format or an encoding this operation does not read.";
        remedy: "Den Inhalt unkomprimiert als application/json senden.", "Send the body uncompressed as application/json.";
    }
    /// A rule of the field refuses the command.
    RuleRefused = "rule-refused", CONFLICT {
        title: "Eine Regel lehnt den Vorgang ab", "A rule refuses the command";
        meaning: "Die Anfrage ist gültig, aber im jetzigen Stand nicht zulässig; „rule“ nennt die Regel, „detail“ den Grund.",
            "The request is valid, but not allowed in the present state; “rule” names the rule, “detail” the reason.";
        remedy: "Den Stand des Falls und /allowed-commands lesen und den Grund beheben.",
            "Read the state of the case and /allowed-commands, and remove the reason.";
    }
    /// Rules would only have warned, and the caller wants no warnings.
    WarningsRefused = "warnings-refused", CONFLICT {
        title: "Hinweise lehnen den Vorgang ab", "Warnings refuse the command";
        meaning: "Keine Regel verbietet den Vorgang, aber Regeln hätten auf etwas hingewiesen, und mit „Prefer: handling=strict“ lehnen Hinweise ab. „errors“ nennt sie alle; gespeichert wurde nichts.",
            "No rule forbids the command, but rules would have noted something, and with “Prefer: handling=strict” such warnings refuse. “errors” names all of them; nothing was stored.";
        remedy: "Die Hinweise prüfen und den Vorgang berichtigen, oder ihn ohne „handling=strict“ senden, wenn er so gewollt ist.",
            "Look at the warnings and correct the command, or send it without “handling=strict” if it is meant as it is.";
    }
    /// The version in `If-Match` is not the current one.
    VersionStale = "version-stale", PRECONDITION_FAILED {
        title: "Stand ist veraltet", "Version is stale";
        meaning: "Seit der in If-Match genannten Version ist etwas geschehen; „current_version“ und „events“ zeigen, was.",
            "Something has happened since the version named in If-Match; “current_version” and “events” show what.";
        remedy: "Die neuen Ereignisse prüfen und den Vorgang mit der neuen Version wiederholen, wenn er noch gewollt ist.",
            "Look at the new events and repeat the command with the new version if it is still wanted.";
    }
    /// `If-Match` is required.
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED {
        title: "If-Match fehlt", "If-Match is required";
        meaning: "Dieser Vorgang baut auf einem bestimmten Stand auf und braucht dessen Version in If-Match. „*“ genügt nur, wo ein Vorgang auf jedem Stand dasselbe bedeutet.",
            "This command builds on a certain state and needs its version in If-Match. “*” is enough only where a command means the same on every state.";
        remedy: "Lesen, worum es geht, und dessen ETag als If-Match senden; wo „*“ genügt, sagt die Beschreibung des Vorgangs.",
            "Read what it is about and send its ETag as If-Match; the description of the operation says where “*” is enough.";
    }
    /// The body is too large.
    PayloadTooLarge = "payload-too-large", PAYLOAD_TOO_LARGE {
        title: "Inhalt zu groß", "Body too large";
        meaning: "Der Inhalt der Anfrage ist größer als erlaubt.", "The body of the request is larger than allowed.";
        remedy: "Den Inhalt kürzen oder auf mehrere Vorgänge verteilen.",
            "Shorten the body or spread it over several commands.";
    }
    /// The address is too long.
    UriTooLong = "uri-too-long", URI_TOO_LONG {
        title: "Adresse zu lang", "Address too long";
        meaning: "Pfad und Abfrage sind länger als erlaubt.", "Path and query are longer than allowed.";
        remedy: "Die Abfrage kürzen.", "Shorten the query.";
    }
    /// The header fields are too large.
    HeadersTooLarge = "headers-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE {
        title: "Kopfzeilen zu groß", "Header fields too large";
        meaning: "Die Kopfzeilen der Anfrage sind größer als erlaubt.", "The header fields of the request are larger than allowed.";
        remedy: "Nicht benötigte Kopfzeilen und Cookies weglassen.", "Leave out header fields and cookies that are not needed.";
    }
    /// It was erased.
    Gone = "gone", GONE {
        title: "Gelöscht", "Erased";
        meaning: "Dieser Inhalt wurde nach Ablauf seiner Frist oder auf Verlangen gelöscht.",
            "This content was erased after its period or on request.";
        remedy: "Es gibt nichts zu wiederholen; dass gelöscht wurde, ist in der Historie vermerkt.",
            "There is nothing to retry; the history records that it was erased.";
    }
    /// The rate limit is reached.
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS {
        title: "Zu viele Anfragen", "Too many requests";
        meaning: "Die erlaubte Zahl von Anfragen ist vorerst erreicht.", "The number of requests allowed is reached for now.";
        remedy: "Nach der in Retry-After genannten Zeit mit demselben Idempotency-Key wiederholen.",
            "Retry with the same Idempotency-Key after the time named in Retry-After.";
    }
    /// The server has no capacity right now.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE {
        title: "Vorübergehend nicht verfügbar", "Temporarily unavailable";
        meaning: "Der Dienst kann die Anfrage gerade nicht annehmen. Ob ein Schreibvorgang noch ausgeführt wurde, klärt die Wiederholung mit demselben Schlüssel.",
            "The service cannot take the request right now. Whether a command was still carried out is settled by retrying with the same key.";
        remedy: "Nach der in Retry-After genannten Zeit mit demselben Idempotency-Key wiederholen.",
            "Retry with the same Idempotency-Key after the time named in Retry-After.";
    }
    /// The stream has an event that this version does not know.
    StreamUnreadable = "stream-unreadable", SERVICE_UNAVAILABLE {
        title: "Verlauf vorübergehend nicht lesbar", "History temporarily not readable";
        meaning: "Der Verlauf enthält ein Ereignis, das diese Version des Dienstes nicht kennt: Eine neuere hat es geschrieben. Andere Verläufe sind nicht betroffen, und die Ereignisse selbst bleiben lesbar.",
            "The history holds an event that this version of the service does not know: a newer one wrote it. Other histories are not affected, and the events themselves stay readable.";
        remedy: "Nach der in Retry-After genannten Zeit mit demselben Idempotency-Key wiederholen; bleibt es dabei, den Betrieb mit der X-Request-Id der Antwort verständigen.",
            "Retry with the same Idempotency-Key after the time named in Retry-After; if it stays, tell the operator the X-Request-Id of the answer.";
    }
    /// The request took too long to arrive.
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT {
        title: "Anfrage kam nicht rechtzeitig an", "Request did not arrive in time";
        meaning: "Der Inhalt der Anfrage kam nicht in der erlaubten Zeit vollständig an.",
            "The body of the request did not arrive completely within the time allowed.";
        remedy: "Die Anfrage wiederholen.", "Send the request again.";
    }
    /// The server failed.
    Internal = "internal", INTERNAL_SERVER_ERROR {
        title: "Interner Fehler", "Internal error";
        meaning: "Im Dienst ist ein Fehler aufgetreten; Einzelheiten stehen nur in seinem Protokoll.",
            "The service failed; details are in its log only.";
        remedy: "Mit demselben Idempotency-Key wiederholen; bleibt es dabei, den Betrieb mit der X-Request-Id der Antwort verständigen.",
            "Retry with the same Idempotency-Key; if it stays, tell the operator the X-Request-Id of the answer.";
    }
}

impl ProblemCode {
    /// The code as text.
    pub(crate) fn as_str(self) -> &'static str {
        self.kind().code
    }

    /// The kind with this code.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == code)
    }

    /// The kind that fits a bare status, for answers the framework makes by itself.
    pub(crate) fn for_status(status: StatusCode) -> Self {
        let fitting = Self::ALL.iter().copied().find(|known| {
            known.kind().status == status
                && !matches!(known, Self::MalformedJson | Self::MissingIdempotencyKey)
        });
        match fitting {
            Some(code) => code,
            None if status.is_client_error() => Self::InvalidRequest,
            None => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_equal_in_table_and_wire() {
        for code in ProblemCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(ProblemCode::from_code(code.as_str()), Some(*code));
            let kind = code.kind();
            assert!(kind.status.is_client_error() || kind.status.is_server_error());
            for text in [&kind.title, &kind.meaning, &kind.remedy] {
                assert!(!text.de.is_empty() && text.de != text.en, "{}", kind.code);
            }
        }
        assert_eq!(ProblemCode::from_code("nothing"), None);
    }

    #[test]
    fn bare_statuses_find_their_kind() {
        for (status, expected) in [
            (400, ProblemCode::InvalidRequest),
            (401, ProblemCode::Unauthenticated),
            (404, ProblemCode::NotFound),
            (413, ProblemCode::PayloadTooLarge),
            (418, ProblemCode::InvalidRequest),
            (500, ProblemCode::Internal),
            (501, ProblemCode::Internal),
            (503, ProblemCode::Overloaded),
        ] {
            assert_eq!(
                ProblemCode::for_status(StatusCode::from_u16(status).unwrap()),
                expected
            );
        }
    }
}
