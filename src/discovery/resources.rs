//! The resource directory. What is at a base lies where the base does.

use std::sync::Arc;

use super::entries::Listed;
use super::index::{Field, Filing};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{self, Haystack};
use crate::domain::resources::Resource;
use crate::domain::taxonomy;

impl Listed for Resource {
    type Own = ();

    fn own(&self) {}

    fn places(&self, world: &Snapshot) -> Arc<[Located]> {
        let base = || self.base.and_then(|base| world.venue(base));
        match &self.place {
            Some(place) => [Located::new(place, &world.divisions)].into(),
            None => base().map(|base| base.places.clone()).unwrap_or_default(),
        }
    }

    fn words<'a>(&'a self, world: &'a Snapshot, words: &mut Haystack<'a>) {
        words.add(words::Field::Name, &self.name);
        words.add(words::Field::Body, &self.text);
        let topics = self.topics.iter().map(|code| (taxonomy::TOPIC, code));
        let audiences = self.audiences.iter().map(|code| (taxonomy::AUDIENCE, code));
        for name in topics.chain(audiences).filter_map(|(scheme, code)| world.taxonomy.name(scheme, &code.0))
        {
            words.add(words::Field::Subject, name);
        }
        world.organiser_words(&self.organisers, words);
        let base = self.base.and_then(|base| world.venue(base)).map(|base| base.body());
        base.iter().for_each(|base| words.add(words::Field::Place, &base.name));
        let place = self.place.as_ref().or(base.map(|base| &base.place));
        place.iter().for_each(|place| world.place_words(place, words));
    }

    fn file(&self, _: &Snapshot, filing: &mut Filing) {
        filing.under(Field::ResourceType, self.kind as i64);
    }
}
