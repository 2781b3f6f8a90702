//! Asks whether a tenant has API calls left.

use bfc_tenancy::{messages::quota, messages::resource::Resource, Client, Target};

fn main() -> Result<(), bfc_tenancy::Error> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| ".data/tenancyd.sock".into());
    let tenant = arguments.next().unwrap_or_else(|| "axis-securities".into());
    let client = Client::new(Target::unix(path));
    let mut request = quota::CheckQuotaRequest::new();
    request.set_tenant_code(tenant);
    request.set_resource(Resource::RESOURCE_API_CALLS);
    request.set_amount(1);
    let answer = client.quota().check_quota(&request)?;
    println!("allowed: {}, left {}", answer.get_allowed(), answer.get_remaining());
    Ok(())
}
