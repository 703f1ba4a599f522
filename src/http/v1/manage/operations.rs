//! The operations that every kind of thing has which organisations write, one handler each: what they do stands in
//! [`super::drafted`], what they are called and say where they are mounted.

/// Makes the operations of a noun: of what its authors send and read, and of what everybody reads of it. Each is given by
/// what the document says of it, its function and its path, in the order in which they stand here.
macro_rules! operations {
    (
        $noun:ident $id:ident: $new:ident $changed:ident $whole:ident $item:ident $public:ident by $question:ident;
        example: $example:tt;
        $(#[$list_doc:meta])* $list:ident $list_at:tt;
        $(#[$create_doc:meta])* $create:ident $create_at:tt;
        $(#[$get_doc:meta])* $get:ident $get_at:tt;
        $(#[$update_doc:meta])* $update:ident $update_at:tt;
        $(#[$duplicate_doc:meta])* $duplicate:ident $duplicate_at:tt;
        $(#[$preview_doc:meta])* $preview:ident $preview_at:tt;
        $(#[$submit_many_doc:meta])* $submit_many:ident $submit_many_at:tt;
        $(#[$submit_doc:meta])* $submit:ident $submit_at:tt;
        $(#[$withdraw_doc:meta])* $withdraw:ident $withdraw_at:tt;
        $(#[$archive_doc:meta])* $archive:ident $archive_at:tt;
    ) => {
        /// Mounts the operations that every kind has.
        fn configure_drafted(cfg: &mut ServiceConfig) {
            cfg.service($list)
                .service($create)
                .service($submit_many)
                .service($get)
                .service($update)
                .service($duplicate)
                .service($preview)
                .service($submit)
                .service($withdraw)
                .service($archive);
        }

        $(#[$list_doc])*
        #[utoipa::path(
            tag = "manage",
            params(Asked<ListManaged>),
            security(("person" = [])),
            responses((status = 200, description = "One page.", body = List<$item>))
        )]
        #[get($list_at)]
        async fn $list(
            author: Author,
            asked: Asked<ListManaged>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            drafted::list::<$noun>(author, asked, state, members).await
        }

        $(#[$create_doc])*
        #[utoipa::path(
            tag = "manage",
            params(Once<$new>, Asked<$question>),
            request_body(content = $new, example = json!($example)),
            security(("person" = [])),
            responses(
                (status = 201, description = "It, as a draft.", body = $whole),
                (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request. `tooManyDrafts`.",
                    body = ProblemBody, content_type = "application/problem+json"),
            )
        )]
        #[post($create_at)]
        async fn $create(
            author: Author,
            asked: Asked<$question>,
            body: Once<$new>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            let Once { mut body, repeat } = body;
            let organiser = body.organiser.take();
            let writing = Writing::new(author, &asked, body, &state)?;
            drafted::create::<$noun>(writing, organiser, repeat, members).await
        }

        $(#[$get_doc])*
        #[utoipa::path(
            tag = "manage",
            params(PathId<$id>, Asked<$question>),
            security(("person" = [])),
            responses((status = 200, description = "It, as it was written.", body = $whole))
        )]
        #[get($get_at)]
        async fn $get(
            author: Author,
            id: PathId<$id>,
            asked: Asked<$question>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            drafted::get::<$noun>(author, id.0.get(), by(&asked, None, &state)?, members).await
        }

        $(#[$update_doc])*
        #[utoipa::path(
            tag = "manage",
            params(PathId<$id>, Asked<$question>),
            request_body = $changed,
            security(("person" = [])),
            responses(
                (status = 200, description = "It, as it is now.", body = $whole),
                (status = 409, description = "`versionConflict`: read it again.", body = ProblemBody,
                    content_type = "application/problem+json"),
            )
        )]
        #[put($update_at)]
        async fn $update(
            author: Author,
            id: PathId<$id>,
            asked: Asked<$question>,
            body: Json<Returned<$changed>>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            let Json(Returned(body)) = body;
            let version = body.version;
            let writing = Writing::new(author, &asked, body, &state)?;
            drafted::update::<$noun>(writing, id.0.get(), version, members).await
        }

        $(#[$duplicate_doc])*
        #[utoipa::path(
            tag = "manage",
            params(PathId<$id>, IdempotencyKey, Asked<$question>),
            security(("person" = [])),
            responses(
                (status = 201, description = "The copy, as a draft.", body = $whole),
                (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request. `tooManyDrafts`.",
                    body = ProblemBody, content_type = "application/problem+json"),
            )
        )]
        #[post($duplicate_at)]
        async fn $duplicate(
            author: Author,
            id: PathId<$id>,
            asked: Asked<$question>,
            key: IdempotencyKey,
            request: HttpRequest,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            let repeat = key.of(&request, &members, "");
            drafted::duplicate::<$noun>(author, id.0.get(), by(&asked, None, &state)?, repeat, members).await
        }

        $(#[$preview_doc])*
        #[utoipa::path(
            tag = "manage",
            params(PathId<$id>, Asked<$question>),
            security(("person" = [])),
            responses((status = 200, description = "It, as it would be.", body = $public))
        )]
        #[get($preview_at)]
        async fn $preview(
            author: Author,
            id: PathId<$id>,
            asked: Asked<$question>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            drafted::preview::<$noun, $question>(author, id.0.get(), asked, state, members).await
        }

        $(#[$submit_many_doc])*
        #[utoipa::path(
            tag = "manage",
            params(Asked<Plain>),
            request_body = SubmittedThings,
            security(("person" = [])),
            responses(
                (status = 200, description = "They, with where they stand.", body = List<$item>),
                (status = 409, description = "`nothingToDo`: one is published as it is. `organisationSuspended`.",
                    body = ProblemBody, content_type = "application/problem+json"),
            )
        )]
        #[post($submit_many_at)]
        async fn $submit_many(
            author: Author,
            asked: Asked<Plain>,
            body: Json<SubmittedThings>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            drafted::submit_many::<$noun>(author, body.0, by(&asked, None, &state)?, members).await
        }

        $(#[$submit_doc])*
        #[utoipa::path(
            tag = "manage",
            params(PathId<$id>, Asked<$question>),
            security(("person" = [])),
            responses(
                (status = 200, description = "It, with where it stands.", body = $whole),
                (status = 409, description = "`nothingToDo`: it is published as it is. `organisationSuspended`.",
                    body = ProblemBody, content_type = "application/problem+json"),
                (status = 422, description = "`invalidBody`: `errors` lists everything that is missing or wrong.",
                    body = ProblemBody, content_type = "application/problem+json"),
            )
        )]
        #[post($submit_at)]
        async fn $submit(
            author: Author,
            id: PathId<$id>,
            asked: Asked<$question>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            let (id, by) = (id.0.get(), by(&asked, None, &state)?);
            let work = move |all: &Authoring, author| all.submit::<$noun>(author, &[id]);
            drafted::act::<$noun>(author, id, by, members, work).await
        }

        $(#[$withdraw_doc])*
        #[utoipa::path(
            tag = "manage",
            params(PathId<$id>, Asked<$question>),
            security(("person" = [])),
            responses((status = 200, description = "It, with where it stands.", body = $whole))
        )]
        #[post($withdraw_at)]
        async fn $withdraw(
            author: Author,
            id: PathId<$id>,
            asked: Asked<$question>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            let (id, by) = (id.0.get(), by(&asked, None, &state)?);
            let work = move |all: &Authoring, author| all.withdraw::<$noun>(author, id);
            drafted::act::<$noun>(author, id, by, members, work).await
        }

        $(#[$archive_doc])*
        #[utoipa::path(
            tag = "manage",
            params(PathId<$id>, Asked<$question>),
            security(("person" = [])),
            responses(
                (status = 200, description = "It, with where it stands.", body = $whole),
                (status = 409, description = "`nothingToDo`: an authority took it down.", body = ProblemBody,
                    content_type = "application/problem+json"),
            )
        )]
        #[post($archive_at)]
        async fn $archive(
            author: Author,
            id: PathId<$id>,
            asked: Asked<$question>,
            state: web::Data<State>,
            members: web::Data<Members>,
        ) -> Result<HttpResponse, Problem> {
            let (id, by) = (id.0.get(), by(&asked, None, &state)?);
            let work = move |all: &Authoring, author| all.archive::<$noun>(author, id);
            drafted::act::<$noun>(author, id, by, members, work).await
        }
    };
}
pub(super) use operations;
