//! Invented organisations and bases, and places of events that have no base.

use super::ground::{CENTRAL_PERCENT, Spot};
use super::random::Stream;
use super::words::Words;
use super::{ENGLISH_PERCENT, Plan, Purpose, World};
use crate::domain::admission::Booking;
use crate::domain::bases::{Base, Hours};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{BaseId, OrganisationId};
use crate::domain::organisations::{Organisation, Organiser, OrganiserRole};
use crate::domain::places::Place;
use crate::domain::text::Text;

/// Sessions for which there is one base, up to [`MOST_BASES`].
const SESSIONS_PER_BASE: usize = 100;
const MOST_BASES: usize = 10_000;
const BASES_PER_ORGANISATION: usize = 2;

/// Of a hundred events at a base, how many are at one of the seeds, which is real.
const REAL_PERCENT: f64 = 10.0;

const ORGANISATIONS: &[&str] =
    &["研究会", "科普志愿者协会", "青少年科技中心", "自然教育协会", "学会", "技术推广站"];
const BASES: &[&str] = &["科普馆", "自然教育中心", "科学体验园", "观测站", "标本馆", "研习所", "科普园"];
const PLACES: &[&str] = &["社区中心", "图书馆分馆", "文化站", "实验小学", "湿地公园", "青少年宫", "中学礼堂"];
const ROADS: &[&str] =
    &["人民路", "中山路", "建设路", "解放路", "科技路", "学府路", "滨江路", "文明路", "环城路"];

/// A base with what an event there needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Venue {
    /// The base.
    pub base: BaseId,
    /// Who runs it.
    pub organiser: Organiser,
    /// The district it lies in, which is one of the ground's.
    pub adcode: Adcode,
}

/// Everything that events take place at.
pub struct Venues {
    /// Invented organisations, with their ids.
    pub organisations: Vec<(i64, Organisation)>,
    /// Invented bases, with their ids.
    pub bases: Vec<(i64, Base)>,
    invented: Zones,
    real: Zones,
}

/// Venues in central Guangzhou and elsewhere.
#[derive(Default)]
struct Zones {
    central: Vec<Venue>,
    elsewhere: Vec<Venue>,
}

impl Zones {
    fn of(&self, central: bool) -> &[Venue] {
        if central { &self.central } else { &self.elsewhere }
    }

    /// Adds a base, if it has a position in Guangdong.
    fn put(&mut self, world: &World, base: BaseId, place: &Place, organiser: Organiser) {
        let venue = Venue { base, organiser, adcode: place.adcode };
        match place.position.filter(|_| world.ground.district(place.adcode).is_some()) {
            Some(position) if world.ground.is_central(position) => self.central.push(venue),
            Some(_) => self.elsewhere.push(venue),
            None => {}
        }
    }
}

impl Venues {
    /// The venues of a plan.
    pub fn new(plan: &Plan, world: &World, words: &Words) -> Self {
        let count = (plan.sessions / SESSIONS_PER_BASE).clamp(1, MOST_BASES);
        let mut venues = Self {
            organisations: (0..count.div_ceil(BASES_PER_ORGANISATION))
                .filter_map(|number| organisation(plan, world, words, number as u64))
                .collect(),
            bases: Vec::with_capacity(count),
            invented: Zones::default(),
            real: Zones::default(),
        };
        for (id, base) in &world.bases {
            if let Some(&organiser) = base.organisers.first() {
                venues.real.put(world, *id, &base.place, organiser);
            }
        }
        for number in 0..count {
            let organiser = venues.organisations.get(number / BASES_PER_ORGANISATION);
            let Some(organiser) = organiser.and_then(|(id, _)| OrganisationId::new(*id)) else { continue };
            let organiser = Organiser { organisation: organiser, role: OrganiserRole::Organiser };
            let id = BaseId::fresh(plan.made_at(number as u64), &plan.stream(Purpose::BaseId, number as u64));
            let Some(base) = base(plan, world, words, number as u64, organiser) else { continue };
            venues.invented.put(world, id, &base.place, organiser);
            venues.bases.push((id.get(), base));
        }
        venues
    }

    /// A base for an event; some are chosen more often than others. `None` where that part has none.
    pub fn pick(&self, central: bool, stream: &mut Stream) -> Option<Venue> {
        let real = stream.chance(REAL_PERCENT);
        let zone = if real { &self.real } else { &self.invented }.of(central);
        zone.get(stream.below(zone.len()).min(stream.below(zone.len()))).copied()
    }

    /// An organiser for an event that has no base.
    pub fn organiser(&self, stream: &mut Stream) -> Option<Organiser> {
        let (id, _) = stream.pick(&self.organisations)?;
        Some(Organiser { organisation: OrganisationId::new(*id)?, role: OrganiserRole::Organiser })
    }
}

fn organisation(plan: &Plan, world: &World, words: &Words, number: u64) -> Option<(i64, Organisation)> {
    let mut stream = plan.stream(Purpose::Organisation, number);
    let id = OrganisationId::fresh(plan.made_at(number), &plan.stream(Purpose::OrganisationId, number));
    let district = &world.ground.spot(false, &mut stream)?.district.division;
    let subject = words.subject("", &mut stream);
    let name = format!("{}{subject}{}", district.name.zh_cn, stream.pick(ORGANISATIONS)?);
    Some((
        id.get(),
        Organisation {
            name: Text::zh(name),
            kind: None,
            adcode: Some(district.adcode),
            url: None,
            source: plan.source(),
        },
    ))
}

/// A base that opens, charges and books as some base of the seeds does.
fn base(plan: &Plan, world: &World, words: &Words, number: u64, organiser: Organiser) -> Option<Base> {
    let mut stream = plan.stream(Purpose::Base, number);
    let (_, model) = stream.pick(&world.bases)?;
    let central = stream.chance(CENTRAL_PERCENT);
    let spot = world.ground.spot(central, &mut stream)?;
    let topic = stream.pick(&world.models)?.topics.first()?.0.as_str();
    let (subject, other) = (words.subject(topic, &mut stream), words.subject(topic, &mut stream));
    let district = &spot.district.division.name;
    let mut name = Text::zh(format!("{}{subject}{}", district.zh_cn, stream.pick(BASES)?));
    if stream.chance(ENGLISH_PERCENT) {
        name.en = Some(format!("{} Science Base No. {}", district.en.as_deref()?, number + 1));
    }
    Some(Base {
        description: Text::zh(format!(
            "设在{}，展示{subject}与{other}，有常设展览和动手区。",
            district.zh_cn
        )),
        category: model.category.clone(),
        classifications: Vec::new(),
        recognitions: Vec::new(),
        organisers: vec![organiser],
        place: place(name.clone(), &spot, &mut stream),
        name,
        hours: Hours { rule: model.hours.rule.clone(), note: None },
        closures: Vec::new(),
        booking: Booking { need: model.booking.need, text: None, external_signup: None },
        free: model.free,
        price: model.price.clone(),
        phone: None,
        accessibility: model.accessibility.clone(),
        facilities: vec![subject.to_owned()],
        images: Vec::new(),
        notice: None,
        source: plan.source(),
    })
}

/// A place that is no base.
pub fn place_of_its_own(spot: &Spot<'_>, stream: &mut Stream) -> Place {
    let kind = stream.pick(PLACES).copied().unwrap_or_default();
    place(Text::zh(format!("{}{}{kind}", spot.district.division.name.zh_cn, road(stream))), spot, stream)
}

fn place(name: Text, spot: &Spot<'_>, stream: &mut Stream) -> Place {
    let (division, city) = (&spot.district.division, &spot.district.city.zh_cn);
    let within = if *city == division.name.zh_cn { "" } else { division.name.zh_cn.as_str() };
    Place {
        name,
        address: Text::zh(format!("{city}{within}{}{}号", road(stream), stream.between(1, 400))),
        adcode: division.adcode,
        position: Some(spot.position),
        precision_metres: Some(10),
        room: None,
        transit: None,
    }
}

fn road(stream: &mut Stream) -> &'static str {
    stream.pick(ROADS).copied().unwrap_or_default()
}
