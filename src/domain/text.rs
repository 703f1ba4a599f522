//! Texts in the languages of the API, and which language a reader gets.

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// A language that the API answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Lang {
    /// Chinese in simplified characters: what every text has.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// Chinese in traditional characters, as written in Hong Kong.
    #[serde(rename = "zh-HK")]
    ZhHk,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// All languages, the default first.
    pub const ALL: [Self; 3] = [Self::ZhCn, Self::ZhHk, Self::En];

    /// Its BCP 47 tag, as the API writes it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::ZhHk => "zh-HK",
            Self::En => "en",
        }
    }

    /// The language of exactly this tag, as `lang=` takes it.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The language that serves a BCP 47 tag best, in any case; `_` is taken for `-`, since WeChat reports
    /// `zh_HK`. A script subtag outweighs the region: `zh-Hans-HK` reads simplified characters.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        let mut subtags = tag.split(['-', '_']);
        match subtags.next()? {
            "en" => return Some(Self::En),
            "zh" => {}
            _ => return None,
        }
        let mut lang = Self::ZhCn;
        for subtag in subtags {
            match subtag {
                "hans" => return Some(Self::ZhCn),
                "hant" => return Some(Self::ZhHk),
                "hk" | "mo" | "tw" => lang = Self::ZhHk,
                _ => {}
            }
        }
        Some(lang)
    }

    /// The language for an `Accept-Language` value (RFC 9110 §12.5.4): the supported one with the greatest
    /// weight, the earlier of two equals, and simplified Chinese where nothing fits.
    pub fn negotiate(header: &str) -> Self {
        let mut best = (0.0, Self::default());
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let lang = match parts.next() {
                Some("*") => Some(Self::default()),
                Some(tag) => Self::from_tag(tag),
                None => None,
            };
            let Some(lang) = lang else { continue };
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            // A weight that is not a number between 0 and 1 is no reason to refuse a reader: it counts as 0.
            let weight = weight.map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0));
            if weight > best.0 && weight <= 1.0 {
                best = (weight, lang);
            }
        }
        best.1
    }
}

/// A text with its translations.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// In simplified characters; what stands in for a translation that is missing.
    #[serde(rename = "zh-CN")]
    pub zh_cn: String,
    /// In traditional characters, where written by a person or filled by [`Text::filled`].
    #[serde(rename = "zh-HK", default)]
    pub zh_hk: Option<String>,
    /// In English.
    #[serde(rename = "en", default)]
    pub en: Option<String>,
}

impl Text {
    /// A text in simplified Chinese alone.
    pub fn zh(text: impl Into<String>) -> Self {
        Self { zh_cn: text.into(), zh_hk: None, en: None }
    }

    /// The text in every language that it is given in.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        [Some(&self.zh_cn), self.zh_hk.as_ref(), self.en.as_ref()].into_iter().flatten().map(String::as_str)
    }

    /// The text in `lang`, or in simplified Chinese where it is not translated.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhCn => None,
            Lang::ZhHk => self.zh_hk.as_deref(),
            Lang::En => self.en.as_deref(),
        }
        .unwrap_or(&self.zh_cn)
    }

    /// The same text with its traditional form converted from the simplified one, unless a person wrote it.
    /// Done once, when an item enters the read model.
    pub fn filled(&self, traditional: &Traditional) -> Self {
        let zh_hk = self.zh_hk.clone().unwrap_or_else(|| traditional.convert(&self.zh_cn));
        Self { zh_hk: Some(zh_hk), ..self.clone() }
    }
}

/// The converter from simplified characters to those of Hong Kong, with the dictionaries of OpenCC (`s2hk`).
pub struct Traditional(OpenCC);

impl Traditional {
    /// Loads the dictionaries, which are part of the binary.
    ///
    /// # Errors
    /// If the embedded dictionaries cannot be read, which is a fault of the build.
    pub fn new() -> Result<Self, NoDictionary> {
        OpenCC::from_config(BuiltinConfig::S2hk).map(Self).map_err(NoDictionary)
    }

    /// `text` in traditional characters.
    pub fn convert(&self, text: &str) -> String {
        self.0.convert(text)
    }
}

/// The converter from the traditional characters of Hong Kong to simplified ones, with the dictionaries of OpenCC
/// (`hk2s`).
pub struct Simplified(OpenCC);

impl Simplified {
    /// Loads the dictionaries, which are part of the binary.
    ///
    /// # Errors
    /// If the embedded dictionaries cannot be read, which is a fault of the build.
    pub fn new() -> Result<Self, NoDictionary> {
        OpenCC::from_config(BuiltinConfig::Hk2s).map(Self).map_err(NoDictionary)
    }

    /// `text` in simplified characters.
    pub fn convert(&self, text: &str) -> String {
        self.0.convert(text)
    }
}

/// The dictionaries of [`Traditional`] or [`Simplified`] could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("the dictionaries of traditional characters cannot be loaded")]
pub struct NoDictionary(#[source] ferrous_opencc::error::OpenCCError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_find_their_language() {
        for (tag, lang) in [
            ("zh-CN", Some(Lang::ZhCn)),
            ("zh", Some(Lang::ZhCn)),
            ("ZH-sg", Some(Lang::ZhCn)),
            ("zh-Hans-HK", Some(Lang::ZhCn)),
            ("zh-HK", Some(Lang::ZhHk)),
            ("zh_TW", Some(Lang::ZhHk)),
            ("zh-MO", Some(Lang::ZhHk)),
            ("zh-Hant", Some(Lang::ZhHk)),
            ("zh-Hant-CN", Some(Lang::ZhHk)),
            ("en-GB", Some(Lang::En)),
            ("enm", None),
            ("fr", None),
            ("", None),
        ] {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
        assert_eq!(Lang::parse("zh-hk"), None);
        assert_eq!(Lang::ALL.map(|lang| Lang::parse(lang.tag())), Lang::ALL.map(Some));
    }

    #[test]
    fn the_header_is_weighed() {
        for (header, lang) in [
            ("", Lang::ZhCn),
            ("fr-FR, de;q=0.9", Lang::ZhCn),
            ("en-US,en;q=0.9,zh-CN;q=0.8", Lang::En),
            ("fr, zh-TW;q=0.5, en;q=0.4", Lang::ZhHk),
            ("en;q=0.5, zh-HK;q=0.5", Lang::En),
            ("en;q=0, *;q=0.1", Lang::ZhCn),
            ("en;q=wrong, zh-HK ; q=0.3", Lang::ZhHk),
            ("en;q=NaN, zh-HK;q=7", Lang::ZhCn),
        ] {
            assert_eq!(Lang::negotiate(header), lang, "{header}");
        }
    }

    #[test]
    fn what_is_not_translated_falls_back() {
        let text = Text { en: Some("Planetarium".into()), ..Text::zh("天文馆") };
        assert_eq!(Lang::ALL.map(|lang| text.get(lang)), ["天文馆", "天文馆", "Planetarium"]);
    }

    #[test]
    fn conversion_follows_hong_kong_and_leaves_translations_alone() {
        let traditional = Traditional::new().unwrap();
        assert_eq!(
            traditional.convert("广东科学中心：台风与鼠标，在这里卫星发射"),
            "廣東科學中心：颱風與鼠標，在這裏衞星發射"
        );
        assert_eq!(Text::zh("科普讲座").filled(&traditional).get(Lang::ZhHk), "科普講座");
        let written = Text { zh_hk: Some("科學講座".into()), ..Text::zh("科普讲座") };
        assert_eq!(written.filled(&traditional), written);
    }

    #[test]
    fn absent_translations_are_absent_in_json() {
        let text = Text::zh("科普");
        assert_eq!(serde_json::to_string(&text).unwrap(), r#"{"zh-CN":"科普"}"#);
        assert_eq!(serde_json::from_str::<Text>(r#"{"zh-CN":"科普"}"#).unwrap(), text);
        assert!(serde_json::from_str::<Text>(r#"{"zh-CN":"科普","fr":"x"}"#).is_err());
    }
}
