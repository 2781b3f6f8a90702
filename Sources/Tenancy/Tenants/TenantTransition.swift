/// How the status of a tenant changes, and in no other way:
///
///                   ┌───────── suspend ────────▶ ┐
///     created ──▶ active ◀────── reactivate ── suspended
///                   │ ▲                          │
///          deactivate reactivate             deactivate
///                   ▼ │                          │
///                 inactive ◀─────────────────────┘
///
/// A transition to where the tenant is already is refused: whoever asks for it has seen another
/// state than the present one. A tenant may also be created suspended or inactive, before its
/// institution starts.
package enum TenantTransition: String, Sendable, Hashable, CaseIterable {
    case suspend, reactivate, deactivate

    /// The status after it.
    package var target: TenantStatus {
        switch self {
        case .suspend: .suspended
        case .reactivate: .active
        case .deactivate: .inactive
        }
    }

    /// The statuses that it leads away from.
    package var sources: Set<TenantStatus> {
        switch self {
        case .suspend: [.active]
        case .reactivate: [.suspended, .inactive]
        case .deactivate: [.active, .suspended]
        }
    }

    /// The status of a tenant after this transition.
    ///
    /// - Throws: `failedPrecondition` with `invalidStatusTransition`.
    package func applied(to status: TenantStatus) throws(DomainError) -> TenantStatus {
        guard sources.contains(status) else {
            throw .invalidStatusTransition(from: status, to: target)
        }
        return target
    }
}

/// A transition as a request asks for it.
package struct TenantTransitionRequest: Sendable, Hashable {
    package static let reasonLengthMax = 500

    package let transition: TenantTransition
    /// Why, for the activity log.
    package let reason: String?
    package let expected: ExpectedVersion

    /// - Parameter reason: empty for none.
    /// - Parameter expectedVersion: the version that the caller has seen; 0 for any.
    package init?(
        _ transition: TenantTransition, reason: String, expectedVersion: Int64,
        violations: inout FieldViolations
    ) {
        let isSound = reason.isEmpty || Syntax.isText(reason, lengthMax: Self.reasonLengthMax)
        violations.require(
            isSound, "reason", "must be at most 500 characters without control characters")
        guard let expected = ExpectedVersion(expectedVersion, violations: &violations), isSound
        else { return nil }
        self.transition = transition
        self.reason = reason.isEmpty ? nil : reason
        self.expected = expected
    }
}
