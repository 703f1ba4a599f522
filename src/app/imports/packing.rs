//! What a file asks for, as the store keeps it: JSON, deflated.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::de::Error as _;

use super::super::Error;
use crate::db;
use crate::domain::imports::Wanted;

/// Most bytes that are unpacked: ten thousand rows of what is allowed in their cells stay far below.
const MOST: u64 = 512 * 1024 * 1024;

pub(super) fn pack(wanted: &Wanted) -> Result<Vec<u8>, Error> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut packed, wanted).map_err(corrupt)?;
    packed.flush().and_then(|()| packed.finish()).map_err(|error| corrupt(serde_json::Error::io(error)))
}

pub(super) fn unpack(packed: &[u8]) -> Result<Wanted, Error> {
    let json = std::io::BufReader::new(ZlibDecoder::new(packed).take(MOST));
    serde_json::from_reader(json).map_err(|error| corrupt(serde_json::Error::custom(error)))
}

fn corrupt(source: serde_json::Error) -> Error {
    db::Error::Corrupt { kind: "import", id: 0, source }.into()
}
