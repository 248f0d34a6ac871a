//! Takes in what is left of a body that nobody looked at, within bounds.
//!
//! Invariant: whether an answer keeps its connection depends on the request alone, and not on how much
//! of the body had arrived when the answer was made; so what is foreign and what is absent answer
//! alike to the last header, and a client that is still sending hears its refusal.

use std::time::Duration;

use actix_web::dev::Payload;
use futures_util::StreamExt as _;

use super::body::MAX_BODY;

/// How long the rest is waited for. The connection closes after the answer if it did not come.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reads the rest of a body away.
pub(super) async fn read_away(payload: &mut Payload) {
    let rest = async {
        let mut read = 0;
        while let Some(Ok(chunk)) = payload.next().await {
            read += chunk.len();
            if read > MAX_BODY {
                break;
            }
        }
    };
    if tokio::time::timeout(PATIENCE, rest).await.is_err() {
        tracing::debug!("the rest of a body did not come in time");
    }
}
