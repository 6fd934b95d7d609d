//! The key of the application's first version: it had no salt file, the count and password were in its source code,
//! and the database's path, as text, was the salt.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::chain::Chain;

pub(crate) const ITERATIONS: u64 = 100_000;
const PASSWORD: &[u8] = b"privatus_secure_storage_2024";

/// Derives the Fernet key for a path; `password` if it was not the built-in one.
pub(crate) fn key(path: &str, password: Option<&[u8]>) -> Box<Zeroizing<[u8; 32]>> {
    let hash = Sha256::digest(path.as_bytes());
    let salt: &[u8] = hash.first_chunk::<16>().map_or(&[], |salt| salt);
    let mut chain = Chain::new(password.unwrap_or(PASSWORD), salt);
    while chain.iterations() < ITERATIONS {
        chain.step();
    }
    let mut key = Box::new(Zeroizing::new([0; 32]));
    chain.output_to(&mut key);
    key
}

/// Paths that the database may have had: its current path, and where the application put it.
pub(crate) fn guesses(path: &Path) -> Vec<String> {
    let mut guesses: Vec<String> = Vec::new();
    let now = [
        Some(path.to_path_buf()),
        std::path::absolute(path).ok(),
        path.canonicalize().ok(),
    ];
    let home = std::env::home_dir().map(|home| home.join(".privatus-chat").join("privatus_chat.db"));
    for guess in now.into_iter().chain([home]).flatten() {
        if let Some(text) = guess.to_str()
            && !guesses.iter().any(|known| known == text)
        {
            guesses.push(text.to_owned());
        }
    }
    guesses
}
