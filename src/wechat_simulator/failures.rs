//! What WeChat answers instead, when it is told to fail.

use serde::Deserialize;

use super::world::World;

/// An order to fail.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Failure {
    /// Which path fails; none: all of them.
    path: Option<String>,
    /// How often; none: until it is taken back.
    times: Option<u32>,
    /// What is answered.
    answer: Answer,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Answer {
    /// A refusal with this number.
    Errcode(i64),
    /// An empty answer with this HTTP status.
    Status(u16),
    /// Something that is not WeChat's.
    Garbage,
    /// Nothing, for a minute.
    Hang,
}

impl World {
    /// The failure that befalls a call to this path, the latest order first.
    pub(super) fn failure(&mut self, path: &str) -> Option<Answer> {
        let befalls = |failure: &Failure| failure.path.as_deref().is_none_or(|only| only == path);
        let at = self.failures.iter().rposition(befalls)?;
        let failure = self.failures.get_mut(at)?;
        let answer = failure.answer;
        if let Some(times) = failure.times.as_mut() {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.failures.remove(at);
            }
        }
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_befalls_its_path_as_often_as_ordered() {
        let mut world = World::new(Vec::new(), [0; 4]);
        for order in [
            r#"{"answer":"hang"}"#,
            r#"{"path":"/a","times":2,"answer":{"errcode":-1}}"#,
            r#"{"path":"/a","times":1,"answer":{"status":502}}"#,
        ] {
            world.failures.push(serde_json::from_str(order).unwrap());
        }
        let answers: Vec<_> = (0..4).map(|_| world.failure("/a").unwrap()).collect();
        assert_eq!(answers, [Answer::Status(502), Answer::Errcode(-1), Answer::Errcode(-1), Answer::Hang]);
        assert_eq!(world.failure("/b"), Some(Answer::Hang));
    }
}
