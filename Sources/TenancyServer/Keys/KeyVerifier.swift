internal import OpenSSL
internal import Synchronization
internal import Tenancy
internal import TenancyStore

/// Lets API keys through, or says why not, and remembers when they were used.
final class KeyVerifier: Sendable {
    /// How often it is written down when keys were last used; they are used to the minute.
    static let noteInterval = Duration.seconds(15)
    private static let context = AuditContext(actor: "service:tenancyd")

    /// What is said of a key that was presented.
    struct Verdict: Sendable {
        /// Nil for a key that is not known.
        var known: KnownKey?
        /// Nil when the key is let through.
        var refusal: KeyRefusal?
        /// Where the key stands in its hour; nil when that was not asked, since something else
        /// refuses.
        var rate: KeyRate?
    }

    private let store: TenancyStore
    private let uses = Mutex(KeyUses())

    init(store: TenancyStore) {
        self.store = store
    }

    /// Whether a key may do what is asked, and takes the cost from its hourly rate if so.
    ///
    /// - Throws: `unavailable`: a key that cannot be looked up is not let through.
    func verify(_ text: String, _ check: KeyCheck) async throws(DomainError) -> Verdict {
        guard let known = try await known(text) else { return Verdict(refusal: .unknown) }
        let now = WallClock.now()
        if let refusal = check.refusal(of: known, at: now) {
            return Verdict(known: known, refusal: refusal)
        }
        guard
            let rate = try await store.takeKeyRate(
                known, cost: check.cost, context: Self.context)
        else {
            // It stopped working a moment ago.
            return Verdict(known: known, refusal: .revoked)
        }
        guard rate.isAdmitted else {
            return Verdict(known: known, refusal: .rateLimited, rate: rate)
        }
        uses.withLock { $0.note(known, at: rate.now) }
        return Verdict(known: known, rate: rate)
    }

    /// Who calls with a key, which costs one of its hourly rate.
    ///
    /// - Parameter address: Where the call comes from; nil over a Unix socket.
    /// - Throws: `unauthenticated` for whatever is wrong with the key, alike; `tooMany` for one
    ///   whose hour is used up; `unavailable`.
    func principal(
        bearing text: String, address: String?
    ) async throws(DomainError) -> Principal {
        let check = KeyCheck(
            address: address.flatMap { IPAddress($0) }, isTenantDecidedLater: true)
        let verdict = try await verify(text, check)
        switch (verdict.refusal, verdict.known) {
        case (nil, .some(let known)):
            return .apiKey(
                known.tenant, keyID: known.key.id, permissions: known.key.scopes.permissions)
        case (.rateLimited, _):
            throw DomainError(
                .tooMany(.apiKeyCalls), message: "the key has used up its hour",
                metadata: ["retry_after_seconds": String(verdict.rate?.secondsToReset ?? 1)])
        default: throw Authority.Denial.unauthenticated.error
        }
    }

    /// The key that a text is; nil when it is none, which is found without a look-up for what this
    /// service cannot have given out.
    private func known(_ text: String) async throws(DomainError) -> KnownKey? {
        guard let presented = Credential(.apiKey, presented: text) else { return nil }
        let hash = try presented.hash()
        guard let found = try await store.apiKey(of: presented.tenant, hash: hash.bytes),
            ConstantTime.equal(found.hash, hash.bytes)
        else { return nil }
        return found.key
    }

    /// Writes down now and then when keys were last used, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.noteInterval)
            try? await noteUses()
        }
    }

    /// Writes down when keys were last used. What cannot be written is dropped: the next use comes.
    ///
    /// - Throws: `unavailable`, `aborted`.
    func noteUses() async throws(DomainError) {
        try await store.noteKeyUses(uses.withLock { $0.take() }, context: Self.context)
    }
}
