//! An attack, how it is sent, and what has to come back.

use fallbuch_tests::{Answer, Pending, Seen};

use crate::stage::MARK;

/// What is sent instead of a good token.
pub(crate) struct Attack {
    pub(crate) name: String,
    /// The `Authorization` headers.
    lines: Vec<Vec<u8>>,
    elsewhere: Option<Elsewhere>,
    /// The HTTP library may refuse it before we see it.
    is_huge: bool,
}

/// Where else a token may be looked for.
enum Elsewhere {
    Query(String),
    Body(String, &'static str),
    Header(&'static str, String),
}

impl Attack {
    /// A token that is none.
    pub(crate) fn token(name: impl Into<String>, token: &str) -> Self {
        Self::lines(name, [format!("Bearer {token}")])
    }

    /// `Authorization` headers that are none.
    pub(crate) fn lines<L: Into<Vec<u8>>>(
        name: impl Into<String>,
        lines: impl IntoIterator<Item = L>,
    ) -> Self {
        Self {
            name: name.into(),
            lines: lines.into_iter().map(Into::into).collect(),
            elsewhere: None,
            is_huge: false,
        }
    }

    /// A token so long that the HTTP library may refuse it.
    pub(crate) fn huge(name: impl Into<String>, token: &str) -> Self {
        Self {
            is_huge: true,
            ..Self::token(name, token)
        }
    }

    /// Something in the query.
    pub(crate) fn query(name: impl Into<String>, query: String) -> Self {
        Self::elsewhere(name, Elsewhere::Query(query))
    }

    /// A body.
    pub(crate) fn body(name: impl Into<String>, body: String, content_type: &'static str) -> Self {
        Self::elsewhere(name, Elsewhere::Body(body, content_type))
    }

    /// Another header.
    pub(crate) fn header(name: &'static str, value: String) -> Self {
        Self::elsewhere(
            format!("token in {name}: {value:.12}"),
            Elsewhere::Header(name, value),
        )
    }

    fn elsewhere(name: impl Into<String>, elsewhere: Elsewhere) -> Self {
        Self {
            elsewhere: Some(elsewhere),
            ..Self::lines(name, Vec::<Vec<u8>>::new())
        }
    }

    /// Whether the HTTP library may refuse it.
    pub(crate) fn is_huge(&self) -> bool {
        self.is_huge
    }

    /// The request with the attack in it.
    pub(crate) async fn send(&self, mut request: Pending) -> Result<Answer, String> {
        for line in &self.lines {
            request = request.further_header("authorization", line.clone());
        }
        request = match &self.elsewhere {
            None => request,
            Some(Elsewhere::Query(query)) => request.query(query),
            Some(Elsewhere::Body(body, content_type)) => {
                request.raw_body(body.clone(), content_type)
            }
            Some(Elsewhere::Header(name, value)) => request.further_header(name, value.clone()),
        };
        request.try_send().await.map_err(|error| error.to_string())
    }

    /// The challenge that has to come back (RFC 6750 §3.1): without an error if nothing was presented.
    fn challenge(&self) -> &'static str {
        if self.lines.is_empty() {
            "Bearer"
        } else {
            "Bearer error=\"invalid_token\""
        }
    }

    /// What may not be found in an answer: the mark, and every part of what was sent that is long enough to tell.
    fn traces(&self) -> Vec<String> {
        let lines = self.lines.iter().map(|line| String::from_utf8_lossy(line));
        let elsewhere = self.elsewhere.iter().map(|elsewhere| match elsewhere {
            Elsewhere::Query(text) | Elsewhere::Body(text, _) | Elsewhere::Header(_, text) => {
                text.into()
            }
        });
        let mut traces = vec![MARK.to_owned()];
        for sent in lines.chain(elsewhere) {
            let parts =
                sent.split(|sign: char| !(sign.is_ascii_alphanumeric() || "-_".contains(sign)));
            // Words are told from parts of a token by their length.
            let parts = parts.filter(|part| part.len() >= 16);
            traces.extend(parts.map(|part| part[..part.len().min(40)].to_owned()));
        }
        traces
    }

    /// Everything that is wrong with the answer; `refusal` is the answer to the plainest of bad tokens.
    pub(crate) fn violations(
        &self,
        answer: &Result<Answer, String>,
        refusal: &Seen,
    ) -> Vec<String> {
        let answer = match answer {
            Err(_) if self.is_huge => return Vec::new(),
            Err(error) => return vec![format!("no answer: {error}")],
            Ok(answer) => answer,
        };
        let seen = Seen::of(answer);
        let all = format!("{:?}\n{}", answer.headers, answer.text());
        let mut violations = Vec::new();
        for trace in self.traces() {
            if all.contains(&trace) {
                violations.push(format!("the answer repeats {trace}"));
            }
        }
        if self.is_huge && [400, 431].contains(&answer.status) {
            return violations;
        }
        if answer.status != 401 {
            violations.push(format!(
                "{} instead of 401: {:.200}",
                answer.status, seen.text
            ));
            return violations;
        }
        let challenge = answer.header("www-authenticate");
        if challenge != Some(self.challenge()) {
            violations.push(format!("the challenge is {challenge:?}"));
        }
        // The connection ends where a body was sent that nobody read.
        let beside = ["www-authenticate", "connection"];
        let the_rest = |seen: &Seen| {
            let headers = seen.headers.iter();
            let headers = headers.filter(|(name, _)| !beside.contains(&name.as_str()));
            (headers.cloned().collect::<Vec<_>>(), seen.text.clone())
        };
        if the_rest(&seen) != the_rest(refusal) {
            violations.push(format!("it differs from other refusals: {seen:?}"));
        }
        violations
    }
}
