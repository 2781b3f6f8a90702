internal import Logging
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

    let hasher: KeyHasher
    private let store: TenancyStore
    private let uses = Mutex(KeyUses())
    private let outdated = Mutex(OutdatedHashes())

    init(store: TenancyStore, hasher: KeyHasher) {
        self.store = store
        self.hasher = hasher
    }

    /// Whether a key may do what is asked, and takes the cost from its hourly rate if so.
    ///
    /// - Throws: `unavailable`: a key that cannot be looked up is not let through.
    func verify(_ text: String, _ check: KeyCheck) async throws(DomainError) -> Verdict {
        guard let known = try await known(text) else { return Verdict(refusal: .unknown) }
        return try await admit(known, check)
    }

    /// The same for a key that is known already.
    func admit(_ known: KnownKey, _ check: KeyCheck) async throws(DomainError) -> Verdict {
        let now = WallClock.now()
        if let refusal = check.refusal(of: known, at: now) {
            return Verdict(known: known, refusal: refusal)
        }
        let rate: KeyRate
        switch try await store.takeKeyRate(known, cost: check.cost, context: Self.context) {
        case .decided(let decided): rate = decided
        case .stopped(.unknown): return Verdict(refusal: .unknown)
        case .stopped(let refusal): return Verdict(known: known, refusal: refusal)
        }
        guard rate.isAdmitted else {
            return Verdict(known: known, refusal: .rateLimited, rate: rate)
        }
        uses.withLock { $0.note(known, at: rate.now) }
        return Verdict(known: known, rate: rate)
    }

    /// Verifies many keys at once; the verdicts are in their order. Different keys do not wait for
    /// each other, and of one key an earlier check takes its cost first.
    ///
    /// - Throws: as `verify`; some may have taken their cost then.
    func verify(
        _ checks: some Sequence<(String, KeyCheck)>
    ) async throws -> [Verdict] {
        let checks = Array(checks)
        let byKey = Dictionary(grouping: checks.indices) { checks[$0].0 }
        return try await withThrowingTaskGroup(of: [(Int, Verdict)].self) { tasks in
            for places in byKey.values {
                tasks.addTask {
                    var verdicts: [(Int, Verdict)] = []
                    for place in places {
                        let (text, check) = checks[place]
                        verdicts.append((place, try await self.verify(text, check)))
                    }
                    return verdicts
                }
            }
            var verdicts = [Verdict](repeating: Verdict(), count: checks.count)
            for try await some in tasks {
                for (place, verdict) in some { verdicts[place] = verdict }
            }
            return verdicts
        }
    }

    /// Who calls with a key, which costs one of its hourly rate.
    ///
    /// - Parameter address: Where the call comes from; nil over a Unix socket.
    /// - Throws: `keySuperseded` for one that was rotated, and `unauthenticated` for whatever else
    ///   is wrong with the key, alike; `tooMany` for one whose hour is used up; `unavailable`.
    func principal(
        bearing text: String, address: String?
    ) async throws(DomainError) -> Principal {
        let check = KeyCheck(
            address: address.flatMap { IPAddress($0) }, isTenantDecidedLater: true)
        return try Self.admitted(try await verify(text, check)).principal
    }

    /// The key that was let through.
    ///
    /// - Throws: `unauthenticated`, `keySuperseded`, `tooMany`.
    static func admitted(_ verdict: Verdict) throws(DomainError) -> KnownKey {
        switch (verdict.refusal, verdict.known) {
        case (nil, .some(let known)): return known
        case (.rateLimited, _):
            throw DomainError(
                .tooMany(.apiKeyCalls), message: "the key has used up its hour",
                metadata: ["retry_after_seconds": String(verdict.rate?.secondsToReset ?? 1)])
        case (.some(let refusal), let known): throw Self.error(for: refusal, of: known)
        case (nil, nil): throw Authority.Denial.unauthenticated.error
        }
    }

    /// What a caller hears whose key is not good.
    private static func error(for refusal: KeyRefusal, of known: KnownKey?) -> DomainError {
        guard refusal == .superseded, let successor = known?.key.successor else {
            return Authority.Denial.unauthenticated.error
        }
        return .keySuperseded(by: successor.id)
    }

    /// Makes certain that the key with which something was begun still works from there, which
    /// costs nothing of its rate.
    ///
    /// - Throws: `unauthenticated`, `keySuperseded`, `unavailable`.
    func confirm(bearing text: String, address: String?) async throws(DomainError) {
        let check = KeyCheck(
            address: address.flatMap { IPAddress($0) }, isTenantDecidedLater: true)
        guard let known = try await known(text) else {
            throw Authority.Denial.unauthenticated.error
        }
        if let refusal = check.refusal(of: known, at: WallClock.now()) {
            throw Self.error(for: refusal, of: known)
        }
    }

    /// What is kept of a key.
    func stored(_ credential: Credential) throws(DomainError) -> StoredCredential {
        let hash = try hasher.hash(credential)
        return StoredCredential(
            prefix: credential.prefix, hash: hash.bytes, hashVersion: hash.version)
    }

    /// The key that a text is; nil when it is none, which is found without a look-up for what this
    /// service cannot have given out.
    private func known(_ text: String) async throws(DomainError) -> KnownKey? {
        guard let presented = Credential(.apiKey, presented: text) else { return nil }
        // Nil when the key was remembered.
        var candidates: [[UInt8]]?
        let found = try await store.apiKey(
            of: presented.tenant, digest: presented.hash().bytes
        ) { () throws(DomainError) in
            let every = try hasher.everyHash(presented)
            candidates = every
            return every
        }
        guard let found else { return nil }
        if let candidates {
            guard candidates.contains(where: { ConstantTime.equal($0, found.hash) }) else {
                return nil
            }
        }
        try note(found, presented)
        return found.known
    }

    /// A key that is used is stored anew where its hash is not of the kind that is in use now.
    private func note(_ found: StoredKey, _ presented: Credential) throws(DomainError) {
        guard found.hashVersion != hasher.version else { return }
        let new = try hasher.hash(presented)
        outdated.withLock {
            $0.note(
                HashReplacement(
                    tenant: found.known.tenant, keyID: found.known.key.id, old: found.hash,
                    new: new.bytes),
                version: new.version)
        }
    }

    /// Writes down now and then what is to be written down, and takes over what is new in the file
    /// of peppers, until the task is cancelled.
    func run(_ logger: Logger) async {
        var lastProblem = ""
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.noteInterval)
            do {
                if try await hasher.peppers?.reloadIfChanged() == true {
                    logger.notice("peppers of API keys read anew")
                }
                lastProblem = ""
            } catch {
                // The file of before goes on. The same problem again and again is one problem.
                let problem = "\(error)"
                if problem != lastProblem, !Task.isCancelled {
                    logger.error("peppers of API keys", metadata: ["error": "\(problem)"])
                }
                lastProblem = problem
            }
            try? await noteUses()
        }
    }

    /// Writes down when keys were last used, and what they are to be stored as. What cannot be
    /// written is dropped: the next use comes.
    ///
    /// - Throws: `unavailable`, `aborted`.
    func noteUses() async throws(DomainError) {
        try await store.noteKeyUses(uses.withLock { $0.take() }, context: Self.context)
        let (replacements, version) = outdated.withLock { $0.take() }
        try await store.replaceKeyHashes(replacements, version: version, context: Self.context)
    }
}

/// Keys whose stored hashes are to be replaced, until they are.
struct OutdatedHashes: Sendable {
    /// More are not remembered at once: they are met again.
    static let keysMax = 10_000

    private var version: Int32 = 0
    private var replacements: [Int64: HashReplacement] = [:]

    mutating func note(_ replacement: HashReplacement, version: Int32) {
        // What was to be stored under an older pepper is met again, too.
        if version != self.version { replacements = [:] }
        self.version = version
        guard replacements.count < Self.keysMax else { return }
        replacements[replacement.keyID] = replacement
    }

    /// What is to be stored, and what its hashes are made with; it is forgotten here.
    mutating func take() -> ([HashReplacement], version: Int32) {
        defer { replacements = [:] }
        return (Array(replacements.values), version)
    }
}
