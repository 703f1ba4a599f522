//! What a table of sessions asks for: rows with the names of places, terms and bases as people write them.

use std::collections::{HashMap, HashSet};

use super::words::{
    ADMISSIONS, ADMISSIONS_TOO, DATUMS, DATUMS_TOO, MODES, MODES_TOO, WAITLISTS, WAITLISTS_TOO,
};
use crate::discovery::Snapshot;
use crate::domain::divisions::Adcode;
use crate::domain::ids::BaseId;
use crate::domain::imports::cells::{folded, list, one_of};
use crate::domain::imports::columns::Column;
use crate::domain::imports::findings::{Fault, Finding, Level};
use crate::domain::imports::said::{EventSaid, PlaceSaid, Said, SessionSaid};
use crate::domain::imports::times::{misnamed, moment, span};
use crate::domain::imports::{Cell, MOST_COLUMNS, Row, Table, Wanted, WantedEvent, WantedSession};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::nearest::nearest;
use crate::domain::taxonomy::{self, Code};
use crate::domain::text::{Lang, Text};
use crate::http::v1::manage::places::{AuthoredPlace, Ground};

/// The longest name by which an organisation may call a session.
const LONGEST_NAME: usize = 200;

/// The longest text of a cell whose length nothing else bounds: an address of the web, a price in words, all tags.
const LONGEST_WORDS: usize = 2_000;

/// What rows are read by.
pub struct Meaning<'a> {
    snapshot: &'a Snapshot,
    lang: Lang,
    /// Where each column stands.
    places: HashMap<Column, usize>,
    bases: HashMap<&'a str, Option<BaseId>>,
}

/// What a file asks for, with what was found in it and how it calls its columns.
pub struct Read {
    /// What it asks for: nothing of rows that cannot be read.
    pub wanted: Wanted,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Its headings.
    pub headings: HashMap<Column, String>,
}

/// Reads a table.
#[must_use]
pub fn read(table: &Table, snapshot: &Snapshot, lang: Lang) -> Read {
    let mut findings = Vec::new();
    let (mut places, mut headings) = (HashMap::new(), HashMap::new());
    for (at, heading) in table.headings.iter().enumerate().take(MOST_COLUMNS) {
        let mut found = |column, fault| findings.push(Finding { row: table.number, column, fault });
        match Column::named(heading) {
            Some(column) if places.contains_key(&column) => found(Some(column), Fault::RepeatedColumn),
            Some(column) => {
                places.insert(column, at);
                headings.insert(column, heading.clone());
            }
            None if folded(heading).is_empty() => {}
            None => found(None, Fault::UnknownColumn { heading: heading.chars().take(60).collect() }),
        }
    }
    if !places.contains_key(&Column::Session) {
        findings.push(Finding {
            row: table.number,
            column: Some(Column::Session),
            fault: Fault::MissingColumn,
        });
        return Read { wanted: Wanted::default(), findings, headings };
    }
    let mut bases = HashMap::new();
    for (id, base) in snapshot.bases.iter() {
        // Of a name that two have, neither is meant.
        bases
            .entry(base.record.body.name.zh_cn.as_str())
            .and_modify(|only| *only = None)
            .or_insert(Some(*id));
    }
    let meaning = Meaning { snapshot, lang, places, bases };
    let wanted = meaning.wanted(table, &mut findings);
    Read { wanted, findings, headings }
}

/// A row that is being read.
struct Reading<'a> {
    meaning: &'a Meaning<'a>,
    row: &'a Row,
    findings: &'a mut Vec<Finding>,
}

impl Meaning<'_> {
    fn wanted(&self, table: &Table, findings: &mut Vec<Finding>) -> Wanted {
        let mut wanted = Wanted::default();
        let (mut events, mut seen) = (HashMap::<String, usize>::new(), HashMap::<String, u32>::new());
        let mut told = HashSet::new();
        let wrong = |finding: &Finding| finding.fault.level() == Level::Error;
        for row in &table.rows {
            let before = findings.len();
            let mut reading = Reading { meaning: self, row, findings };
            let Some(session) = reading.name(Column::Session) else {
                findings.push(Finding::field(row.number, Column::Session, FieldCode::Missing));
                continue;
            };
            if let Some(first) = seen.insert(session.clone(), row.number) {
                let fault = Fault::RepeatedRow { row: first };
                reading.findings.push(Finding { row: row.number, column: Some(Column::Session), fault });
                seen.insert(session, first);
                continue;
            }
            // A row that names no event is one by itself.
            let event = reading.name(Column::Event).unwrap_or_else(|| session.clone());
            let own = reading.findings.len();
            let event_said = reading.event().of_another_row();
            let of_event = reading.findings.split_off(own);
            let session_said = reading.session().filter(|_| !reading.findings[before..].iter().any(wrong));
            let at = *events.entry(event).or_insert_with_key(|event| {
                let (row, external) = (row.number, event.clone());
                let (said, sessions) = (EventSaid::default(), Vec::new());
                wanted.events.push(WantedEvent { row, external, said, wrong: false, sessions });
                wanted.events.len() - 1
            });
            let known = &mut wanted.events[at];
            known.wrong |= of_event.iter().any(wrong);
            // What rows have in common is told once.
            let fresh = |finding: &Finding| told.insert((at, finding.column, finding.fault.wire()));
            findings.extend(of_event.into_iter().filter(fresh));
            let first = known.row;
            let differ = known.said.agree(event_said);
            if let Some(said) = session_said.filter(|_| differ.is_empty()) {
                known.sessions.push(WantedSession { row: row.number, external: session, said });
            }
            findings.extend(differ.into_iter().map(|column| Finding {
                row: row.number,
                column: Some(column),
                fault: Fault::Differs { row: first },
            }));
        }
        for event in &mut wanted.events {
            event.wrong |= event.sessions.is_empty();
        }
        wanted
    }

    /// The code of a term: as it is written, or by its name in any language.
    fn term(&self, scheme: &str, word: &str) -> Result<Code, Fault> {
        let taxonomy = &self.snapshot.taxonomy;
        let word = folded(word);
        if taxonomy.get(scheme, &word).is_some() {
            return Ok(Code(word));
        }
        let called = |name: &Text| name.forms().any(|form| folded(form).eq_ignore_ascii_case(&word));
        let found = taxonomy.terms(scheme).find(|term| called(&term.body.name));
        let names = || taxonomy.terms(scheme).map(|term| term.body.name.get(self.lang));
        found.map(|term| Code(term.body.code.clone())).ok_or_else(|| unknown(&word, names))
    }

    /// A division by its code, its name, or the names of those around it and its own (`广州市天河区`).
    fn district(&self, word: &str) -> Result<Adcode, Fault> {
        let word: String = folded(word).chars().filter(|c| !matches!(c, ' ' | '/' | '-' | '·')).collect();
        let divisions = &self.snapshot.divisions;
        let unknown = || unknown(&word, || divisions.iter().map(|division| division.name.get(self.lang)));
        if let Ok(adcode) = word.parse::<Adcode>() {
            return divisions.get(adcode).map(|division| division.adcode).ok_or_else(unknown);
        }
        let mut found = divisions.iter().filter(|division| {
            let own = &division.name;
            own.forms().any(|form| form.eq_ignore_ascii_case(&word))
                || (word.ends_with(own.zh_cn.as_str())
                    && divisions
                        .chain(division.adcode)
                        .skip(1)
                        .any(|around| word.contains(around.name.zh_cn.as_str())))
        });
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only.adcode),
            _ => Err(unknown()),
        }
    }
}

/// The words of a cell, if they are few.
fn short(cell: &Cell) -> Result<String, FieldCode> {
    let words = cell.words().replace("\r\n", "\n");
    if words.chars().count() > LONGEST_WORDS {
        return Err(FieldCode::TooLong { max: LONGEST_WORDS });
    }
    Ok(words)
}

/// That a word is none of these names: those that hold it or stand in it may be meant, else the one nearest to it.
fn unknown<'n, N: Iterator<Item = &'n str>>(word: &str, names: impl Fn() -> N) -> Fault {
    const MOST: usize = 3;
    let word: String = word.chars().take(40).collect();
    let akin = |name: &&str| word.chars().count() > 1 && (name.contains(&word) || word.contains(name));
    let mut near: Vec<String> = names().filter(akin).take(MOST).map(str::to_owned).collect();
    if near.is_empty() {
        near.extend(nearest(&word, names()).map(str::to_owned));
    }
    Fault::UnknownTerm { word, near }
}

impl Reading<'_> {
    fn cell(&self, column: Column) -> Option<&Cell> {
        let at = *self.meaning.places.get(&column)?;
        Some(self.row.cells.get(at).unwrap_or(&Cell::Blank))
    }

    fn or_blank(&self, column: Column) -> &Cell {
        self.cell(column).unwrap_or(&Cell::Blank)
    }

    fn found(&mut self, column: Column, fault: impl Into<Fault>) {
        self.findings.push(Finding { row: self.row.number, column: Some(column), fault: fault.into() });
    }

    /// What a cell says, read so.
    fn said<T, F: Into<Fault>>(
        &mut self,
        column: Column,
        read: impl FnOnce(&Cell) -> Result<T, F>,
    ) -> Said<T> {
        let done = match self.cell(column) {
            None => return Said::Unsaid,
            Some(Cell::Blank) => return Said::None,
            Some(Cell::Broken(text)) => {
                let fault = Fault::Broken { text: text.clone() };
                self.found(column, fault);
                return Said::None;
            }
            Some(cell) => read(cell),
        };
        match done {
            Ok(value) => Said::Is(value),
            Err(fault) => {
                self.found(column, fault);
                Said::None
            }
        }
    }

    fn text(&mut self, column: Column) -> Said<String> {
        self.said(column, |cell| Ok::<_, FieldCode>(cell.words().replace("\r\n", "\n")))
    }

    /// A text that is short.
    fn short(&mut self, column: Column) -> Said<String> {
        self.said(column, short)
    }

    fn truth(&mut self, column: Column) -> Said<bool> {
        self.said(column, Cell::truth)
    }

    /// What identifies a row.
    fn name(&mut self, column: Column) -> Option<String> {
        let name = folded(&self.or_blank(column).words());
        if name.chars().count() > LONGEST_NAME {
            self.found(column, FieldCode::TooLong { max: LONGEST_NAME });
            return None;
        }
        (!name.is_empty()).then_some(name)
    }

    fn codes(&mut self, column: Column, scheme: &str) -> Said<Vec<Code>> {
        let meaning = self.meaning;
        self.said(column, |cell| {
            list(&cell.words(), true).iter().map(|word| meaning.term(scheme, word)).collect()
        })
    }

    fn event(&mut self) -> EventSaid {
        let meaning = self.meaning;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 and 120")]
        let age = |cell: &Cell| cell.whole(0, 120).map(|age| age as u8);
        EventSaid {
            title: self.text(Column::Title),
            summary: self.text(Column::Summary),
            description: self.text(Column::Description),
            form: self.said(Column::Form, |cell| meaning.term(taxonomy::FORM, &cell.words())),
            topics: self.codes(Column::Topics, taxonomy::TOPIC),
            audiences: self.codes(Column::Audiences, taxonomy::AUDIENCE),
            tags: self.said(Column::Tags, |cell| short(cell).map(|words| list(&words, false))),
            age_min: self.said(Column::AgeMin, age),
            age_max: self.said(Column::AgeMax, age),
            free: self.truth(Column::Free),
            price: self.said(Column::Price, Cell::number),
            price_text: self.short(Column::PriceText),
            mode: self.said(Column::Mode, |cell| one_of(&cell.words(), &MODES, &MODES_TOO)),
            admission: self
                .said(Column::Admission, |cell| one_of(&cell.words(), &ADMISSIONS, &ADMISSIONS_TOO)),
            online_url: self.short(Column::OnlineUrl),
            signup_url: self.short(Column::SignupUrl),
            signup_phone: self.short(Column::SignupPhone),
            base: self.said(Column::Base, |cell| {
                let word = folded(&cell.words());
                let named = word.parse().ok().or_else(|| meaning.bases.get(word.as_str()).copied().flatten());
                named.ok_or(FieldCode::NoSuch { kind: "base" })
            }),
            place: self.place(
                [Column::Place, Column::Address, Column::District, Column::Room, Column::Lat, Column::Lng],
                Some(Column::Transit),
                Column::of_event,
            ),
            language: self.short(Column::Language),
        }
    }

    fn session(&mut self) -> Option<SessionSaid> {
        let cell = |column| self.or_blank(column);
        let times = span(cell(Column::Date), cell(Column::Time), cell(Column::Start), cell(Column::End));
        let times = match times {
            Ok(times) => Some(times),
            Err(wrong) => {
                wrong.into_iter().for_each(|(column, code)| self.found(column, code));
                None
            }
        };
        for column in [
            Column::Date,
            Column::Time,
            Column::Start,
            Column::End,
            Column::SignupOpensAt,
            Column::SignupClosesAt,
        ] {
            if let Some(date) = misnamed(self.or_blank(column)) {
                self.found(column, Fault::OtherWeekday { date });
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1 and 500")]
        let party = |cell: &Cell| cell.whole(1, 500).map(|most| most as u16);
        let said = SessionSaid {
            start: times.map(|(start, _)| start).unwrap_or_default(),
            end: times.map(|(_, end)| end).unwrap_or_default(),
            capacity: self.said(Column::Capacity, |cell| cell.whole(0, 1_000_000)),
            opens_at: self.said(Column::SignupOpensAt, moment),
            closes_at: self.said(Column::SignupClosesAt, moment),
            waitlist_mode: self
                .said(Column::WaitlistMode, |cell| one_of(&cell.words(), &WAITLISTS, &WAITLISTS_TOO)),
            party_max: self.said(Column::PartyMax, party),
            guardian_required: self.truth(Column::GuardianRequired),
            phone_required: self.truth(Column::PhoneRequired),
            approval: self.truth(Column::Approval),
            notice: self.text(Column::Notice),
            place: self.place(
                [
                    Column::SessionPlace,
                    Column::SessionAddress,
                    Column::SessionDistrict,
                    Column::SessionRoom,
                    Column::SessionLat,
                    Column::SessionLng,
                ],
                None,
                Column::of_session,
            ),
        };
        times.map(|_| said)
    }

    /// A place, by the columns of its name, address, division, room and point.
    fn place(
        &mut self,
        [name, address, district, room, lat, lng]: [Column; 6],
        transit: Option<Column>,
        column_of: fn(&str) -> Option<Column>,
    ) -> Said<PlaceSaid> {
        let meaning = self.meaning;
        let (called, address) = (self.text(name), self.text(address));
        let given = self.said(district, |cell| meaning.district(&cell.words()));
        let said_room = self.text(room);
        let way = transit.map_or(Said::Unsaid, |transit| self.text(transit));
        let (lat, lng) = (self.said(lat, Cell::number), self.said(lng, Cell::number));
        let crs = self.said(Column::Crs, |cell| one_of(&cell.words(), &DATUMS, &DATUMS_TOO));
        if !called.is_said() && !address.is_said() {
            return Said::Unsaid;
        }
        // People give one of both; what is called only by its address is called so.
        let Some(named) = called.is().or(address.is()).cloned() else { return Said::None };
        let Some(address) = address.is().or(called.is()).cloned() else { return Said::None };
        let written = AuthoredPlace::written(
            (named, address),
            given.is().copied(),
            (lat.is().copied(), lng.is().copied()),
            (said_room.is().cloned(), way.is().cloned()),
        );
        let crs = crs.is().copied().unwrap_or_default();
        let ground = Ground { divisions: &meaning.snapshot.divisions, crs, lang: meaning.lang };
        let (mut warnings, mut invalid) = (Vec::new(), Invalid::default());
        let place = written.read("place", ground, &mut warnings, &mut invalid);
        if let Some(place) = &place {
            place.check("place", &mut invalid);
        }
        let column = |field: &str| column_of(field).unwrap_or(name);
        for warning in warnings {
            self.found(column(&warning.field), Fault::Place { code: warning.code, message: warning.message });
        }
        // A district that is given and wrong is told already.
        let unsaid = *self.or_blank(district) == Cell::Blank;
        for error in invalid.0 {
            match error.code {
                FieldCode::Missing if column(&error.field) == district => {
                    if unsaid {
                        self.found(district, Fault::NoDistrict { column: district });
                    }
                }
                code => self.found(column(&error.field), code),
            }
        }
        match place {
            Some(place) => Said::Is(PlaceSaid {
                place,
                district: given.is().is_some(),
                speaks_of: (said_room.is_said(), way.is_said(), lat.is_said() || lng.is_said()),
            }),
            None => Said::None,
        }
    }
}
