//! A fault-injecting VFS for tests.
