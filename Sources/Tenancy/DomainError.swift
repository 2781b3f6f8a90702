/// Why an operation of the domain was refused or failed.
///
/// There is one for every scope of the domain, because a caller answers all of them in one place.
/// It never holds a value that the caller sent, other than the names of fields.
package struct DomainError: Error, Sendable, Hashable {
    package enum Code: Sendable, Hashable {
        /// The request broke these rules; at least one.
        case invalidArgument([FieldViolation])
        /// There is no such tenant, or the caller may not know of it.
        case notFound
        /// Another one has this field's value already.
        case alreadyExists(field: String)
        /// The amount is not left; nothing was taken.
        case quotaExceeded(QuotaExcess)
        /// The request is sound, and the state of things forbids it.
        case failedPrecondition(Precondition)
        /// The tenant has as many of these as it may have, whatever its plan.
        case tooMany(Limit)
        /// The idempotency key was used with another request.
        case idempotencyKeyReused
        /// What was to be changed has another version than the caller has seen.
        case versionMismatch
        /// A concurrent change got in the way more often than is retried.
        case aborted
        /// No identity was given.
        case unauthenticated
        /// The API key that was shown has a successor, and is good for nothing any more.
        case keySuperseded
        /// The identity may not do this.
        case permissionDenied
        /// What it needs cannot be reached now; the same call may succeed later.
        case unavailable
        /// It took longer than it may.
        case deadlineExceeded
        /// The call was given up by its caller.
        case cancelled
        /// Something is wrong on this side that the caller cannot mend.
        case internalFailure
    }

    /// A state that forbids what was asked. The raw values are the reasons that callers see.
    package enum Precondition: String, Sendable, Hashable {
        case tenantNotActive = "TENANT_NOT_ACTIVE"
        case subscriptionNotActive = "SUBSCRIPTION_NOT_ACTIVE"
        case invalidStatusTransition = "INVALID_STATUS_TRANSITION"
        case lastAdministrator = "LAST_ADMINISTRATOR"
        case invitationExpired = "INVITATION_EXPIRED"
        case usageAboveLimit = "USAGE_ABOVE_LIMIT"
        case noChange = "NO_CHANGE"
        case roleInUse = "ROLE_IN_USE"
        case apiKeyNotActive = "API_KEY_NOT_ACTIVE"
        case encryptionNotConfigured = "ENCRYPTION_NOT_CONFIGURED"
        case limitVersionAhead = "LIMIT_VERSION_AHEAD"
        case reservationEnded = "RESERVATION_ENDED"
        case refundExceedsUsage = "REFUND_EXCEEDS_USAGE"
        case leaseEnded = "LEASE_ENDED"
        case usageNotKept = "USAGE_NOT_KEPT"
    }

    /// A bound of the service's own. The raw values are the reasons that callers see.
    package enum Limit: String, Sendable, Hashable {
        case apiKeys = "TOO_MANY_API_KEYS"
        case roles = "TOO_MANY_ROLES"
        case grants = "TOO_MANY_GRANTS"
        case configurations = "TOO_MANY_CONFIGURATIONS"
        case watches = "TOO_MANY_WATCHES"
        case invitations = "TOO_MANY_INVITATIONS"
        case exports = "TOO_MANY_EXPORTS"
        case apiKeyCalls = "API_KEY_RATE_EXCEEDED"
        case failedAuthentications = "AUTHENTICATION_RATE_EXCEEDED"
    }

    package var code: Code
    /// One sentence for a person.
    package var message: String
    /// What a program may want to know beside the code, by names in snake_case; never a value that
    /// is a secret.
    package var metadata: [String: String]

    package init(_ code: Code, message: String, metadata: [String: String] = [:]) {
        self.code = code
        self.message = message
        self.metadata = metadata
    }
}

extension DomainError {
    package static func invalidArgument(_ violations: [FieldViolation]) -> DomainError {
        let text = violations.map { "\($0.field) \($0.rule)" }.joined(separator: "; ")
        return DomainError(.invalidArgument(violations), message: text)
    }

    package static func invalidArgument(field: String, rule: String) -> DomainError {
        invalidArgument([FieldViolation(field: field, rule: rule)])
    }

    /// One error for a tenant that is absent and one that is hidden: they are not told apart.
    package static let tenantNotFound = DomainError(.notFound, message: "no such tenant")

    package static func alreadyExists(field: String) -> DomainError {
        DomainError(.alreadyExists(field: field), message: "\(field) is taken")
    }

    package static func quotaExceeded(_ excess: QuotaExcess) -> DomainError {
        let limit = excess.user == nil ? "quota" : "user's share"
        return DomainError(
            .quotaExceeded(excess),
            message:
                "the \(limit) of \(excess.resource.rawValue) has \(excess.remaining) units left")
    }

    package static let tenantNotActive = DomainError(
        .failedPrecondition(.tenantNotActive), message: "the tenant is not active")

    package static func tenantNotActive(_ status: TenantStatus) -> DomainError {
        DomainError(
            .failedPrecondition(.tenantNotActive), message: "the tenant is \(status.rawValue)",
            metadata: ["status": status.rawValue])
    }

    package static func invalidStatusTransition(
        from: TenantStatus, to: TenantStatus
    ) -> DomainError {
        DomainError(
            .failedPrecondition(.invalidStatusTransition),
            message: "a tenant that is \(from.rawValue) cannot become \(to.rawValue)",
            metadata: ["from": from.rawValue, "to": to.rawValue])
    }

    /// The caller knows of a version that the limit does not have yet.
    package static func limitVersionAhead(of present: Int64) -> DomainError {
        DomainError(
            .failedPrecondition(.limitVersionAhead), message: "the limit has version \(present)",
            metadata: ["limit_version": String(present)])
    }

    /// - Parameter thing: what is missing, as in "no such user".
    package static func notFound(_ thing: String) -> DomainError {
        DomainError(.notFound, message: "no such \(thing)")
    }

    package static let versionMismatch = DomainError(
        .versionMismatch, message: "it has changed since the caller has seen it")

    package static let subscriptionNotActive = DomainError(
        .failedPrecondition(.subscriptionNotActive),
        message: "the tenant's subscription is not active")

    package static let idempotencyKeyReused = DomainError(
        .idempotencyKeyReused, message: "the idempotency key was used with another request")
}

extension DomainError {
    /// Whoever shows the whole of a key that was rotated may know that it was: the one who keeps it
    /// has to put the new one in its place, and a guesser never gets here.
    package static func keySuperseded(by successor: Int64) -> DomainError {
        DomainError(
            .keySuperseded, message: "the API key is superseded: use its successor",
            metadata: ["superseded_by": String(successor)])
    }

    /// Whether the caller is nobody, for whatever reason.
    package var isUnauthenticated: Bool { code == .unauthenticated || code == .keySuperseded }
}

extension DomainError: CustomStringConvertible {
    package var description: String { message }
}
