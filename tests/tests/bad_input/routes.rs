//! Addresses and methods that are not in the contract.

use std::collections::{BTreeMap, BTreeSet};

use fallbuch_tests::planting::MARK;
use fallbuch_tests::{Engine, on_both};
use reqwest::Method;

use super::target::{AGENCY, Findings, Target, language};

/// Methods as they may come, known and unknown.
const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW",
];

on_both!(
    async fn an_unknown_address_is_not_found(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        let case_id = target.id("case_id");
        let case = format!("/v1/agencies/{AGENCY}/cases/{case_id}");
        let addresses = [
            "/nothing".to_owned(),
            "/v1".to_owned(),
            "/v1/".to_owned(),
            "/v2/me".to_owned(),
            "/V1/me".to_owned(),
            "/v1/me/".to_owned(),
            "//v1/me".to_owned(),
            "/v1//me".to_owned(),
            "/health".to_owned(),
            "/openapi.yaml".to_owned(),
            "/docs/nothing.js".to_owned(),
            "/docs/..%2F..%2Fetc%2Fpasswd".to_owned(),
            "/docs/%2e%2e/%2e%2e/etc/passwd".to_owned(),
            "/problems".to_owned(),
            "/problems/nothing".to_owned(),
            "/problems/%00".to_owned(),
            format!("/{MARK}"),
            format!("/v1/agencies/{AGENCY}/"),
            format!("/v1/agencies/{AGENCY}/cases/"),
            format!("{case}/"),
            format!("{case}/nothing"),
            format!("{case}/events/1/2"),
        ];
        let client = target.client(&target.document.named("read_case"));
        for (number, address) in addresses.iter().enumerate() {
            let language = language(number);
            for method in METHODS.into_iter().filter(|method| *method != "HEAD") {
                let what = format!("{method} {address}");
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let request = client.request(method, address);
                let answer = request.header("accept-language", language).send().await;
                let problem = (404, "not-found");
                // What exists for one method only is no unknown address.
                let elsewhere = ["/docs/", "/problems/"];
                if answer.status == 405 && elsewhere.iter().any(|path| address.starts_with(path)) {
                    continue;
                }
                findings.extend(target.check(&what, language, &answer, problem, &[]).err());
            }
        }
        findings.extend(target.unchanged("unknown addresses").await.err());
        findings.none();
    }
);

on_both!(
    async fn a_wrong_method_hears_which_are_right(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in target.document.operations() {
            let methods = paths.entry(target.address(&operation)).or_default();
            if operation.method == "GET" {
                methods.insert("HEAD".to_owned());
            }
            methods.insert(operation.method);
        }
        for page in [
            "/",
            "/openapi.json",
            "/docs",
            "/docs/",
            "/problems/not-found",
        ] {
            let methods = ["GET", "HEAD"].map(str::to_owned);
            paths.insert(page.to_owned(), BTreeSet::from(methods));
        }
        let anybody = target.world.anonymous();
        for (number, (address, methods)) in paths.into_iter().enumerate() {
            let language = language(number);
            let allowed: Vec<_> = methods.iter().map(String::as_str).collect();
            for method in METHODS {
                if allowed.contains(&method) {
                    continue;
                }
                let what = format!("{method} {address}");
                let wrong = Method::from_bytes(method.as_bytes()).unwrap();
                let request = anybody.request(wrong, &address);
                let answer = request.header("accept-language", language).send().await;
                if answer.header("allow") != Some(allowed.join(", ").as_str()) {
                    let allow = answer.header("allow");
                    findings.add(format!("{what}: {}, Allow: {allow:?}", answer.status));
                }
                if method == "HEAD" {
                    if answer.status != 405 {
                        findings.add(format!("{what}: {}", answer.status));
                    }
                    continue;
                }
                let problem = (405, "method-not-allowed");
                findings.extend(target.check(&what, language, &answer, problem, &[]).err());
            }
        }
        findings.extend(target.unchanged("wrong methods").await.err());
        findings.none();
    }
);

on_both!(
    async fn head_answers_as_get_does_without_the_body(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        for operation in target.document.operations() {
            if operation.method != "GET" {
                continue;
            }
            let (client, address) = (target.client(&operation), target.address(&operation));
            let get = client.get(&address).send().await;
            let head = client.request(Method::HEAD, &address).send().await;
            for name in ["etag", "content-type", "cache-control", "content-language"] {
                if get.header(name) != head.header(name) {
                    findings.add(format!("{}: {name} differs", operation.id));
                }
            }
            if (get.status, head.status, head.bytes.len()) != (200, 200, 0) {
                findings.add(format!("{}: {} {}", operation.id, get.status, head.status));
            }
        }
        findings.none();
    }
);

on_both!(
    async fn an_address_or_a_head_that_is_too_long_is_refused(engine: Engine) {
        let target = Target::new(engine).await;
        let client = target.world.anonymous();
        let mut findings = Findings::default();
        let long = "a".repeat(9 * 1024);
        for address in [
            format!("/v1/me?{long}"),
            format!("/{long}"),
            format!("/problems/{long}"),
        ] {
            let answer = client.get(&address).send().await;
            let problem = (414, "uri-too-long");
            findings.extend(
                target
                    .check("a long address", "de", &answer, problem, &[])
                    .err(),
            );
        }
        let request = client
            .get("/v1/me")
            .header("x-filler", &"a".repeat(40 * 1024));
        let (answer, problem) = (request.send().await, (431, "headers-too-large"));
        findings.extend(
            target
                .check("large headers", "de", &answer, problem, &[])
                .err(),
        );
        findings.none();
    }
);
