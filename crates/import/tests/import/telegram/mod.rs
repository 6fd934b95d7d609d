//! Telegram exports and our own: what is imported, what is counted, and that a second import adds nothing.

mod authority;
mod beside;
mod cases;
mod cut;
mod extremes;
mod fixtures;
mod histories;
mod own_export;
mod people;
mod refused;
mod second;
mod vault;
