//! The tables as sea-orm reads them; the migrations are the only truth about their form.

pub(crate) mod agency;
pub(crate) mod catalogue;
pub(crate) mod follow_up;
pub(crate) mod lane;
pub(crate) mod setting;
pub(crate) mod stream_head;
pub(crate) mod unique_key;
