internal import Tenancy
internal import TenancyAPI

/// The names of plans, cycles and states between the domain and the wire. What is not given, or
/// not known to this version, is nil in the domain.
extension Tenancy.Plan {
    init?(_ plan: TenancyAPI.Plan) {
        switch plan {
        case .starter: self = .starter
        case .professional: self = .professional
        case .enterprise: self = .enterprise
        case .custom: self = .custom
        default: return nil
        }
    }
}

extension TenancyAPI.Plan {
    init(_ plan: Tenancy.Plan) {
        switch plan {
        case .starter: self = .starter
        case .professional: self = .professional
        case .enterprise: self = .enterprise
        case .custom: self = .custom
        }
    }
}

extension Tenancy.BillingCycle {
    init?(_ cycle: TenancyAPI.BillingCycle) {
        switch cycle {
        case .monthly: self = .monthly
        case .yearly: self = .yearly
        default: return nil
        }
    }
}

extension TenancyAPI.BillingCycle {
    init(_ cycle: Tenancy.BillingCycle) {
        switch cycle {
        case .monthly: self = .monthly
        case .yearly: self = .yearly
        }
    }
}

extension TenancyAPI.SubscriptionStatus {
    init(_ status: Tenancy.SubscriptionStatus) {
        switch status {
        case .trial: self = .trial
        case .active: self = .active
        case .pastDue: self = .pastDue
        case .cancelled: self = .cancelled
        case .expired: self = .expired
        }
    }
}

extension Tenancy.DowngradePolicy {
    /// What is not given is the careful one.
    init?(_ policy: TenancyAPI.DowngradePolicy) {
        switch policy {
        case .unspecified, .refuse: self = .refuse
        case .schedule: self = .schedule
        default: return nil
        }
    }
}

extension TenancyAPI.Resource {
    init(_ resource: Tenancy.Resource) {
        switch resource {
        case .users: self = .users
        case .apiCalls: self = .apiCalls
        case .storage: self = .storage
        case .transactions: self = .transactions
        }
    }
}
