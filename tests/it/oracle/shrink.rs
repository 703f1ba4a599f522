//! Makes a disagreement small enough to be read: fewer things, fewer filters, as long as it stays one.

use std::fmt::Write;

use serde::Serialize;

use super::app::App;
use super::catalogue::World;
use super::questions::Question;
use super::rules::{self, Answer};

/// The smallest question and catalogue that were found to disagree, with both answers.
pub async fn smallest(app: &App, world: &World, question: &Question) -> String {
    let (mut world, mut question) = (world.clone(), question.clone());
    loop {
        let mut smaller = false;
        for at in (0..question.pairs.len()).rev() {
            let mut less = question.clone();
            less.pairs.remove(at);
            if stands(&less) && disagree(app, &world, &less).await.is_some() {
                (question, smaller) = (less, true);
            }
        }
        for part in 0..PARTS {
            for at in (0..size(&world, part)).rev() {
                let mut less = world.clone();
                if remove(&mut less, part, at) && disagree(app, &less, &question).await.is_some() {
                    (world, smaller) = (less, true);
                }
            }
        }
        if !smaller {
            break;
        }
    }
    let Some((right, given)) = disagree(app, &world, &question).await else {
        return "what was tried again agrees: answers depend on something else".to_owned();
    };
    let mut told = format!("smallest: {question}\nat {}, with\n", world.clock);
    describe(&mut told, &world);
    let _ = write!(told, "the contract says {right:#?}\nthe answer is {given:#?}");
    told
}

/// What is right and what is answered, where the two differ.
async fn disagree(app: &App, world: &World, question: &Question) -> Option<(Answer, Answer)> {
    app.load(world);
    let (right, given) = (rules::answer(world, question), app.answer(question).await);
    // A filter on something that is no longer there is refused, which is another matter.
    let refused = |answer: &Answer, field: &str| matches!(answer, Answer::Refused(fields) if fields.iter().any(|known| known == field));
    let gone = ["organiser", "base", "series", "campaign"].iter().any(|field| refused(&given, field));
    (right != given && !gone).then_some((right, given))
}

/// Whether a question is one without what was taken away.
fn stands(question: &Question) -> bool {
    let has = |name| question.get(name).is_some();
    let near = has("lat") && has("lng");
    has("lat") == has("lng") && (near || !has("radius") && question.get("sort") != Some("distance"))
}

const PARTS: usize = 8;

fn size(world: &World, part: usize) -> usize {
    match part {
        0 => world.events.len(),
        1 => world.routes.len(),
        2 => world.campaigns.len(),
        3 => world.series.len(),
        4 => world.bases.len(),
        5 => world.organisations.len(),
        6 => world.resources.len(),
        _ => world.events.iter().map(|(_, sessions)| sessions.len()).sum(),
    }
}

/// Takes one thing away, unless another refers to it.
fn remove(world: &mut World, part: usize, at: usize) -> bool {
    match part {
        0 => drop(world.events.remove(at)),
        1 => drop(world.routes.remove(at)),
        2 => drop(world.campaigns.remove(at)),
        3 => drop(world.series.remove(at)),
        4 => drop(world.bases.remove(at)),
        5 => drop(world.organisations.remove(at)),
        6 => drop(world.resources.remove(at)),
        _ => {
            let mut before = 0;
            for (_, sessions) in &mut world.events {
                if at < before + sessions.len() {
                    sessions.remove(at - before);
                    break;
                }
                before += sessions.len();
            }
        }
    }
    whole(world)
}

/// Whether everything that is referred to is there.
fn whole(world: &World) -> bool {
    let organisation = |id: i64| world.organisations.iter().any(|one| one.id == id);
    let events = world.events.iter().all(|(event, _)| {
        let event = &event.body;
        event.organisers.iter().all(|one| organisation(one.organisation.get()))
            && event.base.is_none_or(|base| world.base(base).is_some())
            && event.series.is_none_or(|id| world.series.iter().any(|one| one.id == id.get()))
            && event.campaigns.iter().all(|id| world.campaigns.iter().any(|one| one.id == id.get()))
    });
    let series = world.series.iter().all(|one| {
        one.body.base.is_none_or(|base| world.base(base).is_some())
            && one.body.organisers.iter().all(|one| organisation(one.organisation.get()))
    });
    let resources = world.resources.iter().all(|one| {
        one.body.base.is_none_or(|base| world.base(base).is_some())
            && one.body.organisers.iter().all(|one| organisation(one.organisation.get()))
    });
    events
        && series
        && resources
        && world
            .bases
            .iter()
            .all(|base| base.body.organisers.iter().all(|one| organisation(one.organisation.get())))
        && world
            .routes
            .iter()
            .all(|route| route.body.stops.iter().all(|stop| world.base(stop.base).is_some()))
}

fn describe(told: &mut String, world: &World) {
    fn thing<T: Serialize>(told: &mut String, kind: &str, id: i64, body: &T) {
        let body = serde_json::to_string(body).unwrap();
        let _ = writeln!(told, "  {kind} {} {body}", kepu::domain::ids::spell(id));
    }
    world.organisations.iter().for_each(|one| thing(told, "organisation", one.id, &one.body));
    world.bases.iter().for_each(|one| thing(told, "base", one.id, &one.body));
    world.series.iter().for_each(|one| thing(told, "series", one.id, &one.body));
    world.campaigns.iter().for_each(|one| thing(told, "campaign", one.id, &one.body));
    world.routes.iter().for_each(|one| thing(told, "route", one.id, &one.body));
    world.resources.iter().for_each(|one| thing(told, "resource", one.id, &one.body));
    for (event, sessions) in &world.events {
        thing(told, "event", event.id, &event.body);
        sessions.iter().for_each(|session| thing(told, "  session", session.id.get(), session));
    }
}
