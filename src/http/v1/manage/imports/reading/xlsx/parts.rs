//! The parts of a workbook beside its cells: which sheets there are, the texts that cells share, and how numbers are shown.

use std::collections::HashMap;

use super::super::bounded;
use super::{Archive, Next, Unreadable, Xml, attribute, extend, within};

/// Most texts that cells share: ten thousand rows of forty.
const MOST_STRINGS: usize = 500_000;

/// Most formats and sheets: Excel has 64,000 and some hundreds.
const MOST_FORMATS: usize = 70_000;

/// What is read of a workbook itself.
pub(super) struct Book {
    /// The part with the first sheet that is shown.
    pub(super) sheet: String,
    /// Whether its days are counted from 1904, as old Macs did.
    pub(super) from_1904: bool,
}

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shown {
    /// As a number.
    #[default]
    Number,
    /// As a day.
    Day,
    /// As a time, with or without its day.
    Time,
}

/// Reads the workbook.
pub(super) fn book(archive: &mut Archive<'_>) -> Result<Book, Unreadable> {
    let read = |xml: &mut Xml<'_>| {
        let (mut relation, mut from_1904) = (None, false);
        while let Some(next) = xml.next()? {
            let Next::Start(name, attributes) = next else { continue };
            match name.as_str() {
                "workbookPr" => {
                    from_1904 =
                        attribute(&attributes, "date1904").is_some_and(|word| word == "1" || word == "true");
                }
                "sheet"
                    if relation.is_none()
                        && matches!(attribute(&attributes, "state"), None | Some("visible")) =>
                {
                    relation = attribute(&attributes, "id").map(str::to_owned);
                }
                _ => {}
            }
        }
        Ok((relation, from_1904))
    };
    let (relation, from_1904) = within(archive, "xl/workbook.xml", read)?.ok_or(Unreadable)?;
    let find = |xml: &mut Xml<'_>| {
        while let Some(next) = xml.next()? {
            if let Next::Start(name, attributes) = next
                && name == "Relationship"
                && attribute(&attributes, "Id") == relation.as_deref()
            {
                return Ok(attribute(&attributes, "Target").map(str::to_owned));
            }
        }
        Ok(None)
    };
    let target = within(archive, "xl/_rels/workbook.xml.rels", find)?.flatten();
    let target = target.unwrap_or_else(|| "worksheets/sheet1.xml".to_owned());
    let sheet = match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    };
    Ok(Book { sheet, from_1904 })
}

/// Reads the texts that cells share; what is said of how they are spoken is left out.
pub(super) fn strings(archive: &mut Archive<'_>) -> Result<Vec<Box<str>>, Unreadable> {
    let read = |xml: &mut Xml<'_>| {
        let (mut all, mut open, mut within_text, mut spoken) = (Vec::new(), None::<String>, false, false);
        while let Some(next) = xml.next()? {
            match next {
                Next::Start(name, _) => match name.as_str() {
                    "si" if open.is_some() => return Err(Unreadable),
                    "si" => open = Some(String::new()),
                    "rPh" => spoken = true,
                    "t" => within_text = !spoken,
                    _ => {}
                },
                Next::Text(more) => {
                    if let Some(open) = open.as_mut().filter(|_| within_text) {
                        extend(open, &more)?;
                    }
                }
                Next::End(name) => match name.as_str() {
                    "si" if all.len() == MOST_STRINGS => return Err(Unreadable),
                    "si" => {
                        let text = open.take().unwrap_or_default();
                        bounded(&text)?;
                        all.push(text.into_boxed_str());
                    }
                    "rPh" => spoken = false,
                    "t" => within_text = false,
                    _ => {}
                },
            }
        }
        Ok(all)
    };
    Ok(within(archive, "xl/sharedStrings.xml", read)?.unwrap_or_default())
}

/// Reads how the cells of each style show numbers.
pub(super) fn formats(archive: &mut Archive<'_>) -> Result<Vec<Shown>, Unreadable> {
    let read = |xml: &mut Xml<'_>| {
        let (mut own, mut all, mut styles) = (HashMap::new(), Vec::new(), false);
        while let Some(next) = xml.next()? {
            match next {
                Next::Start(name, attributes) => {
                    let number = |name| attribute(&attributes, name).and_then(|id| id.parse::<u32>().ok());
                    match name.as_str() {
                        "numFmt" => {
                            let code = attribute(&attributes, "formatCode").unwrap_or_default();
                            own.extend(number("numFmtId").map(|id| (id, shown(code))));
                        }
                        "cellXfs" => styles = true,
                        "xf" if styles => {
                            let id = number("numFmtId").unwrap_or_default();
                            all.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                        }
                        _ => {}
                    }
                }
                Next::End(name) if name == "cellXfs" => styles = false,
                Next::End(_) | Next::Text(_) => {}
            }
            if all.len() + own.len() > MOST_FORMATS {
                return Err(Unreadable);
            }
        }
        Ok(all)
    };
    Ok(within(archive, "xl/styles.xml", read)?.unwrap_or_default())
}

/// What the formats without a code of their own show, those of Chinese Excel too (ECMA-376 part 1, 18.8.30).
fn built_in(id: u32) -> Shown {
    match id {
        14..=17 | 27..=31 | 36 | 50..=54 | 57..=58 => Shown::Day,
        18..=22 | 32..=35 | 45..=47 | 55..=56 => Shown::Time,
        _ => Shown::Number,
    }
}

/// What a format's code shows.
fn shown(code: &str) -> Shown {
    let section = code.split(';').next().unwrap_or_default();
    let (mut day, mut time, mut month) = (false, false, false);
    let mut rest = section.chars();
    while let Some(c) = rest.next() {
        match c.to_ascii_lowercase() {
            '"' => drop(rest.by_ref().find(|c| *c == '"')),
            '\\' | '_' | '*' => drop(rest.next()),
            '[' => {
                let within: String = rest.by_ref().take_while(|c| *c != ']').collect();
                // `[h]` counts hours beyond a day; `[$-804]` and `[Red]` count nothing.
                time |= !within.is_empty() && within.chars().all(|c| matches!(c, 'h' | 'H' | 'm' | 's'));
            }
            'y' | 'd' => day = true,
            'h' | 's' => time = true,
            'm' => month = true,
            _ => {}
        }
        if section.eq_ignore_ascii_case("general") {
            return Shown::Number;
        }
    }
    match (day || month, time) {
        (_, true) => Shown::Time,
        (true, false) => Shown::Day,
        (false, false) => Shown::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_days_and_times_from_numbers() {
        for (code, expected) in [
            ("General", Shown::Number),
            ("0.00", Shown::Number),
            ("0.00E+00", Shown::Number),
            ("#,##0\"元\"", Shown::Number),
            ("[Red]0;[Blue]-0", Shown::Number),
            ("\"d\"0", Shown::Number),
            ("yyyy\"年\"m\"月\"d\"日\";@", Shown::Day),
            ("[$-804]aaaa;@ yyyy/m/d", Shown::Number),
            ("yyyy\\-mm\\-dd", Shown::Day),
            ("m\"月\"d\"日\"", Shown::Day),
            ("yyyy/m/d h:mm", Shown::Time),
            ("h:mm AM/PM", Shown::Time),
            ("[h]:mm", Shown::Time),
            ("mm:ss.0", Shown::Time),
        ] {
            assert_eq!(shown(code), expected, "{code}");
        }
        assert_eq!(
            (built_in(14), built_in(22), built_in(31), built_in(2)),
            (Shown::Day, Shown::Time, Shown::Day, Shown::Number)
        );
    }
}
