/// What can be asked of the domain. The rule of each is in `Operation+Rule.swift`.
package enum Operation: UInt8, Sendable, Hashable, CaseIterable {
    case health, reflect
    // TenantService
    case createTenant, getTenant, listTenants, updateTenant, suspendTenant, reactivateTenant,
        deactivateTenant, getTenantAnalytics, getPublicTenantInfo, exportTenant
    // UserService
    case listUsers, addUser, updateUser, removeUser, inviteUser, acceptInvitation,
        revokeInvitation, recordLogin, recordLogout
    // SubscriptionService
    case getSubscription, listPlans, changeSubscription, previewPlanChange, cancelSubscription
    // QuotaService
    case getQuotas, checkQuota, consume, getUsage, batchCheck, batchConsume, reserve, commit,
        release, refund, watchQuota, acquireLease, renewLease, returnLease, getQuotaPolicy,
        setQuotaPolicy, setUserQuota, listUserQuotas, reconcileUsage
    // ApiKeyService
    case listApiKeys, createApiKey, rotateApiKey, revokeApiKey, reportLeak, verifyApiKey,
        batchVerify
    // AccessService
    case listPermissions, listRoles, createRole, updateRole, deleteRole, listGrants, createGrant,
        revokeGrant, checkAccess, batchCheckAccess, explainAccess
    // TokenService
    case exchangeApiKey, getKeySet, introspect, revokeTokens, revokeSigningKey
    // ConfigurationService
    case getConfigurations, setConfiguration, deleteConfiguration, watchConfigurations
    // ActivityService
    case listActivity, watchActivity, verifyAudit

    private static let methodNames = allCases.map {
        let name = "\($0)"
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    /// The method's name on the wire: idempotency keys are bound to it.
    package var methodName: String { Self.methodNames[Int(rawValue)] }
}
