extension Operation {
    /// Who may ask for an operation, what it is about, and what it does.
    package struct Rule: Sendable, Hashable {
        package let audience: Audience
        package let subject: Subject
        package let effect: Effect
    }

    package enum Audience: Sendable, Hashable {
        /// Anybody, known or not.
        case everybody
        /// Anybody who is known.
        case identified
        /// Platform administrators.
        case administrators
        /// Platform administrators, and services in their own name.
        case trusted
        /// Platform administrators, services, and those of the tenant who hold the permission.
        case tenant(Permission)
        /// Platform administrators, and those of the tenant who hold the permission: what a tenant
        /// decides for itself, no service decides for it.
        case owners(Permission)
        /// Platform administrators, services, and the user whom it concerns.
        case oneself
    }

    package enum Subject: Sendable, Hashable {
        /// The platform, or nothing.
        case platform
        /// One tenant.
        case tenant
    }

    package enum Effect: Sendable, Hashable {
        /// Changes nothing.
        case read
        /// Changes nothing, and asks about a tenant in whatever state: services may too.
        case inquiry
        /// Changes something of a tenant, which must be active.
        case change
        /// Changes whether a tenant may work, or what must be possible in any state of it, and so
        /// is not bound to it.
        case lifecycle
    }

    /// What a service may call at most, in its own name or for a user of a tenant.
    package static let ofServices = Set(
        allCases.filter { $0.rule.audience.includesServices || $0.rule.audience.includesUsers })

    package var rule: Rule {
        switch self {
        // A key that is exchanged speaks for itself.
        case .health, .getPublicTenantInfo, .exchangeApiKey, .getKeySet:
            return Rule(audience: .everybody, subject: .platform, effect: .read)
        case .listPlans, .listPermissions:
            return Rule(audience: .identified, subject: .platform, effect: .read)
        case .createTenant, .revokeSigningKey:
            return Rule(audience: .administrators, subject: .platform, effect: .lifecycle)
        case .listTenants:
            return Rule(audience: .administrators, subject: .platform, effect: .read)
        case .verifyApiKey, .batchVerify, .introspect, .reflect:
            return Rule(audience: .trusted, subject: .platform, effect: .read)
        case .suspendTenant, .reactivateTenant, .deactivateTenant:
            return Rule(audience: .administrators, subject: .tenant, effect: .lifecycle)
        case .acceptInvitation:
            return Rule(audience: .trusted, subject: .tenant, effect: .change)
        case .recordLogin, .recordLogout:
            return Rule(audience: .oneself, subject: .tenant, effect: .change)
        case .exportTenant: return read(.owners(.exportTenant))
        // What a tenant may take, and at what price, is agreed with the platform.
        case .setQuotaPolicy: return change(.administrators)
        case .reconcileUsage: return read(.administrators)
        // Nobody takes back from the platform what they have used.
        case .refund: return change(.trusted)
        // How a tenant shares what it has agreed on is its own to say.
        case .changeSubscription, .cancelSubscription, .setUserQuota:
            return change(.owners(.manageSubscription))
        default: return tenantRule
        }
    }

    /// Whether it changes what a tenant may take, or whether it may take anything.
    package var changesLimits: Bool {
        switch self {
        case .suspendTenant, .reactivateTenant, .deactivateTenant, .updateTenant,
            .changeSubscription, .cancelSubscription, .setQuotaPolicy, .setUserQuota:
            true
        default: false
        }
    }

    /// The rule of what is about one tenant and takes one permission.
    private var tenantRule: Rule {
        switch self {
        case .getTenant: return read(.tenant(.viewTenant))
        case .updateTenant: return change(.tenant(.manageTenant))
        case .getTenantAnalytics: return read(.tenant(.viewAnalytics))
        case .listUsers: return read(.tenant(.viewUsers))
        case .addUser, .updateUser, .removeUser, .inviteUser, .revokeInvitation:
            return change(.tenant(.manageUsers))
        case .listRoles, .listGrants: return read(.tenant(.viewUsers))
        case .createRole, .updateRole, .deleteRole, .createGrant:
            return change(.tenant(.manageUsers))
        // Taking away is possible in any state: who suspends a tenant first, revokes next.
        case .revokeGrant:
            return Rule(audience: .tenant(.manageUsers), subject: .tenant, effect: .lifecycle)
        case .checkAccess, .batchCheckAccess, .explainAccess:
            return Rule(audience: .tenant(.viewUsers), subject: .tenant, effect: .inquiry)
        case .getSubscription, .previewPlanChange: return read(.tenant(.viewSubscription))
        case .getQuotas, .getUsage, .watchQuota, .getQuotaPolicy, .listUserQuotas:
            return read(.tenant(.viewUsage))
        // They answer what consuming would, so whoever may consume may ask.
        case .checkQuota, .batchCheck: return read(.tenant(.viewUsage))
        case .consume, .batchConsume, .reserve, .commit, .release, .acquireLease, .renewLease,
            .returnLease:
            return change(.tenant(.consume))
        case .listApiKeys: return read(.tenant(.viewAPIKeys))
        case .createApiKey, .rotateApiKey:
            return change(.tenant(.manageAPIKeys))
        case .revokeApiKey, .revokeTokens, .reportLeak:
            return Rule(audience: .tenant(.manageAPIKeys), subject: .tenant, effect: .lifecycle)
        case .getConfigurations, .watchConfigurations: return read(.tenant(.viewConfiguration))
        case .setConfiguration, .deleteConfiguration:
            return change(.tenant(.manageConfiguration))
        case .listActivity, .watchActivity: return read(.tenant(.viewActivity))
        case .verifyAudit: return read(.tenant(.verifyAudit))
        // Deny by default: an operation without a rule is the administrators'.
        default: return Rule(audience: .administrators, subject: .tenant, effect: .change)
        }
    }

    private func read(_ audience: Audience) -> Rule {
        Rule(audience: audience, subject: .tenant, effect: .read)
    }

    private func change(_ audience: Audience) -> Rule {
        Rule(audience: audience, subject: .tenant, effect: .change)
    }
}
