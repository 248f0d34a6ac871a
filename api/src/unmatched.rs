//! What is answered when no route matches: 404, or 405 with `Allow` where the path exists.
//!
//! Routes made by the framework's macros are guarded by their method, so a wrong method falls
//! through to the default service like an unknown path. Which of the two it is, the contract knows.

use std::collections::BTreeSet;

use actix_web::dev::ResourceDef;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::problem::Problem;

/// The methods a path item of an OpenAPI document may name (OpenAPI 3.1 §4.8.9).
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Every path of the contract with its methods.
#[derive(Clone)]
pub(crate) struct KnownPaths(Vec<(ResourceDef, HeaderValue)>);

impl KnownPaths {
    /// Reads the paths of an OpenAPI document and adds those that stand outside of it, such as
    /// `("/docs/{tail:.*}", &["get"])`.
    pub(crate) fn from_openapi(document: &Value, others: &[(&str, &[&str])]) -> Self {
        let described = document["paths"].as_object().into_iter().flatten();
        let mut paths = Vec::new();
        for (path, item) in described {
            paths.push((
                path.as_str(),
                METHODS
                    .into_iter()
                    .filter(|method| item.get(method).is_some())
                    .collect(),
            ));
        }
        for (path, methods) in others {
            paths.push((path, methods.iter().copied().collect::<BTreeSet<_>>()));
        }
        Self(
            paths
                .into_iter()
                .filter_map(|(path, methods)| Some((ResourceDef::new(path), allow(&methods)?)))
                .collect(),
        )
    }

    /// The problem for a request that no route took.
    fn problem(&self, path: &str) -> Problem {
        match self.0.iter().find(|(pattern, _)| pattern.is_match(path)) {
            Some((_, allow)) => Problem::method_not_allowed(allow.clone()),
            None => Problem::not_found(),
        }
    }
}

fn allow(methods: &BTreeSet<&str>) -> Option<HeaderValue> {
    // Whatever answers GET answers HEAD too (RFC 9110 §9.1).
    let head = methods.contains("get").then(|| "HEAD".to_owned());
    let described = methods.iter().map(|method| method.to_ascii_uppercase());
    let mut names: Vec<String> = described.chain(head).collect();
    names.sort_unstable();
    HeaderValue::from_str(&names.join(", ")).ok()
}

/// The application's default service.
pub(crate) async fn unmatched(
    request: HttpRequest,
    paths: web::Data<KnownPaths>,
) -> Result<HttpResponse, Problem> {
    Err(paths.problem(request.path()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use actix_web::http::header::ALLOW;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, get, post};
    use serde_json::json;

    use super::*;

    #[get("/v1/agencies/{agency}/cases")]
    async fn list() -> &'static str {
        "list"
    }

    #[post("/v1/agencies/{agency}/cases")]
    async fn open() -> &'static str {
        "open"
    }

    #[actix_web::test]
    async fn a_known_path_answers_405_with_allow_and_an_unknown_one_404() {
        let document = json!({"paths": {"/v1/agencies/{agency}/cases": {"get": {}, "post": {}, "parameters": []}}});
        let app = init_service(
            App::new()
                .app_data(web::Data::new(KnownPaths::from_openapi(
                    &document,
                    &[("/docs/{tail:.*}", &["get"])],
                )))
                .service(list)
                .service(open)
                .default_service(web::to(unmatched)),
        )
        .await;
        let unusual = Method::from_bytes(b"BREW").unwrap();
        for (method, path, status, allow) in [
            (Method::GET, "/v1/agencies/a/cases", 200, None),
            (Method::POST, "/v1/agencies/a/cases", 200, None),
            (
                Method::PUT,
                "/v1/agencies/a/cases",
                405,
                Some("GET, HEAD, POST"),
            ),
            (
                Method::TRACE,
                "/v1/agencies/a/cases",
                405,
                Some("GET, HEAD, POST"),
            ),
            (
                unusual,
                "/v1/agencies/a/cases",
                405,
                Some("GET, HEAD, POST"),
            ),
            (Method::POST, "/docs/index.html", 405, Some("GET, HEAD")),
            (Method::GET, "/v1/agencies/a/cases/b/c", 404, None),
            (Method::GET, "/v1/agencies/a/cases/", 404, None),
        ] {
            let request = TestRequest::with_uri(path)
                .method(method.clone())
                .to_request();
            let response = call_service(&app, request).await;
            assert_eq!(response.status(), status, "{method} {path}");
            let header = response
                .headers()
                .get(ALLOW)
                .map(|value| value.to_str().unwrap());
            assert_eq!(header, allow, "{method} {path}");
        }
    }
}
