//! Secret keys: given by configuration, or made once and kept in the data directory.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use crate::domain::access::{Keys, SigningKey};
use crate::domain::ids::Random;
use crate::domain::sealing::{DataKey, Keyring, Pseudonyms, Vault};
use crate::domain::tickets::{TicketKey, TicketKeys};

/// Where keys of one kind come from.
#[derive(Debug, Clone)]
pub enum Secrets<K> {
    /// From the configuration.
    Given(Arc<K>),
    /// From a file in this directory, which is made if it is not there.
    Kept(PathBuf),
}

/// Where the keys of access tokens come from: the first signs, all verify.
pub type SigningKeys = Secrets<Keys>;

/// Where the keys of what is known of persons come from.
#[derive(Debug, Clone)]
pub struct DataKeys {
    /// Those of fields: the first seals, all open.
    pub fields: Secrets<Keyring>,
    /// The one of what fields are found by.
    pub pseudonyms: Secrets<Pseudonyms>,
}

/// Keys that a file in the data directory can hold, one a line.
pub trait Kept: Sized {
    /// The name of the file.
    const FILE: &'static str;
    /// What it holds, as a sentence says it.
    const CALLED: &'static str;

    /// A new key, as a line of the file.
    fn fresh(random: &dyn Random) -> String;

    /// The keys of all lines; `None` if one is no such key.
    fn read(lines: &mut dyn Iterator<Item = &str>) -> Option<Self>;
}

impl Kept for Keys {
    const FILE: &'static str = "signing-keys";
    const CALLED: &'static str = "signing keys";

    fn fresh(random: &dyn Random) -> String {
        SigningKey::fresh(random).expose()
    }

    fn read(lines: &mut dyn Iterator<Item = &str>) -> Option<Self> {
        lines.map(SigningKey::parse).collect::<Option<_>>().and_then(Self::new)
    }
}

impl Kept for TicketKeys {
    const FILE: &'static str = "ticket-keys";
    const CALLED: &'static str = "ticket keys";

    fn fresh(random: &dyn Random) -> String {
        TicketKey::fresh(random).expose()
    }

    fn read(lines: &mut dyn Iterator<Item = &str>) -> Option<Self> {
        lines.map(TicketKey::parse).collect::<Option<_>>().and_then(Self::new)
    }
}

impl Kept for Keyring {
    const FILE: &'static str = "data-keys";
    const CALLED: &'static str = "data keys";

    fn fresh(random: &dyn Random) -> String {
        DataKey::fresh(random)
    }

    fn read(lines: &mut dyn Iterator<Item = &str>) -> Option<Self> {
        lines.map(DataKey::parse).collect::<Option<_>>().and_then(Self::new)
    }
}

impl Kept for Pseudonyms {
    const FILE: &'static str = "pseudonym-key";
    const CALLED: &'static str = "one key";

    fn fresh(random: &dyn Random) -> String {
        Self::fresh(random)
    }

    fn read(lines: &mut dyn Iterator<Item = &str>) -> Option<Self> {
        let only = lines.next().and_then(Self::parse);
        only.filter(|_| lines.next().is_none())
    }
}

impl<K: Kept> Secrets<K> {
    /// The keys, made and kept if that is where they come from and they are not there yet.
    ///
    /// # Errors
    /// If the file cannot be read or written, or holds something else.
    pub fn prepare(self, random: &dyn Random) -> Result<Arc<K>, Error> {
        match self {
            Self::Given(keys) => Ok(keys),
            Self::Kept(directory) => {
                let path = directory.join(K::FILE);
                kept(&directory, &path, random)
                    .map(Arc::new)
                    .map_err(|source| Error::DataDirectory { path: path.display().to_string(), source })
            }
        }
    }
}

impl DataKeys {
    /// The vault of these keys.
    ///
    /// # Errors
    /// If a file of keys cannot be read or written, or holds something else.
    pub fn prepare(self, random: Arc<dyn Random>) -> Result<Arc<Vault>, Error> {
        let (keyring, pseudonyms) = (self.fields.prepare(&*random)?, self.pseudonyms.prepare(&*random)?);
        Ok(Arc::new(Vault::new(keyring, pseudonyms, random)))
    }
}

fn kept<K: Kept>(directory: &Path, path: &Path, random: &dyn Random) -> io::Result<K> {
    std::fs::create_dir_all(directory)?;
    let mut file =
        File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
    // Another server of this machine may be making it: whoever comes second reads what the first wrote.
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if text.is_empty() {
        text = K::fresh(random) + "\n";
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    K::read(&mut text.lines()).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, format!("it holds something else than {}", K::CALLED))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::domain::access::Caller;
    use crate::domain::ids::{LoginId, PersonId, SystemRandom};
    use crate::domain::sealing::Place;
    use chrono::DateTime;

    #[test]
    fn keys_are_made_once_and_for_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("data");
        let start = || SigningKeys::Kept(at.clone()).prepare(&SystemRandom);
        let (first, second) = (start().unwrap(), start().unwrap());
        let caller = Caller { person: PersonId::from_slug("lan"), login: LoginId::from_slug("phone") };
        let token = first.issue(caller, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(second.verify(token.expose(), DateTime::UNIX_EPOCH), Ok(caller));
        let mode = std::fs::metadata(at.join(Keys::FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        std::fs::write(at.join(Keys::FILE), "something else\n").unwrap();
        assert!(start().unwrap_err().to_string().contains("something else than signing keys"));
    }

    #[test]
    fn a_second_start_knows_the_tickets_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let start = || Secrets::<TicketKeys>::Kept(dir.path().to_owned()).prepare(&SystemRandom).unwrap();
        let id = |keys: &TicketKeys| keys.all().map(TicketKey::id).collect::<Vec<_>>();
        assert_eq!(id(&start()), id(&start()));
    }

    #[test]
    fn a_second_start_opens_and_finds_what_the_first_sealed() {
        let dir = tempfile::tempdir().unwrap();
        let at = || dir.path().to_owned();
        let start = || {
            let keys = DataKeys { fields: Secrets::Kept(at()), pseudonyms: Secrets::Kept(at()) };
            keys.prepare(Arc::new(SystemRandom))
        };
        let (first, second) = (start().unwrap(), start().unwrap());
        let place = Place { table: "persons", column: "name", row: 1 };
        let sealed = first.seal(place, "兰").unwrap();
        assert_eq!(second.open(place, sealed.as_str()).unwrap().expose(), "兰");
        assert_eq!(second.blind("openid", "o-lan"), first.blind("openid", "o-lan"));
        for (file, said) in [(Keyring::FILE, "than data keys"), (Pseudonyms::FILE, "than one key")] {
            let kept = std::fs::read_to_string(at().join(file)).unwrap();
            std::fs::write(at().join(file), kept.repeat(2)).unwrap();
            assert!(start().unwrap_err().to_string().contains(said), "{file} has a key twice");
            std::fs::write(at().join(file), kept).unwrap();
        }
    }
}
