internal import Tenancy

/// What is said of a credential that a caller shows: the one rule of who is let through, of what is
/// a guess, and of what who is refused hears.
struct Shown: Sendable {
    /// Who calls with it, and the key that pays for it; nil when it does not work.
    private let admission: (principal: Principal, key: KnownKey)?
    /// Whether this service has given it out: then it is no guess, whatever else is wrong with it.
    let isKnown: Bool
    /// Why it does not work; nil when it does.
    let error: DomainError?

    /// A key.
    init(_ verdict: KeyVerifier.Verdict) {
        isKnown = verdict.known != nil
        do throws(DomainError) {
            let known = try KeyVerifier.admitted(verdict)
            admission = (known.principal, known)
            error = nil
        } catch let refusal {
            admission = nil
            error = refusal
        }
    }

    /// A token.
    init(_ verdict: Tokens.Verdict) {
        isKnown = verdict.isKnown
        switch verdict {
        case .good(let verified):
            admission = (verified.principal, verified.known)
            error = nil
        case .refused:
            admission = nil
            error = Authority.Denial.unauthenticated.error
        }
    }

    /// - Throws: `keySuperseded` for a key that was rotated, and `unauthenticated` for whatever
    ///   else is wrong, alike.
    func admitted() throws(DomainError) -> (principal: Principal, key: KnownKey) {
        guard let admission else { throw error ?? Authority.Denial.unauthenticated.error }
        return admission
    }
}
