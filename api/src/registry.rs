//! Where operations are registered: with an application that serves them, or with one whose contract is collected.
//!
//! One list (`openapi::configure`) does both, so that nothing is served that is not documented. Each worker of the
//! server has an application of its own; collecting the contract in each of them, too, would cost time at the start and
//! memory for good (`make bench`: `start`, `idle`).

use actix_web::dev::HttpServiceFactory;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

/// Takes operations that have a handler and a description.
pub(crate) trait Registry: Sized {
    /// Registers an operation.
    fn service(
        &mut self,
        operation: impl HttpServiceFactory + OpenApiFactory + 'static,
    ) -> &mut Self;

    /// Registers a topic's operations.
    fn configure(&mut self, topic: fn(&mut Self)) -> &mut Self {
        topic(self);
        self
    }
}

/// Serves them.
impl Registry for actix_web::web::ServiceConfig {
    fn service(
        &mut self,
        operation: impl HttpServiceFactory + OpenApiFactory + 'static,
    ) -> &mut Self {
        Self::service(self, operation)
    }
}

/// Collects their descriptions.
impl Registry for ServiceConfig<'_> {
    fn service(
        &mut self,
        operation: impl HttpServiceFactory + OpenApiFactory + 'static,
    ) -> &mut Self {
        Self::service(self, operation)
    }
}
