internal import Logging
internal import OpenSSL
internal import Reactor
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
    private let keeper: QuotaKeeper
    private let uses = Mutex(KeyUses())
    private let outdated = Mutex(OutdatedHashes())

    /// - Parameter keeper: Counts the calls of keys.
    init(store: TenancyStore, hasher: KeyHasher, keeper: QuotaKeeper) {
        self.store = store
        self.keeper = keeper
        self.hasher = hasher
    }

    /// Whether a key may do what is asked, and takes the cost from its hourly rate if so.
    ///
    /// - Throws: `unavailable`: a key that cannot be looked up is not let through.
    func verify(_ text: String, _ check: KeyCheck) async throws(DomainError) -> Verdict {
        let began = MonotonicInstant.now()
        let seen = try await look(text, check)
        guard let known = seen.known, seen.refusal == nil else { return seen }
        let verdict = try await charge(known, check.cost)
        return try await confirmed(verdict, text, check, since: began)
    }

    /// Whether a key may do what is asked, apart from its hour.
    ///
    /// - Throws: `unavailable`.
    func look(_ text: String, _ check: KeyCheck) async throws(DomainError) -> Verdict {
        guard let known = try await known(text) else { return Verdict(refusal: .unknown) }
        return Verdict(known: known, refusal: check.refusal(of: known, at: WallClock.now()))
    }

    /// A verdict that was come to a while ago, such as before a wait for units that another server
    /// holds: a key that has ended meanwhile is not let through, though its calls were taken.
    private func confirmed(
        _ verdict: Verdict, _ text: String, _ check: KeyCheck, since began: MonotonicInstant
    ) async throws(DomainError) -> Verdict {
        guard verdict.refusal == nil,
            began.advanced(by: TenantAccess.confirmationInterval) <= .now()
        else { return verdict }
        let now = try await look(text, check)
        return now.refusal == nil ? verdict : now
    }

    private func charge(
        _ known: KnownKey, _ cost: Int64
    ) async throws(DomainError) -> Verdict {
        guard let rate = try await keeper.takeCalls(of: known, cost) else {
            return Verdict(refusal: .unknown)
        }
        guard rate.isAdmitted else {
            return Verdict(known: known, refusal: .rateLimited, rate: rate)
        }
        noteUse(of: known, at: rate.now)
        return Verdict(known: known, rate: rate)
    }

    /// Takes one call from the hour of a key that a call was made with.
    ///
    /// - Throws: `tooMany` when nothing is left of it, `unauthenticated` for a key that is gone,
    ///   `unavailable`.
    func pay(_ known: KnownKey) async throws(DomainError) {
        _ = try Self.admitted(try await charge(known, 1))
    }

    func noteUse(of known: KnownKey, at now: Timestamp) {
        uses.withLock { $0.note(known, at: now) }
    }

    // MARK: - From memory

    /// Whether a key may do what is asked, when that is certain from memory and it may; the cost is
    /// taken then. Nil when it is not, and then nothing has happened.
    func verifyAtOnce(_ text: String, _ check: KeyCheck) -> Verdict? {
        let now = WallClock.now()
        guard let known = knownAtOnce(text, check, now),
            let rate = keeper.takeCallsAtOnce(of: known, check.cost, at: now)
        else { return nil }
        noteUse(of: known, at: now)
        return Verdict(known: known, rate: rate)
    }

    /// The key that a text is, when it is remembered and nothing but its rate could refuse it.
    func knownAtOnce(_ text: String, _ check: KeyCheck, _ now: Timestamp) -> KnownKey? {
        guard let tenant = Credential.tenant(.apiKey, presented: text),
            let digest = CredentialDigest(of: text),
            let stored = store.knownAPIKey(of: tenant, digest: digest),
            // One that is to be stored anew, or whose pepper is gone, goes the other way.
            stored.hashVersion >= hasher.version, hasher.knows(stored.hashVersion),
            check.refusal(of: stored.known, at: now) == nil
        else { return nil }
        return stored.known
    }

    // MARK: - Many

    /// Verifies many keys at once; the verdicts are in their order. Different keys do not wait for
    /// each other, and of one key an earlier check takes its cost first.
    ///
    /// - Throws: as `verify`; some may have taken their cost then.
    func verify(
        _ checks: some Sequence<(String, KeyCheck)>
    ) async throws -> [Verdict] {
        let checks = Array(checks)
        let began = MonotonicInstant.now()
        var verdicts: [Verdict?] = []
        verdicts.reserveCapacity(checks.count)
        var waiting: [String: [Int]] = [:]
        for (place, (text, check)) in checks.enumerated() {
            let verdict = waiting[text] == nil ? verifyAtOnce(text, check) : nil
            if verdict == nil { waiting[text, default: []].append(place) }
            verdicts.append(verdict)
        }
        if !waiting.isEmpty {
            for (place, verdict) in try await verify(checks, at: waiting.values) {
                verdicts[place] = verdict
            }
        }
        // One key that has to wait holds up the answer about all others.
        var confirmed: [Verdict] = []
        for (place, verdict) in verdicts.enumerated() {
            let (text, check) = checks[place]
            confirmed.append(
                try await self.confirmed(
                    verdict ?? Verdict(refusal: .unknown), text, check, since: began))
        }
        return confirmed
    }

    private func verify(
        _ checks: [(String, KeyCheck)], at places: some Sequence<[Int]>
    ) async throws -> [(Int, Verdict)] {
        try await withThrowingTaskGroup(of: [(Int, Verdict)].self) { tasks in
            for places in places {
                tasks.addTask {
                    var verdicts: [(Int, Verdict)] = []
                    for place in places {
                        let (text, check) = checks[place]
                        verdicts.append((place, try await self.verify(text, check)))
                    }
                    return verdicts
                }
            }
            return try await tasks.reduce(into: []) { $0 += $1 }
        }
    }

    /// The key that was let through.
    ///
    /// - Throws: `unauthenticated`, `keySuperseded`, `tooMany`.
    static func admitted(_ verdict: Verdict) throws(DomainError) -> KnownKey {
        switch (verdict.refusal, verdict.known) {
        case (nil, .some(let known)): return known
        case (.rateLimited, _):
            if let rate = verdict.rate { throw rate.excess }
            throw Authority.Denial.unauthenticated.error
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
        let digest = try presented.hash().withUnsafeBytes { CredentialDigest($0) }
        let found = try await store.apiKey(
            of: presented.tenant, digest: digest
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
        // Also one that is remembered: without its pepper a key is as unknown as any other.
        guard hasher.knows(found.hashVersion) else { return nil }
        try note(found, presented)
        return found.known
    }

    /// A key that is used is stored anew where its hash is older than what is in use now. One that
    /// is newer is another server's, which has the next pepper already.
    private func note(_ found: StoredKey, _ presented: Credential) throws(DomainError) {
        guard found.hashVersion < hasher.version else { return }
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
