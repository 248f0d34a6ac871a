//! The answers that the page shows, held against those that came.
//!
//! A page shows no more than it needs: `…` stands for whatever is there, in a text, for members of an
//! object, for items of a list (those shown come in that order), and for headers.

use serde_json::Value;

/// What stands for members and items that are not shown.
const REST: &str = "…";

/// Every way in which the answer that is shown is not in what was `said`.
pub(crate) fn differences(shown: &str, said: &str) -> Vec<String> {
    let mut found = Vec::new();
    let json = match shown.split_once("HTTP/1.1 ") {
        None => shown,
        Some((_, answer)) => {
            let (status, rest) = answer.split_once('\n').unwrap_or((answer, ""));
            if !said.contains(&format!("HTTP/1.1 {status}")) {
                found.push(format!("HTTP/1.1 {status}"));
            }
            &rest[rest.find('{').unwrap_or(rest.len())..]
        }
    };
    let came: Vec<Value> = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    match values(json) {
        Err(reason) => found.push(format!("no JSON ({reason}): {json}")),
        Ok(values) => {
            let missing = values
                .iter()
                .filter(|shown| !came.iter().any(|came| fits(shown, came)));
            found.extend(missing.map(ToString::to_string));
        }
    }
    found
}

/// The JSON values that are shown, one after the other.
fn values(shown: &str) -> Result<Vec<Value>, serde_json::Error> {
    let mut text = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for character in shown.chars() {
        if character == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = character == '\\' && !escaped;
        if quoted || character != '…' {
            text.push(character);
            continue;
        }
        // Outside of texts the rest stands for an item, or for a member that needs a value too.
        let open = text
            .chars()
            .rev()
            .fold((0_i32, None), |(depth, found), one| match one {
                _ if found.is_some() => (depth, found),
                '}' | ']' => (depth + 1, None),
                '{' | '[' if depth == 0 => (0, Some(one)),
                '{' | '[' => (depth - 1, None),
                _ => (depth, None),
            });
        text.push_str(if open.1 == Some('{') {
            "\"…\":0"
        } else {
            "\"…\""
        });
    }
    serde_json::Deserializer::from_str(&text)
        .into_iter()
        .collect()
}

fn fits(shown: &Value, came: &Value) -> bool {
    match (shown, came) {
        (Value::Object(shown), Value::Object(came)) => {
            let rest = shown.contains_key(REST);
            (rest || shown.len() == came.len())
                && shown
                    .iter()
                    .filter(|(name, _)| *name != REST)
                    .all(|(name, shown)| came.get(name).is_some_and(|came| fits(shown, came)))
        }
        (Value::Array(shown), Value::Array(came)) => {
            if !shown.iter().any(|item| item == REST) {
                return shown.len() == came.len()
                    && shown
                        .iter()
                        .zip(came)
                        .all(|(shown, came)| fits(shown, came));
            }
            let mut came = came.iter();
            let mut shown = shown.iter().filter(|item| *item != REST);
            shown.all(|shown| came.any(|came| fits(shown, came)))
        }
        (Value::String(shown), Value::String(came)) => match shown.split_once(REST) {
            None => shown == came,
            Some((start, end)) => came.starts_with(start) && came.ends_with(end),
        },
        _ => shown == came,
    }
}

#[test]
fn an_answer_that_did_not_come_is_noticed() {
    let said = "HTTP/1.1 200 OK\netag: \"1.ab\"\n\n{\"id\":\"01a2\",\"items\":[{\"a\":1},{\"a\":2}],\"page\":{}}\n";
    for right in [
        "{\"id\":\"…\",\"items\":[{\"a\":1}, …], …}",
        "{\"id\":\"01…\",\"items\":[…],\"page\":{}}",
        "{\"items\":[{\"a\":1},{\"a\":2}], …}",
        "{\"items\":[{\"a\":2}, …], …}",
        "HTTP/1.1 200 OK\netag: \"9.xy\"\n…\n{\"page\":{…}, …}",
    ] {
        assert_eq!(differences(right, said), Vec::<String>::new(), "{right}");
    }
    for wrong in [
        "{\"id\":\"01a2\"}",
        "{\"id\":\"02…\", …}",
        "{\"items\":[{\"a\":1}], …}",
        "{\"items\":[{\"a\":2}, {\"a\":1}, …], …}",
        "{\"items\":[{\"a\":2}], …}",
        "{\"other\":1, …}",
        "{\"id\":",
        "HTTP/1.1 201 Created\n…\n{\"page\":{}, …}",
    ] {
        assert_eq!(differences(wrong, said).len(), 1, "{wrong}");
    }
}
