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
        /// Nil while the master key that seals it is not on this server.
        let signer: SigningKey?
    }

    /// What is remembered: there is one such thing.
    private enum Remembered: Hashable {
        case keys
    }

    private struct State {
        var signers: [String: SigningKey] = [:]
        var lookedAt = Timestamp(microseconds: 0)
        var lastProblem = ""
    }

    private let store: TenancyStore
    private let sealing: Sealing
    private let plan: TokenKeyPlan
    private let logger: Logger
    /// The keys that are not revoked, newest first. They are believed as other things are that
    /// somebody may end: a key that was revoked verifies nowhere for longer.
    private let remembered: TenantCache<Remembered, [Published]>
    private let state = Mutex(State())

    init(store: TenancyStore, sealing: Sealing, plan: TokenKeyPlan, logger: Logger) {
        self.store = store
        self.sealing = sealing
        self.plan = plan
        self.logger = logger
        // Longer than from one reading to the next, so that calls find what `run` has read.
        remembered = store.makeCache(costMax: 2, lifetime: Self.refreshInterval * 2)
    }

    /// Until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                _ = try await refresh()
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
    /// - Throws: `unavailable`.
    func published() async throws(DomainError) -> [Published] {
        Self.published(try await keys())
    }

    /// The key of a name. One that is not known may be another server's that is new.
    ///
    /// - Throws: `unavailable`.
    func verifier(_ name: String) async throws(DomainError) -> VerifyingKey? {
        if let known = Self.published(try await keys()).first(where: { $0.plan.name == name }) {
            return known.verifier
        }
        let now = WallClock.now()
        let isDue = state.withLock { state in
            let next = state.lookedAt.microseconds + Self.unknownKeyMicroseconds
            let isDue = next <= now.microseconds
            if isDue { state.lookedAt = now }
            return isDue
        }
        guard isDue else { return nil }
        return Self.published(try await refresh()).first { $0.plan.name == name }?.verifier
    }

    /// What signs now.
    ///
    /// - Throws: `failedPrecondition` without a master key, `unavailable`.
    func signer() async throws(DomainError) -> (name: String, key: SigningKey) {
        guard sealing.isConfigured else { throw Sealing.notConfigured }
        if let signer = Self.signer(try await keys()) { return signer }
        guard let signer = Self.signer(try await refresh()) else {
            throw DomainError(.unavailable, message: "no signing key is there yet")
        }
        return signer
    }

    /// The name of the key that signs now that another was revoked; empty when this server can make
    /// none.
    func successor(to name: String, revokedBy actor: String) async -> String {
        logger.warning(
            "a signing key was revoked", metadata: ["kid": "\(name)", "actor": "\(actor)"])
        return (try? await refresh()).flatMap(Self.signer)?.name ?? ""
    }

    private static func signer(_ keys: [Published]) -> (name: String, key: SigningKey)? {
        guard let plan = TokenKeyPlan.signer(keys.map(\.plan), at: WallClock.now()),
            let key = keys.first(where: { $0.plan == plan })?.signer
        else { return nil }
        return (plan.name, key)
    }

    /// Time ends keys, too.
    private static func published(_ keys: [Published]) -> [Published] {
        let (plans, now) = (keys.map(\.plan), WallClock.now())
        return keys.filter { TokenKeyPlan.isPublished($0.plan, among: plans, at: now) }
    }

    // MARK: - Reading and making

    private func keys() async throws(DomainError) -> [Published] {
        if let known = remembered.value(.keys, of: .platform) { return known }
        return try await refresh()
    }

    /// Reads the keys, and makes a new one when it is time.
    private func refresh() async throws(DomainError) -> [Published] {
        let (keys, isReady) = try await read()
        guard !isReady else { return keys }
        // One was added, by this server or by another.
        return try await read().keys
    }

    /// The keys; not ready when a new one was due, and is there by now.
    private func read() async throws(DomainError) -> (keys: [Published], isReady: Bool) {
        let reading = remembered.beginReading()
        let (stored, added, now) = try await store.signingKeys()
        let plans = stored.map { TokenKeyPlan.Key(name: $0.name, signsFrom: $0.signsFrom) }
        var keys: [Published] = []
        let known = state.withLock { $0.signers }
        for (key, times) in zip(stored, plans)
        where TokenKeyPlan.isPublished(times, among: plans, at: now) {
            keys.append(
                Published(
                    plan: times, publicKey: key.publicKey,
                    verifier: try Self.checked { () throws(OpenSSLError) in
                        try VerifyingKey(ed25519: key.publicKey)
                    }, signer: known[key.name] ?? (try? opened(key))))
        }
        let signer = TokenKeyPlan.signer(plans, at: now)
        let isUsable = keys.contains { $0.plan == signer && $0.signer != nil }
        state.withLock { state in
            state.signers = [:]
            for key in keys { state.signers[key.plan.name] = key.signer }
        }
        remembered.keep(keys, for: .keys, of: .platform, read: reading)
        guard sealing.isConfigured,
            let signsFrom = plan.next(plans, isUsable: isUsable, at: now)
        else { return (keys, true) }
        let fresh = try Self.checked { () throws(OpenSSLError) in
            try SigningKey(generate: .ed25519)
        }
        let isAdded = try await store.addSigningKey(
            try sealed(fresh, signsFrom: signsFrom), after: added, context: Self.context)
        if isAdded { logger.notice("made a key to sign tokens with") }
        return (keys, false)
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
