extension Permission {
    /// What it allows, in a sentence for a person.
    package var summary: String {
        switch self {
        case .viewTenant: "See the tenant's profile."
        case .manageTenant: "Change the tenant's profile."
        case .viewUsers: "See the users, roles and grants, and ask who may do what."
        case .manageUsers: "Add, invite, change and remove users, and give roles and permissions."
        case .viewSubscription: "See the plan and what a change of it would cost."
        case .manageSubscription:
            "Change or cancel the subscription, and share its limits among members."
        case .viewUsage: "See quotas and usage."
        case .consume: "Take units of a quota."
        case .viewAPIKeys: "See the API keys, without the keys themselves."
        case .manageAPIKeys: "Make, rotate and revoke API keys."
        case .viewConfiguration: "See the settings, without secret values."
        case .viewSensitiveConfiguration: "See secret values of settings."
        case .manageConfiguration: "Change and remove settings."
        case .viewAnalytics: "See the analytics."
        case .viewActivity: "See and watch the activity log."
        case .verifyAudit: "Have the activity log's hash chain verified."
        case .exportTenant: "Export everything that is kept of the tenant."
        }
    }

    /// Whether it is about looking only.
    package var effect: Operation.Effect {
        switch self {
        case .viewTenant, .viewUsers, .viewSubscription, .viewUsage, .viewAPIKeys,
            .viewConfiguration, .viewSensitiveConfiguration, .viewAnalytics, .viewActivity,
            .verifyAudit, .exportTenant:
            .read
        case .manageTenant, .manageUsers, .manageSubscription, .consume, .manageAPIKeys,
            .manageConfiguration:
            .change
        }
    }
}

extension Role {
    /// What it is for.
    package var summary: String {
        switch self {
        case .admin: "Full tenant administration"
        case .manager: "User and configuration management"
        case .user: "Standard user access"
        case .viewer: "Read-only access"
        }
    }
}
