/// One counter with a limit: of a tenant as a whole, or of one of its users or keys.
///
/// The accounts of users and keys may together be allowed more than the tenant's; a call takes from
/// all of its accounts or from none, so the tenant's is never exceeded.
package struct QuotaAccount: Sendable, Hashable {
    package let tenant: TenantID
    package let meter: QuotaMeter
    /// Empty for the tenant itself, else whom the limit is about: of the calls of keys, the number
    /// of their family; of a member's share, `user:` and the user's id.
    package let subject: String

    package init(tenant: TenantID, meter: QuotaMeter, subject: String = "") {
        self.tenant = tenant
        self.meter = meter
        self.subject = subject
    }

    /// A member's share of a resource; nil for nobody's, and for one of which there are none.
    package init?(tenant: TenantID, _ resource: Resource, shareOf user: UserID?) {
        guard let user, resource.hasShares else { return nil }
        self.init(tenant: tenant, meter: QuotaMeter(resource), subject: "user:\(user.text)")
    }

    /// Most accounts have no subject, and are hashed as one word.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(tenant.rawValue ^ Int64(meter.rawValue) << 56)
        if !subject.isEmpty { hasher.combine(subject) }
    }
}

/// Units to take from one account.
package struct QuotaCharge: Sendable, Hashable {
    package let account: QuotaAccount
    package let units: Int64

    package init(_ account: QuotaAccount, _ units: Int64) {
        precondition(units > 0, "a charge takes at least one unit")
        self.account = account
        self.units = units
    }
}
