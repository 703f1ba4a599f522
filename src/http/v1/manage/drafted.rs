//! What the operations on events, bases, routes and series have in common: a draft is begun, read, changed, duplicated,
//! shown as it would be, handed in, taken back and put away in one way, whatever it is of. What differs says [`Written`].

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::named::Named;
use super::places::{Ground, Warning};
use super::standing::{By, Standing, common_path, problem, problems};
use crate::app;
use crate::app::authoring::{Authoring, MOST_AT_ONCE};
use crate::app::drafts;
use crate::app::repeats::Repeat;
use crate::db::drafts::{Owned, count_of, ids_of};
use crate::db::records::Stored;
use crate::db::{AnyConn, publication};
use crate::discovery::page::{Answer, Key};
use crate::domain::api_keys::Scope;
use crate::domain::audit::Actor;
use crate::domain::bases::Base;
use crate::domain::drafts::{Authored, Body, State as Drafted};
use crate::domain::geo;
use crate::domain::ids::{BaseId, EventId, OrganisationId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::roles::{AuthorityRole, MemberRole};
use crate::http::list::{Crs, List};
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{self, Asked, Param, Table};
use crate::http::private;
use crate::http::problem::{Code, FieldProblem, Problem};
use crate::http::staff::{Author, Known};
use crate::http::state::{Members, State};
use crate::http::v1::view::View;

/// A noun as its authors write and read it.
pub(super) trait Written: Authored + Stored {
    /// It in a list of one's own.
    type Item: Serialize + Send + 'static;
    /// It as its author reads it.
    type Whole: Serialize + Send + 'static;

    /// What its author sends who begins one: what is no field of it no author can write.
    type New: DeserializeOwned;

    /// Where its operations are.
    const HOME: &'static str;

    /// What the wire calls one of its fields.
    fn path(field: &str) -> String {
        common_path(field)
    }

    /// Its fields as its author writes them: those that `given` names.
    ///
    /// # Errors
    /// None that any content causes.
    fn authored(self, given: &Body, ground: Ground<'_>) -> serde_json::Result<Value>;

    /// It in a list.
    ///
    /// # Errors
    /// If the store fails.
    fn item(&self, conn: &mut AnyConn, by: &By, id: i64, standing: Standing) -> Result<Self::Item, Problem>;

    /// It as its author reads it, who gave the fields of `given`.
    ///
    /// # Errors
    /// If the store fails.
    fn whole(self, conn: &mut AnyConn, by: &By, given: &Body, found: Found) -> Result<Self::Whole, Problem>;
}

/// A noun that can be shown as it would be without reading more of the store than where it stops.
pub(super) trait Previewed: Written {
    /// The bases that it shows as places, which may be drafts themselves.
    fn venues(&self) -> Vec<BaseId> {
        Vec::new()
    }

    /// The answer to whoever asks for it in public, once it is.
    fn answer(view: &View<'_>, record: Record<Self>) -> HttpResponse;
}

/// What is found about a draft.
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) standing: Standing,
    pub(super) problems: Vec<FieldProblem>,
    pub(super) warnings: Vec<Warning>,
}

/// What an author wrote: fields as a draft keeps them, with what may be a mistake.
pub(super) trait Said {
    /// The datum of its numbers, if it says one.
    fn crs(&self) -> Option<Crs>;

    /// Its fields.
    ///
    /// # Errors
    /// What is not written as it must be.
    fn body(self, ground: Ground<'_>, warnings: &mut Vec<Warning>) -> Result<Body, Invalid>;
}

/// What lists of one's own things take.
pub struct ListManaged;

const ORGANISATION: Param =
    Param::new("organisation", params::Kind::Id, "Only those of this organisation.", "01h2x7m9k4qpz");
const STATE: Param = Param::new(
    "state",
    params::Kind::Word(&["draft", "submitted", "approved", "rejected"]),
    "Only those that stand so in review.",
    "rejected",
);

impl Table for ListManaged {
    const PARAMS: &'static [&'static [Param]] = &[&[ORGANISATION, STATE], PAGE, LANGUAGE];
}

/// Things of one kind that are to be handed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedThings {
    /// Which.
    #[schema(example = json!(["01h2x7m9k4qpz"]), min_items = 1, max_items = 100)]
    ids: Vec<String>,
}

/// How whoever asked reads.
///
/// # Errors
/// [`Code::Unavailable`] until the first snapshot was loaded.
pub(super) fn by<T: Table>(asked: &Asked<T>, own: Option<Crs>, state: &State) -> Result<By, Problem> {
    let crs = own.map_or(asked.params.crs(), geo::Crs::from);
    Ok(By { lang: asked.lang, crs, now: state.now(), world: state.snapshot()? })
}

/// Lets through who may write a thing, or read its draft if that is the scope: an editor of its main organiser.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::ScopeMissing`], [`Code::OrganisationSuspended`].
pub(super) fn drafted_by<T: Written>(
    conn: &mut AnyConn,
    author: &Author,
    id: i64,
    scope: Scope,
) -> Result<(), Problem> {
    let draft = drafts::current::<T>(conn, id)?.ok_or(Code::NotFound)?;
    let known = known(conn, T::KIND, id)?;
    let organisation = draft.organisation().ok_or(Code::NotFound)?;
    author.of_organisation(organisation, MemberRole::Editor, Some(scope), known)
}

/// Lets through who may see a thing as it would be: an editor of its main organiser, and the authority over its division.
///
/// # Errors
/// Those of [`drafted_by`].
pub(super) fn previewed_by<T: Written>(conn: &mut AnyConn, author: &Author, id: i64) -> Result<(), Problem> {
    let draft = drafts::current::<T>(conn, id)?.ok_or(Code::NotFound)?;
    if author.roles().over(draft.division, AuthorityRole::Reviewer) {
        return Ok(());
    }
    drafted_by::<T>(conn, author, id, Scope::EventsRead)
}

/// What outsiders know of a thing.
///
/// # Errors
/// If the store fails.
pub(super) fn known(conn: &mut AnyConn, kind: Kind, id: i64) -> Result<Known, Problem> {
    let public = publication::of(conn, kind, id)? == Some(Publication::Public);
    Ok(if public { Known::ToAll } else { Known::ToMembers })
}

/// The organisation for which something is made: the one named, else the only one that somebody may write for.
fn organisation(author: &Author, named: Option<&Named>) -> Result<OrganisationId, Problem> {
    let mut invalid = Invalid::default();
    if let Some(named) = named {
        let id = named.id::<OrganisationId>("organiser", "organisation", &mut invalid);
        invalid.or(()).map_err(Problem::unprocessable)?;
        let id = id.ok_or(Code::Internal)?;
        author.of_organisation(id, MemberRole::Editor, Some(Scope::EventsWrite), Known::ToAll)?;
        return Ok(id);
    }
    match author.roles().organisations(MemberRole::Editor)[..] {
        [only] => {
            author.of_organisation(only, MemberRole::Editor, Some(Scope::EventsWrite), Known::ToAll)?;
            Ok(only)
        }
        [] => Err(Code::Forbidden.into()),
        _ => Err(Problem::unprocessable(Invalid::one("organiser", FieldCode::Missing))),
    }
}

/// A thing as its author reads it now.
///
/// # Errors
/// [`Code::NotFound`]; if the store fails.
pub(super) fn read<T: Written>(
    conn: &mut AnyConn,
    by: &By,
    id: i64,
    warnings: Vec<Warning>,
) -> Result<T::Whole, Problem> {
    let draft = drafts::current::<T>(conn, id)?.ok_or(Code::NotFound)?;
    let thing = drafts::preview::<T>(conn, id)?.ok_or(Code::NotFound)?.body;
    let (given, problems) = (draft.body.clone(), problems::<T>(conn, &draft, by.lang)?);
    let standing = Standing::of::<T>(conn, by, draft)?;
    thing.whole(conn, by, &given, Found { id, standing, problems, warnings })
}

fn item<T: Written>(conn: &mut AnyConn, by: &By, id: i64) -> Result<Option<T::Item>, Problem> {
    let Some(draft) = drafts::current::<T>(conn, id)? else { return Ok(None) };
    let Some(record) = drafts::preview::<T>(conn, id)? else { return Ok(None) };
    let standing = Standing::of::<T>(conn, by, draft)?;
    record.body.item(conn, by, id, standing).map(Some)
}

/// One's own, drafts too, the newest first.
pub(super) async fn list<T: Written>(
    author: Author,
    asked: Asked<ListManaged>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let by = by(&asked, None, &state)?;
    let (before, limit) = (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit);
    let wanted: Option<OrganisationId> = asked.params.text(&ORGANISATION).and_then(|id| id.parse().ok());
    let mut own = author.roles().organisations(MemberRole::Desk);
    own.retain(|own| wanted.is_none_or(|wanted| wanted == *own));
    if own.is_empty() && wanted.is_none() {
        return Err(Code::Forbidden.into());
    }
    for own in &own {
        author.of_organisation(*own, MemberRole::Desk, Some(Scope::EventsRead), Known::ToMembers)?;
    }
    let drafted = asked.params.word(&STATE).and_then(Drafted::from_name);
    let owned = Owned { kind: T::KIND, organisations: own, state: drafted };
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let total = count_of(conn, &owned)?;
            let ids = ids_of(conn, &owned, before, limit + 1)?;
            let mut items = Vec::with_capacity(ids.len());
            for id in ids {
                items.extend(item::<T>(conn, &by, id)?.map(|item| (item, id)));
            }
            Ok::<_, Problem>((items, total))
        })
    };
    let (mut items, total) = members.into_inner().aside(read).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|(_, id)| (Key::Number(-id), *id));
    let answered = Answer { found: items, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<T::Item> = turn.page(answered, |(item, _)| item);
    Ok(private::answer(StatusCode::OK, list))
}

/// Who writes, what, and how they read it.
pub(super) struct Writing<S> {
    pub(super) author: Author,
    pub(super) by: By,
    pub(super) said: S,
}

impl<S: Said> Writing<S> {
    /// `said` in the datum that it names, or else the question.
    ///
    /// # Errors
    /// Those of [`by`].
    pub(super) fn new<T: Table>(
        author: Author,
        asked: &Asked<T>,
        said: S,
        state: &State,
    ) -> Result<Self, Problem> {
        let by = by(asked, said.crs(), state)?;
        Ok(Self { author, by, said })
    }

    fn body(self) -> Result<(Author, By, Body, Vec<Warning>), Problem> {
        let Self { author, by, said } = self;
        let mut warnings = Vec::new();
        let given = said.body(by.ground(), &mut warnings).map_err(Problem::unprocessable)?;
        Ok((author, by, given, warnings))
    }
}

/// Begins a thing.
pub(super) async fn create<T: Written>(
    writing: Writing<impl Said>,
    organiser: Option<Named>,
    repeat: Option<Repeat>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let organisation = organisation(&writing.author, organiser.as_ref())?;
    let (author, by, given, warnings) = writing.body()?;
    let create = move |members: &Members| {
        let made = members.authoring.create::<T>(author.actor(), organisation, given, repeat.as_ref());
        let id = made.map_err(problem::<T>)?;
        members.db.read(|conn| Ok::<_, Problem>((id, read::<T>(conn, &by, id, warnings)?)))
    };
    let (id, made) = members.into_inner().aside(create).await?;
    Ok(private::made(location::<T>(id), made))
}

/// Where a thing is that was made.
pub(super) fn location<T: Written>(id: i64) -> String {
    format!("{}/{}", T::HOME, crate::domain::ids::spell(id))
}

/// Reads a thing as its author.
pub(super) async fn get<T: Written>(
    author: Author,
    id: i64,
    by: By,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            drafted_by::<T>(conn, &author, id, Scope::EventsRead)?;
            read::<T>(conn, &by, id, Vec::new())
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Replaces what is said of a thing.
pub(super) async fn update<T: Written>(
    writing: Writing<impl Said>,
    id: i64,
    version: i64,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (author, by, given, warnings) = writing.body()?;
    let change = move |members: &Members| {
        members.db.read(|conn| drafted_by::<T>(conn, &author, id, Scope::EventsWrite))?;
        members.authoring.update::<T>(author.actor(), id, version, given).map_err(problem::<T>)?;
        members.db.read(|conn| read::<T>(conn, &by, id, warnings))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Begins a thing that says what another one does.
pub(super) async fn duplicate<T: Written>(
    author: Author,
    id: i64,
    by: By,
    repeat: Option<Repeat>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let duplicate = move |members: &Members| {
        members.db.read(|conn| drafted_by::<T>(conn, &author, id, Scope::EventsWrite))?;
        let made = members.authoring.duplicate::<T>(author.actor(), id, repeat.as_ref(), |_, _| Ok(()));
        let copy = made.map_err(problem::<T>)?;
        members.db.read(|conn| Ok::<_, Problem>((copy, read::<T>(conn, &by, copy, Vec::new())?)))
    };
    let (copy, made) = members.into_inner().aside(duplicate).await?;
    Ok(private::made(location::<T>(copy), made))
}

/// A thing as everybody will see it.
pub(super) async fn preview<T: Previewed, A: Table>(
    author: Author,
    id: i64,
    asked: Asked<A>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            previewed_by::<T>(conn, &author, id)?;
            let record = drafts::preview::<T>(conn, id)?.ok_or(Code::NotFound)?;
            let venues: Vec<i64> = record.body.venues().into_iter().map(BaseId::get).collect();
            Ok::<_, Problem>((record, Base::find(conn, &venues)?))
        })
    };
    let (record, venues) = members.into_inner().aside(read).await?;
    let snapshot = state.snapshot()?.with_venues(venues);
    Ok(T::answer(&asked.view(&snapshot, state.now()), record))
}

/// Does something about a thing of the author's, and answers with what it is then.
pub(super) async fn act<T: Written>(
    author: Author,
    id: i64,
    by: By,
    members: web::Data<Members>,
    work: impl FnOnce(&Authoring, Actor) -> Result<(), app::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let act = move |members: &Members| {
        members.db.read(|conn| drafted_by::<T>(conn, &author, id, Scope::EventsWrite))?;
        work(&members.authoring, author.actor()).map_err(problem::<T>)?;
        members.db.read(|conn| read::<T>(conn, &by, id, Vec::new()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(act).await?))
}

/// Hands many things in, all or none.
pub(super) async fn submit_many<T: Written>(
    author: Author,
    body: SubmittedThings,
    by: By,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let ids = given(&body.ids, T::KIND.name()).map_err(Problem::unprocessable)?;
    let submit = move |members: &Members| {
        members.db.read(|conn| {
            ids.iter().try_for_each(|id| drafted_by::<T>(conn, &author, *id, Scope::EventsWrite))
        })?;
        members.authoring.submit::<T>(author.actor(), &ids).map_err(problem::<T>)?;
        members.db.read(|conn| {
            let mut items = Vec::with_capacity(ids.len());
            for id in &ids {
                items.extend(item::<T>(conn, &by, *id)?);
            }
            Ok::<_, Problem>(items)
        })
    };
    let list: List<T::Item> = List::whole(members.into_inner().aside(submit).await?, None);
    Ok(private::answer(StatusCode::OK, list))
}

/// The things that are to be handed in: how many is judged before any is read.
fn given(ids: &[String], kind: &'static str) -> Result<Vec<i64>, Invalid> {
    let mut invalid = Invalid::default();
    if ids.is_empty() {
        invalid.push("ids", FieldCode::TooFew { min: 1 });
    }
    if ids.len() > MOST_AT_ONCE {
        invalid.push("ids", FieldCode::TooMany { max: MOST_AT_ONCE });
        return Err(invalid);
    }
    let mut things = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        // Ids of every kind are written alike, so one kind speaks for all.
        match id.parse().map(EventId::get) {
            Ok(id) if things.contains(&id) => invalid.push(format!("ids[{at}]"), FieldCode::Repeated),
            Ok(id) => things.push(id),
            Err(_) => invalid.push(format!("ids[{at}]"), FieldCode::NoSuch { kind }),
        }
    }
    invalid.or(things)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_things_are_handed_in_is_judged_before_what_they_are() {
        let told = |count: usize| given(&vec!["none".to_owned(); count], "event").unwrap_err().0;
        let [few] = &told(0)[..] else { panic!("{:?}", told(0)) };
        assert_eq!((few.field.as_str(), few.code.wire()), ("ids", "tooFew"));
        let [many] = &told(MOST_AT_ONCE + 1)[..] else { panic!("{:?}", told(MOST_AT_ONCE + 1)) };
        assert_eq!((many.field.as_str(), many.code.wire()), ("ids", "tooMany"));
        assert_eq!(told(MOST_AT_ONCE).len(), MOST_AT_ONCE);
    }
}
