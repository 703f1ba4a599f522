//! Whatever is asked of whatever catalogue, the answer is what the contract's words mean, worked out row by row: the
//! same things in the same order, the same totals, sessions, distances and facets, over all pages.
//!
//! `KEPU_ORACLE_CATALOGUES` says how many catalogues are tried, `KEPU_ORACLE_SEED` with which seed to begin,
//! `KEPU_ORACLE_TOLD` how many disagreements to tell before giving up.

mod app;
mod catalogue;
pub mod chance;
mod ground;
mod history;
mod plans;
mod questions;
mod rules;
mod shrink;

pub use app::App;
pub use catalogue::World;
pub use chance::Chance;

/// Whether lists count facets.
const FACETS: bool = true;

/// Questions asked of each catalogue.
const QUESTIONS: u64 = 25;

#[expect(clippy::disallowed_methods, reason = "how much is tried is said from outside")]
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[actix_web::test]
async fn every_answer_is_what_the_contract_says() {
    let app = App::new().await;
    let (first, count) = (setting("KEPU_ORACLE_SEED", 1), setting("KEPU_ORACLE_CATALOGUES", 120));
    let most = setting("KEPU_ORACLE_TOLD", 1) as usize;
    let mut told = Vec::new();
    let (mut asked, mut found) = (0, 0);
    'catalogues: for seed in first..first + count {
        let world = World::random(seed);
        app.load(&world);
        for number in 0..QUESTIONS {
            let question = questions::random(&world, &mut Chance::new(seed << 16 | number));
            let (right, given) = (rules::answer(&world, &question), app.answer(&question).await);
            asked += 1;
            found += usize::from(matches!(&right, rules::Answer::Listed { total: 1.., .. }));
            if right != given {
                let small = shrink::smallest(&app, &world, &question).await;
                told.push(format!("seed {seed}, question {number}: {question}\n{small}"));
                if told.len() == most {
                    break 'catalogues;
                }
                app.load(&world);
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n\n"));
    assert!(found * 3 > asked, "of {asked} questions only {found} found anything: little was tried");
}

#[actix_web::test]
async fn a_catalogue_is_the_same_however_it_came_about() {
    let (straight, roundabout) = (App::new().await, App::new().await);
    let (first, count) = (setting("KEPU_ORACLE_SEED", 1), setting("KEPU_ORACLE_CATALOGUES", 120) / 4);
    for seed in first..first + count {
        let world = World::random(seed);
        straight.load(&world);
        let mut chance = Chance::new(seed);
        roundabout.apply(&world, history::of(&world, &mut chance));
        for number in 0..QUESTIONS {
            let question = questions::random(&world, &mut Chance::new(seed << 16 | number));
            let (loaded, applied) = (straight.answer(&question).await, roundabout.answer(&question).await);
            assert_eq!(applied, loaded, "seed {seed}, question {number}: {question}");
        }
    }
}
