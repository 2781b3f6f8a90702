/// A page of the list of tenants.
package struct TenantPage: Sendable, Hashable {
    package let tenants: [Tenant]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(tenants: [Tenant], nextPageToken: String) {
        self.tenants = tenants
        self.nextPageToken = nextPageToken
    }
}
