//! The formats by name.

use std::fmt;
use std::io;
use std::str::FromStr;

use ioctlkit_model::{Report, SourceMap};

use crate::{Style, concise, full, github, gitlab, html, json, junit, sarif};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// For people: the lines of the header, underlined and labelled, as rustc prints them.
    #[default]
    Full,
    /// For people in a hurry and for editors: a line each.
    Concise,
    /// The project's own JSON, described by `schema/check.schema.json`.
    Json,
    /// SARIF 2.1.0, for code scanning services.
    Sarif,
    /// Workflow commands that GitHub Actions turns into annotations.
    Github,
    /// A GitLab code quality report.
    Gitlab,
    /// A `JUnit` test report, for everything else that shows test results.
    Junit,
    /// A page for a browser, which needs nothing but itself.
    Html,
}

impl Format {
    /// Every format, in the order in which a help text should list them.
    pub const ALL: [Self; 8] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Html,
    ];

    /// The name that people write: `full`, `concise`, `json`, `sarif`, `github`, `gitlab`,
    /// `junit` or `html`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Html => "html",
        }
    }

    /// One line on what the format is for.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Full => "the lines of the header, underlined and labelled",
            Self::Concise => "one line each",
            Self::Json => "JSON, as schema/check.schema.json describes it",
            Self::Sarif => "SARIF 2.1.0, for code scanning services",
            Self::Github => "annotations of GitHub Actions",
            Self::Gitlab => "a GitLab code quality report",
            Self::Junit => "a JUnit test report",
            Self::Html => "a page for a browser, which needs nothing but itself",
        }
    }

    /// Writes `report` in this format. Only [`Format::Full`] heeds `style`, and [`html::render`] knows more than
    /// what a report has.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn render(
        self,
        report: &Report,
        sources: &SourceMap,
        style: Style,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match self {
            Self::Full => full::render(report, sources, style, out),
            Self::Concise => concise::render(report, sources, out),
            Self::Json => json::render(report, sources, out),
            Self::Sarif => sarif::render(report, sources, out),
            Self::Github => github::render(report, sources, out),
            Self::Gitlab => gitlab::render(report, sources, out),
            Self::Junit => junit::render(report, sources, out),
            Self::Html => html::render(report, sources, &html::Details::default(), &[], out),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no [`Format`]'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no format is called `{}`; there are", self.0)?;
        for (index, format) in Format::ALL.into_iter().enumerate() {
            let separator = if index == 0 { " " } else { ", " };
            write!(f, "{separator}{format}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_the_name_that_it_shows() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "xml".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no format is called `xml`; there are full, concise, json, sarif, github, gitlab, junit, html"
        );
    }
}
