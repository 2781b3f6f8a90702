/// Whether somebody holds a permission in a tenant, with the way to the answer. Whoever only wants
/// the answer takes it from here too: there is no second way to decide that could say something
/// else.
///
/// It looks in this order: whether there is somebody at all, what gives them the permission,
/// whether the tenant has the feature, whether the tenant is active. What comes first of what
/// refuses, refuses.
package struct AccessDecision: Sendable, Hashable {
    /// What was looked at, in order. On a refusal the last step is the one that refused.
    package let path: [AccessStep]
    package let isAllowed: Bool
    /// What gave the permission, or what refused it.
    package let decidedBy: AccessStep.Kind

    /// Whom is asked about, with what is known of them.
    package enum Subject: Sendable, Hashable {
        /// Nil for a user who is no member.
        case user(id: String, Membership?)
        /// Nil for a number that the tenant has no key of.
        case apiKey(id: Int64, KnownKey?, from: IPAddress?)
    }

    /// A feature that is asked for too.
    package struct Feature: Sendable, Hashable {
        package let name: String
        package let isThere: Bool

        package init(name: String, isThere: Bool) {
            self.name = name
            self.isThere = isThere
        }
    }

    package static func decide(
        _ subject: Subject, _ permission: Permission, effect: Operation.Effect,
        feature: Feature? = nil, status: TenantStatus, at now: Timestamp
    ) -> AccessDecision {
        var path = [subject.presence(at: now)]
        guard path[0].passed else { return AccessDecision(refusedBy: path) }
        let sources = subject.sources(of: permission, at: now)
        let place = sources.firstIndex(where: \.passed)
        path += sources.prefix(through: place ?? sources.endIndex - 1)
        guard let place else {
            path.append(
                AccessStep(
                    .permission, false, permission.rawValue,
                    "nothing gives the permission \(permission.rawValue)"))
            return AccessDecision(refusedBy: path)
        }
        if let feature {
            path.append(
                AccessStep(
                    .feature, feature.isThere, feature.name,
                    "the tenant \(feature.isThere ? "has" : "has not") the feature \(feature.name)"
                ))
            guard feature.isThere else { return AccessDecision(refusedBy: path) }
        }
        let isAdmitted = status.admits(effect, byAdministrator: subject.isAdministrator)
        path.append(
            AccessStep(
                .tenantStatus, isAdmitted, status.rawValue, "the tenant is \(status.rawValue)"))
        guard isAdmitted else { return AccessDecision(refusedBy: path) }
        return AccessDecision(path: path, isAllowed: true, decidedBy: sources[place].kind)
    }

    private init(path: [AccessStep], isAllowed: Bool, decidedBy: AccessStep.Kind) {
        self.path = path
        self.isAllowed = isAllowed
        self.decidedBy = decidedBy
    }

    private init(refusedBy path: [AccessStep]) {
        self.init(path: path, isAllowed: false, decidedBy: path[path.endIndex - 1].kind)
    }
}

/// One step on the way to a decision.
package struct AccessStep: Sendable, Hashable {
    package enum Kind: Sendable, Hashable, CaseIterable {
        case membership, apiKey, tenantStatus, feature, role, memberPermission, roleGrant,
            permissionGrant, keyScope, permission
    }

    package let kind: Kind
    /// Whether it speaks for access.
    package let passed: Bool
    package let name: String
    package let message: String
    /// When what speaks for access ends, or has ended.
    package let expiresAt: Timestamp?

    init(
        _ kind: Kind, _ passed: Bool, _ name: String, _ message: String,
        expiresAt: Timestamp? = nil
    ) {
        self.kind = kind
        self.passed = passed
        self.name = name
        self.message = message
        self.expiresAt = expiresAt
    }
}

extension TenantStatus {
    /// A tenant that is suspended or inactive refuses everything but reads by administrators, its
    /// own and the platform's, and questions about it by services.
    func admits(
        _ effect: Operation.Effect, byAdministrator: Bool, byService: Bool = false
    ) -> Bool {
        switch effect {
        case .lifecycle: return true
        case .change: return isActive
        case .read: return isActive || byAdministrator
        case .inquiry: return isActive || byAdministrator || byService
        }
    }
}

extension AccessDecision.Subject {
    fileprivate var isAdministrator: Bool {
        guard case .user(_, let membership) = self else { return false }
        return membership?.role == .admin
    }

    fileprivate func presence(at now: Timestamp) -> AccessStep {
        switch self {
        case .user(let id, let membership):
            let isMember = membership != nil
            return AccessStep(
                .membership, isMember, id, "the user is \(isMember ? "a" : "no") member")
        case .apiKey(let id, let known, let address):
            let refusal =
                known.map {
                    KeyCheck(address: address, isTenantDecidedLater: true).refusal(of: $0, at: now)
                } ?? .unknown
            return AccessStep(
                .apiKey, refusal == nil, String(id),
                refusal.map { "the key \($0.reason)" } ?? "the key works",
                expiresAt: known?.key.expiresAt)
        }
    }

    /// Everything that could give the permission, with whether it does; never empty.
    fileprivate func sources(of permission: Permission, at now: Timestamp) -> [AccessStep] {
        switch self {
        case .user(_, let membership): membership?.sources(of: permission, at: now) ?? []
        case .apiKey(_, let known, _): known.map { [$0.source(of: permission)] } ?? []
        }
    }
}

extension Membership {
    fileprivate func sources(of permission: Permission, at now: Timestamp) -> [AccessStep] {
        let rank = role.permissions.contains(permission)
        var steps = [
            AccessStep(
                .role, rank, role.rawValue,
                "the role \(role.rawValue) \(rank ? "holds" : "does not hold") the permission")
        ]
        if permissions.contains(permission) {
            steps.append(
                AccessStep(
                    .memberPermission, true, permission.rawValue,
                    "the permission is one of the membership"))
        }
        for grant in grants where grant.permissions.contains(permission) {
            let isOver = grant.isOver(at: now)
            let what = grant.role.map { "the role \($0)" } ?? "the permission"
            steps.append(
                AccessStep(
                    grant.role == nil ? .permissionGrant : .roleGrant, !isOver,
                    grant.role ?? permission.rawValue,
                    isOver ? "the grant of \(what) is over" : "\(what) was granted",
                    expiresAt: grant.expiresAt))
        }
        return steps
    }
}

extension KnownKey {
    fileprivate func source(of permission: Permission) -> AccessStep {
        let scope = key.scopes.name(giving: permission)
        return AccessStep(
            .keyScope, scope != nil, scope ?? key.scopes.names.joined(separator: " "),
            scope.map { "the scope \($0) holds the permission" }
                ?? "no scope of the key holds the permission")
    }
}

extension KeyRefusal {
    /// What is said of the key, as in "the key was revoked".
    fileprivate var reason: String {
        switch self {
        case .unknown: "is not there"
        case .revoked: "was revoked"
        case .expired: "has expired"
        case .superseded: "is superseded"
        case .addressNotAllowed: "may not be used from the address"
        case .permissionMissing: "does not hold the permission"
        case .rateLimited: "has used up its hour"
        case .tenantNotActive: "belongs to a tenant that is not active"
        }
    }
}
