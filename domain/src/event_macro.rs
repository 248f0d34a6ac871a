//! One definition of a stream's event types, from which the enum, the wire names and the parser
//! follow.

/// Makes an event enum whose `Serialize` writes the event's `data` alone; type and schema stand in
/// the envelope.
macro_rules! events {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$doc:meta])* $variant:ident($data:ty) = $wire:literal $schema:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$doc])* $variant($data), )+
        }

        impl $name {
            /// Every wire name with the version of its shape that is written now.
            pub const TYPES: &[(&str, u32)] = &[$(($wire, $schema)),+];

            /// The wire name, past tense in `snake_case`.
            #[must_use]
            pub fn event_type(&self) -> &'static str {
                match self { $( Self::$variant(_) => $wire, )+ }
            }

            /// The version of the shape of this event's data.
            #[must_use]
            pub fn schema(&self) -> u32 {
                match self { $( Self::$variant(_) => $schema, )+ }
            }

            /// Reads the data of a stored event.
            ///
            /// # Errors
            /// Names the type and schema if they are not known here, or what is wrong in the data.
            pub fn from_stored(
                event_type: &str,
                schema: u32,
                data: &str,
            ) -> Result<Self, $crate::envelope::UnreadableEvent> {
                use $crate::envelope::UnreadableEvent;
                match (event_type, schema) {
                    $( ($wire, $schema) => serde_json::from_str(data)
                        .map(Self::$variant)
                        .map_err(|source| UnreadableEvent::Data { event_type: $wire, source }), )+
                    _ => Err(UnreadableEvent::UnknownType {
                        event_type: event_type.to_owned(),
                        schema,
                    }),
                }
            }
        }

        #[cfg(feature = "openapi")]
        impl $name {
            /// The wire name of every type with the name of its data's schema.
            #[must_use]
            pub fn data_names() -> Vec<(&'static str, String)> {
                vec![$( ($wire, <$data as utoipa::ToSchema>::name().into_owned()) ),+]
            }

            /// The schemas of all data, with those they refer to.
            #[must_use]
            pub fn data_schemas()
            -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)> {
                use utoipa::{PartialSchema as _, ToSchema as _};
                let mut schemas = Vec::new();
                $(
                    schemas.push((<$data>::name().into_owned(), <$data>::schema()));
                    <$data>::schemas(&mut schemas);
                )+
                schemas
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $( Self::$variant(data) => data.serialize(serializer), )+ }
            }
        }
    };
}

pub(crate) use events;
