//! Why a call failed.

use crate::messages::error_details::{BadRequest, ErrorInfo, RetryInfo};
use protobuf::well_known_types::Any;
use protobuf::Message;
use std::{collections::BTreeMap, fmt, time::Duration};

/// The status codes of gRPC, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub i32);

impl Code {
    pub const OK: Code = Code(0);
    pub const CANCELLED: Code = Code(1);
    pub const UNKNOWN: Code = Code(2);
    pub const INVALID_ARGUMENT: Code = Code(3);
    pub const DEADLINE_EXCEEDED: Code = Code(4);
    pub const NOT_FOUND: Code = Code(5);
    pub const ALREADY_EXISTS: Code = Code(6);
    pub const PERMISSION_DENIED: Code = Code(7);
    pub const RESOURCE_EXHAUSTED: Code = Code(8);
    pub const FAILED_PRECONDITION: Code = Code(9);
    pub const ABORTED: Code = Code(10);
    pub const OUT_OF_RANGE: Code = Code(11);
    pub const UNIMPLEMENTED: Code = Code(12);
    pub const INTERNAL: Code = Code(13);
    pub const UNAVAILABLE: Code = Code(14);
    pub const DATA_LOSS: Code = Code(15);
    pub const UNAUTHENTICATED: Code = Code(16);

    /// As gRPC writes it, such as "NOT_FOUND".
    pub fn name(self) -> &'static str {
        usize::try_from(self.0).ok().and_then(|code| NAMES.get(code)).unwrap_or(&"UNKNOWN")
    }
}

const NAMES: [&str; 17] = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
];

/// A call that failed, with its status and the details the server gave.
#[derive(Clone, Debug)]
pub struct Error {
    pub code: Code,
    pub message: String,
    pub details: Vec<Any>,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), details: Vec::new() }
    }

    /// The first detail of a type, for example `QuotaFailure`.
    pub fn detail<M: Message>(&self) -> Option<M> {
        let name = M::descriptor_static().full_name().to_owned();
        let found = self.details.iter().find(|any| any.get_type_url().rsplit('/').next() == Some(&name))?;
        M::parse_from_bytes(found.get_value()).ok()
    }

    /// The reason a program can decide on, such as "QUOTA_EXCEEDED"; empty without one.
    pub fn reason(&self) -> String {
        self.detail::<ErrorInfo>().map(|info| info.get_reason().to_owned()).unwrap_or_default()
    }

    /// The rule that each wrong field of the request broke.
    pub fn field_violations(&self) -> BTreeMap<String, String> {
        let bad = self.detail::<BadRequest>().unwrap_or_default();
        let pairs = bad.get_field_violations().iter();
        pairs.map(|v| (v.get_field().to_owned(), v.get_description().to_owned())).collect()
    }

    /// After how long the server says a retry is worth while.
    pub fn retry_after(&self) -> Option<Duration> {
        let info = self.detail::<RetryInfo>()?;
        let delay = info.retry_delay.as_ref()?;
        Some(Duration::new(delay.seconds.clamp(0, 86_400) as u64, delay.nanos.max(0) as u32))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for Error {}
