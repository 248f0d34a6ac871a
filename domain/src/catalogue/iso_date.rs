//! Dates as `YYYY-MM-DD` text, stated here so that no cargo feature of `time` can change the form.

time::serde::format_description!(text, Date, "[year]-[month]-[day]");

pub(super) use text::option;
