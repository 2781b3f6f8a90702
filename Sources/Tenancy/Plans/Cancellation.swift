/// The end of a subscription, as a caller asks for it.
package struct Cancellation: Sendable, Hashable {
    package static let reasonCharactersMax = 500

    /// Now, rather than at the end of the billing period.
    package let immediately: Bool
    /// Why; nil when no reason was given.
    package let reason: String?

    package init?(immediately: Bool, reason: String, violations: inout FieldViolations) {
        guard reason.unicodeScalars.count <= Self.reasonCharactersMax,
            reason.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            violations.add(
                "reason",
                "must be at most \(Self.reasonCharactersMax) characters, without control characters"
            )
            return nil
        }
        self.immediately = immediately
        self.reason = reason.isEmpty ? nil : reason
    }

    /// - Throws: `failedPrecondition`: `subscriptionNotActive` when it has ended already,
    ///   `noChange` when it is to end then anyway.
    package func check(_ subscription: Subscription) throws(DomainError) {
        guard subscription.status != .cancelled else { throw .subscriptionNotActive }
        guard immediately || subscription.cancelsAt == nil else {
            throw DomainError(
                .failedPrecondition(.noChange),
                message: "the subscription is to end with its billing period already")
        }
    }
}
