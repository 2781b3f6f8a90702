internal import Tenancy
internal import TenancyAPI

/// Roles, grants and decisions between the domain and the wire.
extension RoleDefinition {
    init(_ rank: Tenancy.Role) {
        self.init(
            roleName: rank.rawValue, description: rank.summary,
            permissions: rank.permissions.sorted().map(\.rawValue), builtIn: true)
    }

    init(_ role: TenantRole) {
        self.init(
            roleName: role.name.text, description: role.description,
            permissions: role.permissions.sorted().map(\.rawValue), createdBy: role.createdBy,
            createdAt: .init(role.createdAt), updatedAt: .init(role.updatedAt),
            version: role.version)
    }
}

extension Grant {
    init(_ grant: AccessGrant) {
        self.init(
            userId: grant.userID.text, expiresAt: grant.expiresAt.map { .init($0) },
            reason: grant.reason, grantedBy: grant.grantedBy,
            grantedAt: .init(grant.grantedAt))
        switch grant.object {
        case .role(let name): roleName = name.text
        case .permission(let permission): self.permission = permission.rawValue
        }
    }
}

extension Tenancy.AccessQuestion {
    init?(_ question: TenancyAPI.AccessQuestion, violations: inout FieldViolations) {
        self.init(
            userID: question.userId, keyID: question.keyId, permission: question.permission,
            feature: question.feature, address: question.sourceAddress, violations: &violations)
    }
}

extension AccessStepKind {
    init(_ kind: Tenancy.AccessStep.Kind) {
        switch kind {
        case .membership: self = .membership
        case .apiKey: self = .apiKey
        case .tenantStatus: self = .tenantStatus
        case .feature: self = .feature
        case .role: self = .role
        case .memberPermission: self = .memberPermission
        case .roleGrant: self = .roleGrant
        case .permissionGrant: self = .permissionGrant
        case .keyScope: self = .keyScope
        case .permission: self = .permission
        }
    }
}

extension TenancyAPI.AccessStep {
    init(_ step: Tenancy.AccessStep) {
        self.init(
            kind: .init(step.kind), passed: step.passed, name: step.name, message: step.message,
            expiresAt: step.expiresAt.map { .init($0) })
    }
}
