//! `/problems/{code}`: what one kind of error means and what to do, for people and for programs.
//!
//! The page stands alone: no script, nothing loaded from elsewhere.

use actix_web::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::language::{Language, from_tag, negotiate};
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;

const STYLE: &str = "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;\
color:#1a1a1a;background:#fff}a{color:#0b4f8a}code{background:#eef1f4;padding:.1em .3em}";

/// The explanation of one kind of error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemExplanation {
    /// The kind of the error, as the member `type` names it.
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "urn:fallbuch:problem:not-found")]
    type_: String,
    /// The code.
    code: ProblemCode,
    /// The HTTP status it comes with.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// The kind of the error in a few words.
    title: &'static str,
    /// What it means.
    meaning: &'static str,
    /// What the caller can do.
    remedy: &'static str,
}

/// Answers with the explanation of a code: HTML where `Accept` asks for it, else JSON; in the
/// language of `?lang=`, else of `Accept-Language`.
pub(crate) fn explain_problem(request: &HttpRequest, code: &str) -> Result<HttpResponse, Problem> {
    let code = ProblemCode::from_code(code).ok_or_else(Problem::not_found)?;
    let language =
        asked_language(request.query_string()).unwrap_or_else(|| negotiate(request.headers()));
    let form = form(request.headers()).ok_or_else(|| Problem::new(ProblemCode::NotAcceptable))?;

    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_LANGUAGE, language.tag()))
        .insert_header((VARY, "Accept, Accept-Language"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"));
    Ok(match form {
        Form::Json => response.json(explanation(code, language)),
        Form::Html => response
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CONTENT_SECURITY_POLICY, page_policy()))
            .body(page(code, language)),
    })
}

fn asked_language(query: &str) -> Option<Language> {
    query
        .split('&')
        .find_map(|parameter| parameter.strip_prefix("lang="))
        .and_then(from_tag)
}

fn explanation(code: ProblemCode, language: Language) -> ProblemExplanation {
    let kind = code.kind();
    ProblemExplanation {
        type_: format!("urn:fallbuch:problem:{}", kind.code),
        code,
        status: kind.status.as_u16(),
        title: kind.title.text(language),
        meaning: kind.meaning.text(language),
        remedy: kind.remedy.text(language),
    }
}

/// The style is allowed by its hash, so that no other style or script runs on the page.
fn page_policy() -> String {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn page(code: ProblemCode, language: Language) -> String {
    let kind = code.kind();
    let (meaning, remedy, status, other, other_name) = match language {
        Language::De => (
            "Was es bedeutet",
            "Was Sie tun können",
            "HTTP-Status",
            Language::En,
            "English",
        ),
        Language::En => (
            "What it means",
            "What you can do",
            "HTTP status",
            Language::De,
            "Deutsch",
        ),
    };
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} – Fallbuch</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p><code>{code}</code> · {status} {number}</p>\n\
         <h2>{meaning}</h2>\n<p>{meaning_text}</p>\n<h2>{remedy}</h2>\n<p>{remedy_text}</p>\n\
         <p><a href=\"?lang={other}\" hreflang=\"{other}\" lang=\"{other}\">{other_name}</a></p>\n\
         </main>\n</body>\n</html>\n",
        lang = language.tag(),
        code = kind.code,
        number = kind.status.as_u16(),
        title = escaped(kind.title.text(language)),
        meaning_text = escaped(kind.meaning.text(language)),
        remedy_text = escaped(kind.remedy.text(language)),
        other = other.tag(),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

enum Form {
    Json,
    Html,
}

/// HTML only where it is named and nothing makes JSON better: a browser names it, a program that
/// sends `*/*` gets what programs read. `None`: neither is acceptable.
fn form(headers: &HeaderMap) -> Option<Form> {
    let ranges: Vec<(&str, bool)> = headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default();
            let refused =
                parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            (media_type, !refused)
        })
        .filter(|(media_type, _)| !media_type.is_empty())
        .collect();
    if ranges.is_empty() {
        return Some(Form::Json);
    }
    let accepted = |names: &[&str]| {
        names.iter().find_map(|name| {
            ranges
                .iter()
                .find(|(media_type, _)| media_type.eq_ignore_ascii_case(name))
                .map(|(_, accepted)| *accepted)
        })
    };
    let json_named = accepted(&["application/json"]) == Some(true);
    if accepted(&["text/html"]) == Some(true) && !json_named {
        Some(Form::Html)
    } else if accepted(&["application/json", "application/*", "*/*"]) == Some(true) {
        Some(Form::Json)
    } else if accepted(&["text/html", "text/*", "*/*"]) == Some(true) {
        Some(Form::Html)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::http::header::ACCEPT_LANGUAGE;
    use actix_web::test::TestRequest;

    use super::*;

    async fn explained(
        code: &str,
        query: &str,
        accept: &str,
        language: &str,
    ) -> Result<(HttpResponse<()>, String), ProblemCode> {
        let request = TestRequest::with_uri(&format!("/problems/{code}{query}"))
            .insert_header((ACCEPT, accept))
            .insert_header((ACCEPT_LANGUAGE, language))
            .to_http_request();
        let (head, body) = explain_problem(&request, code)
            .map_err(|problem| problem.code())?
            .into_parts();
        let bytes = to_bytes(body).await.ok().unwrap();
        Ok((head, String::from_utf8(bytes.to_vec()).unwrap()))
    }

    #[actix_web::test]
    async fn every_code_has_a_page_in_both_languages() {
        for code in ProblemCode::ALL {
            for (query, language, tag) in [
                ("", "en", "en"),
                ("", "fr", "de"),
                ("?lang=en", "de", "en"),
                ("?x=1&lang=de", "en", "de"),
            ] {
                let (head, body) = explained(code.as_str(), query, "text/html,*/*;q=0.8", language)
                    .await
                    .unwrap();
                assert_eq!(head.headers().get(CONTENT_LANGUAGE).unwrap(), tag);
                assert!(body.contains(&format!("<html lang=\"{tag}\">")));
                assert!(body.contains(code.as_str()));
                assert!(
                    !body.contains("<script")
                        && !body.contains("http:")
                        && !body.contains("https:")
                );
            }
        }
    }

    #[actix_web::test]
    async fn programs_get_json() {
        for accept in [
            "*/*",
            "application/json",
            "",
            "text/html;q=0, */*",
            "application/json, text/html",
        ] {
            let (_, body) = explained("rule-refused", "", accept, "en").await.unwrap();
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["code"], "rule-refused", "{accept}");
            assert_eq!(body["status"], 409);
        }
        assert_eq!(
            explained("rule-refused", "", "image/png", "en").await.err(),
            Some(ProblemCode::NotAcceptable)
        );
        assert_eq!(
            explained("nothing", "", "*/*", "en").await.err(),
            Some(ProblemCode::NotFound)
        );
    }
}
