internal import Logging
internal import OpenSSL
internal import Synchronization
internal import Tenancy
internal import TenancyStore

/// The keys that tenant tokens are signed and verified with, which all servers share through the
/// database.
final class TokenKeys: Sendable {
    /// How often the keys are read, and a new one is made when it is time.
    static let refreshInterval = Duration.seconds(60)
    /// How soon a key that is not known is looked for again: inventions must cost no query each.
    private static let unknownKeyMicroseconds: Int64 = 1_000_000
    private static let context = AuditContext(actor: "service:tenancyd")

    /// A key that verifies.
    struct Published: Sendable {
        let plan: TokenKeyPlan.Key
        let publicKey: [UInt8]
        let verifier: VerifyingKey
    }

    private struct State {
        var published: [Published] = []
        var signers: [String: SigningKey] = [:]
        var lookedAt = Timestamp(microseconds: 0)
        var lastProblem = ""
        /// How many readings have begun, and which of them `published` is of.
        var readings = 0
        var kept = 0
    }

    private let store: TenancyStore
    private let sealing: Sealing
    private let plan: TokenKeyPlan
    private let logger: Logger
    private let state = Mutex(State())

    init(store: TenancyStore, sealing: Sealing, plan: TokenKeyPlan, logger: Logger) {
        self.store = store
        self.sealing = sealing
        self.plan = plan
        self.logger = logger
    }

    /// Until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await refresh()
                state.withLock { $0.lastProblem = "" }
            } catch {
                let problem = "\(error)"
                let isNew = state.withLock { state in
                    defer { state.lastProblem = problem }
                    return state.lastProblem != problem
                }
                if isNew, !Task.isCancelled {
                    logger.warning("token keys", metadata: ["error": "\(problem)"])
                }
            }
            try? await Task.sleep(for: Self.refreshInterval)
        }
    }

    /// The keys that verify now, newest first.
    ///
    /// - Throws: `unavailable` when they have not been read yet and the database does not answer.
    func published() async throws(DomainError) -> [Published] {
        let known = state.withLock { $0.published }
        guard known.isEmpty else { return known }
        try await refresh()
        return state.withLock { $0.published }
    }

    /// The key of a name. One that is not known may be another server's that is new.
    ///
    /// - Throws: `unavailable`.
    func verifier(_ name: String) async throws(DomainError) -> VerifyingKey? {
        let now = WallClock.now()
        let (known, isDue) = state.withLock { state in
            let known = state.published.first { $0.plan.name == name }
            let next = state.lookedAt.microseconds + Self.unknownKeyMicroseconds
            let isDue = known == nil && next <= now.microseconds
            if isDue { state.lookedAt = now }
            return (known, isDue)
        }
        if let known { return known.verifier }
        guard isDue else { return nil }
        try await refresh()
        return state.withLock { $0.published.first { $0.plan.name == name }?.verifier }
    }

    /// What signs now.
    ///
    /// - Throws: `failedPrecondition` without a master key, `unavailable`.
    func signer() async throws(DomainError) -> (name: String, key: SigningKey) {
        guard sealing.isConfigured else { throw Sealing.notConfigured }
        if let signer = presentSigner() { return signer }
        try await refresh()
        guard let signer = presentSigner() else {
            throw DomainError(.unavailable, message: "no signing key is there yet")
        }
        return signer
    }

    private func presentSigner() -> (name: String, key: SigningKey)? {
        let now = WallClock.now()
        return state.withLock { state -> (name: String, key: SigningKey)? in
            guard let plan = TokenKeyPlan.signer(state.published.map(\.plan), at: now),
                let key = state.signers[plan.name]
            else { return nil }
            return (plan.name, key)
        }
    }

    // MARK: - Reading and making

    private func refresh() async throws(DomainError) {
        let isReady = try await read()
        guard !isReady else { return }
        // One was added, by this server or by another.
        _ = try await read()
    }

    /// Reads the keys; false when a new one was due, and is there by now.
    private func read() async throws(DomainError) -> Bool {
        let reading = state.withLock { state in
            state.readings += 1
            return state.readings
        }
        let (stored, now) = try await store.signingKeys()
        let plans = stored.map { TokenKeyPlan.Key(name: $0.name, signsFrom: $0.signsFrom) }
        var published: [Published] = []
        var signers: [String: SigningKey] = [:]
        let known = state.withLock { $0.signers }
        for (key, times) in zip(stored, plans)
        where TokenKeyPlan.isPublished(times, among: plans, at: now) {
            published.append(
                Published(
                    plan: times, publicKey: key.publicKey,
                    verifier: try Self.checked { () throws(OpenSSLError) in
                        try VerifyingKey(ed25519: key.publicKey)
                    }))
            signers[key.name] = known[key.name] ?? (try? opened(key))
        }
        let signer = TokenKeyPlan.signer(plans, at: now)
        let isUsable = signer.map { signers[$0.name] != nil } ?? false
        state.withLock { state in
            // One that began before may end after, and have a key that was revoked in between.
            guard reading > state.kept else { return }
            state.kept = reading
            state.published = published
            state.signers = signers
        }
        guard sealing.isConfigured,
            let signsFrom = plan.next(plans, isUsable: isUsable, at: now)
        else { return true }
        let fresh = try Self.checked { () throws(OpenSSLError) in
            try SigningKey(generate: .ed25519)
        }
        let isAdded = try await store.addSigningKey(
            try sealed(fresh, signsFrom: signsFrom), after: stored.first?.name,
            context: Self.context)
        if isAdded { logger.notice("made a key to sign tokens with") }
        return false
    }

    private func sealed(
        _ key: SigningKey, signsFrom: Timestamp
    ) throws(DomainError) -> StoredSigningKey {
        let publicKey = try Self.checked { () throws(OpenSSLError) in
            try key.verifyingKey().ed25519Bytes()
        }
        let name = try JSONWebKey(publicKey).thumbprint()
        let pem = try Self.checked { () throws(OpenSSLError) in try key.pem() }
        return StoredSigningKey(
            name: name, publicKey: publicKey,
            sealed: try sealing.sealPlatformKey(pem, name: name), signsFrom: signsFrom)
    }

    private func opened(_ stored: StoredSigningKey) throws(DomainError) -> SigningKey {
        let pem = try sealing.openPlatformKey(stored.sealed, name: stored.name)
        let key = try Self.checked { () throws(OpenSSLError) in
            try SigningKey(pem: .secret(pem))
        }
        // A row whose halves do not belong together would sign what nobody can verify.
        let publicKey = try Self.checked { () throws(OpenSSLError) in
            try key.verifyingKey().ed25519Bytes()
        }
        guard publicKey == stored.publicKey else {
            throw DomainError(.internalFailure, message: "a signing key is not its public key's")
        }
        return key
    }

    private static func checked<Value>(
        _ body: () throws(OpenSSLError) -> Value
    ) throws(DomainError) -> Value {
        do throws(OpenSSLError) {
            return try body()
        } catch {
            throw DomainError(.internalFailure, message: "a signing key cannot be used")
        }
    }
}
