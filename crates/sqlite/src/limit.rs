//! Run-time limits of a connection (<https://www.sqlite.org/c3ref/limit.html>).

use std::ffi::c_int;

use libsqlite3_sys as ffi;

use crate::connection::Connection;

/// A limit of one connection. SQLite reduces a new value to the limit it was compiled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of a text, BLOB or row.
    Length,
    /// Bytes of an SQL statement.
    SqlLength,
    /// Columns of a table, index, view or result.
    Columns,
    /// Depth of an expression tree.
    ExpressionDepth,
    /// Terms of a compound SELECT.
    CompoundSelect,
    /// Operations of a compiled statement.
    VmOperations,
    /// Arguments of a function.
    FunctionArguments,
    /// Attached databases.
    Attached,
    /// Bytes of a LIKE or GLOB pattern.
    LikePatternLength,
    /// The highest parameter number.
    VariableNumber,
    /// Depth of trigger recursion.
    TriggerDepth,
    /// Extra threads of one statement.
    WorkerThreads,
}

impl Limit {
    pub(crate) fn id(self) -> c_int {
        match self {
            Self::Length => ffi::SQLITE_LIMIT_LENGTH,
            Self::SqlLength => ffi::SQLITE_LIMIT_SQL_LENGTH,
            Self::Columns => ffi::SQLITE_LIMIT_COLUMN,
            Self::ExpressionDepth => ffi::SQLITE_LIMIT_EXPR_DEPTH,
            Self::CompoundSelect => ffi::SQLITE_LIMIT_COMPOUND_SELECT,
            Self::VmOperations => ffi::SQLITE_LIMIT_VDBE_OP,
            Self::FunctionArguments => ffi::SQLITE_LIMIT_FUNCTION_ARG,
            Self::Attached => ffi::SQLITE_LIMIT_ATTACHED,
            Self::LikePatternLength => ffi::SQLITE_LIMIT_LIKE_PATTERN_LENGTH,
            Self::VariableNumber => ffi::SQLITE_LIMIT_VARIABLE_NUMBER,
            Self::TriggerDepth => ffi::SQLITE_LIMIT_TRIGGER_DEPTH,
            Self::WorkerThreads => ffi::SQLITE_LIMIT_WORKER_THREADS,
        }
    }
}

impl Connection {
    /// Sets a limit and returns the previous one. Negative values change nothing.
    pub fn set_limit(&mut self, limit: Limit, value: i32) -> i32 {
        // SAFETY: an open connection and a known limit.
        self.handle
            .with("set a limit", |db| unsafe {
                ffi::sqlite3_limit(db, limit.id(), value)
            })
            .unwrap_or(-1)
    }

    /// The limit in force.
    pub fn get_limit(&self, limit: Limit) -> i32 {
        // SAFETY: an open connection; -1 only queries.
        self.handle
            .with("read a limit", |db| unsafe {
                ffi::sqlite3_limit(db, limit.id(), -1)
            })
            .unwrap_or(-1)
    }
}
