//! A client of the BFC tenancy control plane: ttrpc over a Unix socket or TLS 1.3, blocking, with
//! deadlines and with retries where they are safe. A client may be used by many threads at once.
//!
//! ```no_run
//! use bfc_tenancy::{messages::quota, messages::resource::Resource, Client, Target};
//!
//! let client = Client::new(Target::unix(".data/tenancyd.sock"));
//! let mut request = quota::CheckQuotaRequest::new();
//! request.set_tenant_code("axis-securities".into());
//! request.set_resource(Resource::RESOURCE_API_CALLS);
//! request.set_amount(1);
//! let answer = client.quota().check_quota(&request)?;
//! println!("allowed: {}", answer.get_allowed());
//! # Ok::<(), bfc_tenancy::Error>(())
//! ```

mod client;
mod connection;
mod error;
mod link;

pub use client::{Call, CallOptions, Client, Method};
pub use error::{Code, Error};
pub use link::Target;

/// The messages of `Protos/`, a module for each file.
#[allow(warnings, clippy::all)]
pub mod messages {
    include!(concat!(env!("OUT_DIR"), "/tenancy.rs"));
}

/// The services of `Protos/`, as a client has them: `client.quota()`, `client.tenants()`.
pub mod services {
    use crate::{Call, CallOptions, Client, Error, Method};

    include!(concat!(env!("OUT_DIR"), "/services.rs"));
}
