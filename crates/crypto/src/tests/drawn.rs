//! What is drawn is never the same twice.

use std::collections::HashSet;

use crate::random;

#[test]
fn arrays_from_the_operating_system_differ() {
    let drawn: HashSet<[u8; 32]> = (0..8).map(|_| *random::array().unwrap()).collect();
    assert_eq!(drawn.len(), 8);
    let secret: HashSet<[u8; 32]> = (0..8).map(|_| **random::boxed::<32>().unwrap()).collect();
    assert_eq!(secret.len(), 8);
}

#[test]
fn each_value_is_sealed_with_its_own_bytes() {
    let drawn: HashSet<[u8; 32]> = (0..8).map(|_| random::for_value().unwrap()).collect();
    assert_eq!(drawn.len(), 8);
}
