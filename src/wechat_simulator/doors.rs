//! Doors for whoever plays a person, or a fate: what happens in a hand or a data centre, by curl.

use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, delete, get, post, put};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::failures::Failure;
use super::login::Purpose;
use super::world::{World, phone, unionid};
use super::{MiniProgram, Simulator};

/// Mounts them.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(overview)
        .service(person)
        .service(login_code)
        .service(phone_code)
        .service(grant)
        .service(messages)
        .service(fail)
        .service(recover)
        .service(expire)
        .service(calls);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Which {
    app_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Credits {
    app_id: Option<String>,
    template_id: String,
    count: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Delivered {
    app_id: Option<String>,
    to: Option<String>,
}

/// A sentence for whoever stands before the door.
type Told = Result<Value, String>;

#[get("/simulator")]
async fn overview(simulator: Data<Simulator>) -> HttpResponse {
    let template = |app: &MiniProgram| {
        let all = app.templates.iter();
        all.map(|one| json!({ "id": one.id, "title": one.title, "fields": one.fields })).collect::<Value>()
    };
    let apps = |app: &MiniProgram| json!({ "appId": app.id, "pages": app.pages, "templates": template(app) });
    let apps: Value = simulator.world().apps.iter().map(apps).collect();
    show(Ok(json!({ "simulates": "WeChat", "apps": apps })))
}

#[get("/simulator/people/{name}")]
async fn person(simulator: Data<Simulator>, name: Path<String>, which: Query<Which>) -> HttpResponse {
    show(simulator.of_app(which.app_id.as_deref(), |world, app| {
        let mut told = describe(world, app, &name);
        told["phone"] = phone(&name).into();
        let credits = world.credits.iter().filter(|((openid, _), _)| told["openid"] == openid.as_str());
        told["credits"] = credits.map(|((_, template), count)| (template.clone(), json!(count))).collect();
        Ok(told)
    }))
}

#[post("/simulator/people/{name}/codes")]
async fn login_code(simulator: Data<Simulator>, name: Path<String>, which: Query<Which>) -> HttpResponse {
    show(simulator.code(Purpose::Login, &name, &which))
}

#[post("/simulator/people/{name}/phone-codes")]
async fn phone_code(simulator: Data<Simulator>, name: Path<String>, which: Query<Which>) -> HttpResponse {
    show(simulator.code(Purpose::Phone, &name, &which))
}

#[post("/simulator/people/{name}/credits")]
async fn grant(simulator: Data<Simulator>, name: Path<String>, body: Bytes) -> HttpResponse {
    show(read::<Credits>(&body).and_then(|Credits { app_id, template_id, count }| {
        simulator.of_app(app_id.as_deref(), |world, app| {
            if !app.templates.iter().any(|template| template.id == template_id) {
                return Err(format!("{} has no template {template_id}", app.id));
            }
            let openid = world.openid(&app.id, &name);
            let credit = world.credits.entry((openid, template_id.clone())).or_default();
            *credit = credit.saturating_add(count.unwrap_or(1));
            Ok(json!({ "templateId": template_id, "credits": credit }))
        })
    }))
}

#[get("/simulator/messages")]
async fn messages(simulator: Data<Simulator>, which: Query<Delivered>) -> HttpResponse {
    let world = simulator.world();
    let wanted = |given: &Option<String>, one: &str| given.as_deref().is_none_or(|given| given == one);
    let all = world.delivered.iter();
    let fit = all.filter(|one| wanted(&which.to, &one.name) && wanted(&which.app_id, &one.app));
    show(Ok(json!({ "items": fit.map(super::messages::Delivered::body).collect::<Vec<_>>() })))
}

#[put("/simulator/failure")]
async fn fail(simulator: Data<Simulator>, body: Bytes) -> HttpResponse {
    show(read::<Failure>(&body).map(|failure| {
        simulator.world().failures.push(failure);
        json!({ "fails": true })
    }))
}

#[delete("/simulator/failure")]
async fn recover(simulator: Data<Simulator>) -> HttpResponse {
    simulator.world().failures.clear();
    show(Ok(json!({ "fails": false })))
}

#[post("/simulator/tokens/expire")]
async fn expire(simulator: Data<Simulator>) -> HttpResponse {
    simulator.world().expire_tokens(simulator.now());
    show(Ok(json!({ "expired": true })))
}

#[get("/simulator/calls")]
async fn calls(simulator: Data<Simulator>) -> HttpResponse {
    show(Ok(json!(simulator.world().calls)))
}

impl Simulator {
    /// Does something with a mini-program, the first one if none is named.
    fn of_app(&self, id: Option<&str>, work: impl FnOnce(&mut World, &MiniProgram) -> Told) -> Told {
        let mut world = self.world();
        let app = world.apps.iter().find(|app| id.is_none_or(|id| app.id == id)).cloned();
        let app = app
            .ok_or_else(|| "there is no mini-program of this appId; GET /simulator lists them".to_owned())?;
        work(&mut world, &app)
    }

    fn code(&self, purpose: Purpose, name: &str, which: &Which) -> Told {
        self.of_app(which.app_id.as_deref(), |world, app| {
            let mut answer = describe(world, app, name);
            answer["code"] = world.give_code(purpose, &app.id, name, self.now()).into();
            Ok(answer)
        })
    }
}

fn describe(world: &mut World, app: &MiniProgram, name: &str) -> Value {
    let mut told = json!({ "name": name, "appId": app.id, "openid": world.openid(&app.id, name) });
    if app.unionid {
        told["unionid"] = unionid(name).into();
    }
    told
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn show(told: Told) -> HttpResponse {
    match told {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(sentence) => HttpResponse::BadRequest().json(json!({ "error": sentence })),
    }
}
