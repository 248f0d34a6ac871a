//! One definition of a stream's event types, from which the enum, the wire names and the reader
//! follow.
//!
//! Invariant: every shape that was ever written is readable. A type's line names its present shape
//! and, if that is not the first, all older ones with the pure and total functions that lift each to
//! the next:
//!
//! ```text
//! NeedCaptured(NeedCaptured) = "need_captured" 3 from {
//!     1: NeedCapturedV1 => lift_need_captured_1,
//!     2: NeedCapturedV2 => lift_need_captured_2,
//! },
//! ```
//!
//! The compiler refuses a line whose older schemas are not 1, 2, 3, … up to the one before the
//! present, and a function that does not lead from its shape to the next.

/// Makes an event enum whose `Serialize` writes the event's `data` alone; type and schema stand in
/// the envelope.
///
/// Behind the name may stand the trait that all data implement: `happening` gives the data as that.
macro_rules! events {
    (
        $(#[$meta:meta])*
        $name:ident: $meaning:path { $(
            $(#[$doc:meta])*
            $variant:ident($data:ty) = $wire:literal $schema:literal $( from $lifts:tt )?,
        )+ }
    ) => {
        $crate::event_macro::events! {
            $(#[$meta])*
            $name { $(
                $(#[$doc])*
                $variant($data) = $wire $schema $( from $lifts )?,
            )+ }
        }

        impl $name {
            /// The data, as what every type of event gives.
            pub(crate) fn happening(&self) -> &dyn $meaning {
                match self { $( Self::$variant(data) => data, )+ }
            }
        }
    };
    (
        $(#[$meta:meta])*
        $name:ident { $(
            $(#[$doc:meta])*
            $variant:ident($data:ty) = $wire:literal $schema:literal
                $( from { $( $old_schema:literal : $old:ty => $lift:path ),+ $(,)? } )?,
        )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$doc])* $variant($data), )+
        }

        $( const _: () = assert!(
            $crate::event_macro::leads_up_to(&[$( $($old_schema),+ )?], $schema),
            "the older schemas of a type are 1, 2, 3, … up to the one before the present",
        ); )+

        impl $name {
            /// Every wire name with the version of its shape that is written now.
            pub const TYPES: &[(&str, u32)] = &[$(($wire, $schema)),+];

            /// Every wire name with every version of its shape that can be read, the oldest first.
            pub const READABLE: &[(&str, u32)] =
                &[$( $( $( ($wire, $old_schema), )+ )? ($wire, $schema), )+];

            /// The wire name, past tense in `snake_case`.
            #[must_use]
            pub fn event_type(&self) -> &'static str {
                match self { $( Self::$variant(_) => $wire, )+ }
            }

            /// The version of the shape of this event's data, which is always the present one.
            #[must_use]
            pub fn schema(&self) -> u32 {
                match self { $( Self::$variant(_) => $schema, )+ }
            }

            /// Reads the data of a stored event; an older shape is lifted to the present one.
            ///
            /// # Errors
            /// Names the type and schema if they are not known here, or what is wrong in the data.
            pub fn from_stored(
                event_type: &str,
                schema: u32,
                data: &str,
            ) -> Result<Self, $crate::envelope::UnreadableEvent> {
                use $crate::envelope::UnreadableEvent;
                match event_type {
                    $( $wire => {
                        let older: Option<Result<$data, serde_json::Error>> =
                            $crate::event_macro::older!(
                                schema data; $( $( $old_schema: $old => $lift, )+ )?
                            );
                        let read = match older {
                            Some(read) => read,
                            None if schema == $schema => serde_json::from_str(data),
                            None => return Err(UnreadableEvent::UnknownSchema {
                                event_type: $wire,
                                schema,
                                newest: $schema,
                            }),
                        };
                        read.map(Self::$variant).map_err(|source| UnreadableEvent::Data {
                            event_type: $wire,
                            schema,
                            source,
                        })
                    } )+
                    _ => Err(UnreadableEvent::UnknownType {
                        event_type: event_type.to_owned(),
                        schema,
                    }),
                }
            }
        }

        #[cfg(feature = "openapi")]
        impl $name {
            /// The name of each readable shape's schema, with its wire name and version; the oldest
            /// first.
            #[must_use]
            pub fn data_names() -> Vec<(&'static str, u32, String)> {
                use utoipa::ToSchema;
                vec![$(
                    $( $( ($wire, $old_schema, <$old as ToSchema>::name().into_owned()), )+ )?
                    ($wire, $schema, <$data as ToSchema>::name().into_owned()),
                )+]
            }

            /// The schemas of all readable data, with those they refer to.
            #[must_use]
            pub fn data_schemas()
            -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)> {
                use utoipa::{PartialSchema as _, ToSchema as _};
                let mut schemas = Vec::new();
                $(
                    $( $(
                        schemas.push((<$old>::name().into_owned(), <$old>::schema()));
                        <$old>::schemas(&mut schemas);
                    )+ )?
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

/// Reads `data` as the older shape whose schema it has, if it has one of these, and lifts it by that
/// shape's function and all that follow.
macro_rules! older {
    ($schema:ident $data:ident;) => { None };
    ($schema:ident $data:ident;
     $old_schema:literal : $old:ty => $lift:path, $( $newer:tt )*) => {
        if $schema == $old_schema {
            let read = serde_json::from_str::<$old>($data);
            Some(read.map(|old| $crate::event_macro::older!(@lift $lift(old); $( $newer )*)))
        } else {
            $crate::event_macro::older!($schema $data; $( $newer )*)
        }
    };
    (@lift $value:expr;) => { $value };
    (@lift $value:expr;
     $old_schema:literal : $old:ty => $lift:path, $( $newer:tt )*) => {
        $crate::event_macro::older!(@lift $lift($value); $( $newer )*)
    };
}

/// Whether the older schemas of a type are 1, 2, 3, … up to the one before the present.
pub(crate) const fn leads_up_to(older: &[u32], present: u32) -> bool {
    let mut next = 1;
    let mut index = 0;
    while index < older.len() {
        if older[index] != next {
            return false;
        }
        next += 1;
        index += 1;
    }
    present == next
}

pub(crate) use {events, older};

#[cfg(test)]
mod tests;
