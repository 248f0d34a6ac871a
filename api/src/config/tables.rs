//! What `fallbuch import` can be asked to do.

use std::path::PathBuf;

use clap::Args;
use fallbuch_domain::Language;

use crate::import::form::Form;
use crate::import::{Order, Template};

/// Which tables to import, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArguments {
    /// The tables: CSV files, or workbooks in the format XLSX; with --template where to write it.
    #[arg(required_unless_present = "template")]
    files: Vec<PathBuf>,
    /// The agency's code.
    #[arg(
        long,
        env = "FALLBUCH_AGENCY",
        default_value = "",
        required_unless_present = "template",
        hide_default_value = true
    )]
    agency: String,
    /// The login or the id of the member in whose name it is recorded, and with whose permissions.
    #[arg(
        long = "as",
        value_name = "MEMBER",
        default_value = "",
        required_unless_present = "template",
        hide_default_value = true
    )]
    member: String,
    /// The identity provider that logins belong to, here and in the tables: the tokens' `iss`.
    #[arg(long, default_value = crate::server::ISSUER)]
    issuer: String,
    /// Record nothing: say what is wrong, and what would be recorded.
    #[arg(long)]
    dry_run: bool,
    /// Record the cases that nothing is wrong with, also if others are faulty.
    #[arg(long)]
    skip_faulty: bool,
    /// The language of the report and of templates: de or en.
    #[arg(long, default_value = "de", value_parser = language)]
    language: Language,
    /// Write an empty table with explanations: cases, contacts, needs, priorities, agreements, follow_ups, or workbook
    /// for all of them.
    #[arg(long, value_name = "FORM", value_parser = template)]
    template: Option<Template>,
}

impl ImportArguments {
    /// The template that is asked for, with its language and where to write it.
    pub(crate) fn template(&self) -> Option<(Template, Language, Option<&std::path::Path>)> {
        let path = self.files.first().map(PathBuf::as_path);
        Some((self.template?, self.language, path))
    }

    /// The import that is asked for.
    pub(crate) fn order(self) -> Order {
        Order {
            agency: self.agency,
            member: self.member,
            issuer: self.issuer,
            files: self.files,
            is_dry: self.dry_run,
            skips_faulty: self.skip_faulty,
            language: self.language,
        }
    }
}

fn language(tag: &str) -> Result<Language, String> {
    crate::language::from_tag(tag).ok_or_else(|| "expected de or en".to_owned())
}

fn template(name: &str) -> Result<Template, String> {
    if name == "workbook" {
        return Ok(Template::Workbook);
    }
    let form = Form::ALL.into_iter().find(|form| form.code() == name);
    form.map(Template::Form).ok_or_else(|| {
        let codes = Form::ALL.map(Form::code).join(", ");
        format!("expected workbook or one of {codes}")
    })
}
