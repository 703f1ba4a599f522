//! The keys of access tokens: given by configuration, or made once and kept in the data directory.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use crate::domain::access::{Keys, SigningKey};
use crate::domain::ids::Random;

/// The file in the data directory: a key a line, the first signs.
const FILE: &str = "signing-keys";

/// Where the keys come from.
#[derive(Debug, Clone)]
pub enum SigningKeys {
    /// From the configuration; the first signs, all verify.
    Given(Arc<Keys>),
    /// From a file in this directory, which is made if it is not there.
    Kept(PathBuf),
}

/// The keys that a server signs with.
pub(super) fn prepare(from: SigningKeys, random: &dyn Random) -> Result<Arc<Keys>, Error> {
    match from {
        SigningKeys::Given(keys) => Ok(keys),
        SigningKeys::Kept(directory) => {
            let path = directory.join(FILE);
            kept(&directory, &path, random)
                .map(Arc::new)
                .map_err(|source| Error::DataDirectory { path: path.display().to_string(), source })
        }
    }
}

fn kept(directory: &Path, path: &Path, random: &dyn Random) -> io::Result<Keys> {
    std::fs::create_dir_all(directory)?;
    let mut file =
        File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
    // Another server of this machine may be making it: whoever comes second reads what the first wrote.
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if text.is_empty() {
        text = SigningKey::fresh(random).expose() + "\n";
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    let keys = text.lines().map(SigningKey::parse).collect::<Option<_>>().and_then(Keys::new);
    keys.ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "it holds something else than signing keys")
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::domain::access::Caller;
    use crate::domain::ids::{LoginId, PersonId, SystemRandom};
    use chrono::DateTime;

    #[test]
    fn keys_are_made_once_and_for_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("data");
        let start = || prepare(SigningKeys::Kept(at.clone()), &SystemRandom);
        let (first, second) = (start().unwrap(), start().unwrap());
        let caller = Caller { person: PersonId::from_slug("lan"), login: LoginId::from_slug("phone") };
        let token = first.issue(caller, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(second.verify(token.expose(), DateTime::UNIX_EPOCH), Ok(caller));
        let mode = std::fs::metadata(at.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        std::fs::write(at.join(FILE), "something else\n").unwrap();
        assert!(start().unwrap_err().to_string().contains("something else than signing keys"));
    }
}
