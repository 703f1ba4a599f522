//! The mini-programs: WeChat's, or those of the simulator, which only this file lets in.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Server;

use super::{Error, listen_aside, local_address};
use crate::clients::wechat::{self, AppSecret, BaseUrl, Wechat};
use crate::domain::clock::Clock;
use crate::domain::ids::Random;
use crate::domain::notices::templates::{Content, Field, Occasion, Template, Templates};
use crate::wechat_simulator::{self, EVENT_PAGE, Simulator};

/// Which mini-programs a server has.
#[derive(Debug, Clone, Default)]
pub enum MiniPrograms {
    /// None.
    #[default]
    None,
    /// Those of the configuration.
    Configured(wechat::Settings),
    /// The two of a demonstration, in a WeChat that is simulated at this loopback address; any free port where the
    /// port is taken.
    Simulated(SocketAddr),
}

/// What the fields hold of the templates that the simulated mini-programs have.
#[must_use]
pub fn demonstration_templates() -> Templates {
    use Content::{Event, Note, Place, Result, Start, Until};
    let template = |id: &str, fields: &[(&str, Content)]| Template {
        id: id.to_owned(),
        fields: fields.iter().filter_map(|(name, content)| Field::new(name, *content)).collect(),
    };
    let event = ("thing1", Event);
    Templates::from([
        (
            Occasion::Signup,
            template("demo-signup", &[event, ("time2", Start), ("thing3", Place), ("phrase4", Result)]),
        ),
        (
            Occasion::Waitlist,
            template("demo-waitlist", &[event, ("time2", Start), ("time3", Until), ("phrase4", Result)]),
        ),
        (Occasion::Change, template("demo-change", &[event, ("time2", Start), ("thing3", Note)])),
        (Occasion::Reminder, template("demo-reminder", &[event, ("time2", Start), ("thing3", Place)])),
        (
            Occasion::Subscription,
            template("demo-subscription", &[event, ("time2", Start), ("thing3", Place)]),
        ),
    ])
}

/// The client of WeChat, and a simulator to be run beside it.
pub(super) fn prepare(
    choice: MiniPrograms,
    clock: &Arc<dyn Clock>,
    random: &dyn Random,
) -> Result<(Wechat, Option<(SocketAddr, Server)>), Error> {
    let bind = match choice {
        MiniPrograms::None => return Ok((Wechat::default(), None)),
        MiniPrograms::Configured(settings) => {
            return Ok((Wechat::new(settings, clock).map_err(Error::WeChat)?, None));
        }
        MiniPrograms::Simulated(bind) => bind,
    };
    let listener = listen_aside(bind, "the simulated WeChat takes another port")?;
    let address = local_address(&listener)?;
    let base = BaseUrl::parse(&format!("http://{address}"));
    let base =
        base.ok_or_else(|| Error::WeChat(format!("{address}, where it is simulated, is not loopback")))?;
    let apps = wechat_simulator::demonstration();
    let known = apps.iter().filter_map(|app| {
        let (id, secret) = (app.id.parse().ok()?, AppSecret::from(app.secret.as_str()));
        let (event_page, templates) = (EVENT_PAGE.to_owned(), demonstration_templates());
        Some(wechat::App { id, secret, event_page, templates, push: None })
    });
    let settings = wechat::Settings { base, apps: known.collect() };
    let wechat = Wechat::new(settings, clock).map_err(Error::WeChat)?;
    let simulator = Simulator::new(apps, Arc::clone(clock), random);
    let server =
        wechat_simulator::serve(simulator, listener).map_err(|source| Error::Bind { address, source })?;
    Ok((wechat, Some((address, server))))
}
