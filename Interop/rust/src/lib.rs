//! A client of the BFC tenancy control plane: ttrpc over a Unix socket or TLS 1.3, blocking, with
//! deadlines and with retries where they are safe. A client may be used by many threads at once.
//!
//! ```no_run
//! use bfc_tenancy::{messages::quota, messages::resource::Resource, methods, Client, Target};
//!
//! let client = Client::new(Target::unix(".data/tenancyd.sock"));
//! let mut request = quota::CheckQuotaRequest::new();
//! request.set_tenant_code("axis-securities".into());
//! request.set_resource(Resource::RESOURCE_API_CALLS);
//! request.set_amount(1);
//! let answer = client.unary(&methods::CHECK_QUOTA, &request)?;
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

/// Methods that programs call most; any other one is made with `Method::new`.
pub mod methods {
    use crate::messages::{quota, tenant};
    use crate::Method;
    use std::marker::PhantomData;

    macro_rules! method {
        ($name:ident, $service:literal, $method:literal, $request:ty, $response:ty, $idem:literal) => {
            pub const $name: Method<$request, $response> = Method {
                service: concat!("bfc.tenancy.v1.", $service),
                name: $method,
                is_idempotent: $idem,
                types: PhantomData,
            };
        };
    }

    method!(GET_TENANT, "TenantService", "GetTenant", tenant::GetTenantRequest,
        tenant::GetTenantResponse, true);
    method!(GET_QUOTAS, "QuotaService", "GetQuotas", quota::GetQuotasRequest,
        quota::GetQuotasResponse, true);
    method!(CHECK_QUOTA, "QuotaService", "CheckQuota", quota::CheckQuotaRequest,
        quota::CheckQuotaResponse, true);
    method!(CONSUME, "QuotaService", "Consume", quota::ConsumeRequest, quota::ConsumeResponse,
        false);
}
