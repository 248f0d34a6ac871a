//! The endpoints of commands to a case, which are alike: a checked request, one call, its answer.
//!
//! Each file beside this one lists those of a topic with their addresses and what they are for; what
//! a command asks for and means is the domain's to say.

/// Makes the handlers of a topic, and `configure`, which registers them.
///
/// A line is the call that carries the command out (`on_case`, or `on_target` if the path names one of
/// the case's things), the handler's name, which is the operationId, the command, its address, and
/// what was done.
macro_rules! commands {
    (
        $tag:literal;
        $(
            $(#[doc = $doc:literal])+
            $call:ident $handler:ident $command:ident $path:literal $done:literal;
        )+
    ) => {
        use actix_web::post;

        $(
            $(#[doc = $doc])+
            #[utoipa::path(
                tag = $tag,
                request_body = fallbuch_domain::case::command::$command,
                responses((status = 201, description = $done, body = crate::answer::CommandAnswer))
            )]
            #[post($path)]
            pub(crate) async fn $handler(
                request: crate::request::Request<
                    crate::operation::CaseOperation<fallbuch_domain::case::command::$command>,
                    crate::request::Command<fallbuch_domain::case::command::$command>,
                >,
            ) -> Result<actix_web::HttpResponse, crate::problem::Problem> {
                request.$call(fallbuch_domain::case::CaseCommand::$command).await
            }
        )+

        /// Registers these operations.
        pub(crate) fn configure(registry: &mut impl crate::registry::Registry) {
            registry$(.service($handler))+;
        }
    };
}
pub(super) use commands;
