/// How often somebody may fail to be somebody. Decides only: the clock is passed in.
///
/// Each source has an allowance that a failure takes one from and that fills up again at a steady
/// rate. With nothing left of it, credentials from there are not looked at, except those that were
/// good a while ago: who guesses must not lock out who knows.
///
/// Two generations bound the memory: when the younger is full, the older is forgotten, which only
/// forgives.
package struct FailureLimiter: Sendable {
    /// Where failures come from, and of what they are.
    package enum Source: Sendable, Hashable {
        /// TLS handshakes from an address.
        case handshakes(String)
        /// Credentials from an address, or from the caller that passes them on.
        case credentials(String)
        /// Credentials that begin alike, from there. Others may present such a one meanwhile.
        case prefix(String, from: String)
    }

    /// The most sources, and the most good credentials, that are remembered.
    package static let sourcesMax = 50_000
    package static let goodMax = 50_000
    /// How much of a credential is looked at.
    private static let prefixLength = 16
    /// For how many seconds' worth of failures a source may go ahead of its rate.
    private static let burstSeconds: Int64 = 10
    private static let second: Int64 = 1_000_000

    /// How many failures a second an address may have; 0 for any number.
    package let perSecond: Int64

    private struct Allowance {
        /// When it is whole again: later by one step for each failure.
        var wholeAt: Int64
    }

    private var younger: [Source: Allowance] = [:]
    private var older: [Source: Allowance] = [:]
    private var good: Set<Int> = []
    private var formerlyGood: Set<Int> = []

    package init(perSecond: Int) {
        self.perSecond = Int64(max(0, perSecond))
    }

    package var sourceCount: Int { younger.count + older.count }

    /// What a text begins with, as far as it tells one credential from another.
    package static func prefix(of credential: String) -> String {
        String(decoding: credential.utf8.prefix(prefixLength), as: UTF8.self)
    }

    /// An address as failures are counted by: a household or a host has a whole network of IPv6.
    package static func place(of address: String) -> String {
        guard let parsed = IPAddress(address), !parsed.isIPv4 else { return address }
        return "\(parsed.bits >> 64)/64"
    }

    /// How many microseconds one failure counts.
    private func step(_ source: Source) -> Int64 {
        switch source {
        case .handshakes, .credentials: return Self.second / perSecond
        // Whoever has to do with one key alone has no reason to fail as often as that.
        case .prefix: return Self.second * 5 / perSecond
        }
    }

    /// Counts a failure.
    ///
    /// - Parameter now: microseconds of a clock that does not go back.
    package mutating func fail(_ sources: [Source], at now: Int64) {
        guard perSecond > 0 else { return }
        for source in sources {
            let whole = max(now, allowance(source)?.wholeAt ?? now) + step(source)
            // What is over the burst is not owed: it would lock out for as long as it went on.
            let latest = now + Self.burstSeconds * Self.second + step(source)
            insert(Allowance(wholeAt: min(whole, latest)), source)
        }
    }

    /// How many microseconds until a credential from there is looked at; nil when it is now.
    ///
    /// - Parameter credential: What it is, or nil for a handshake.
    package func wait(
        _ sources: [Source], credential: String? = nil, at now: Int64
    ) -> Int64? {
        guard perSecond > 0 else { return nil }
        let waits = sources.compactMap { source -> Int64? in
            guard let allowance = allowance(source) else { return nil }
            let wait = allowance.wholeAt - now - Self.burstSeconds * Self.second
            return wait > 0 ? wait : nil
        }
        guard let longest = waits.max() else { return nil }
        if let credential {
            let hash = credential.hashValue
            if good.contains(hash) || formerlyGood.contains(hash) { return nil }
        }
        return longest
    }

    /// A credential was good: it is looked at from now on, wherever it comes from. That says
    /// nothing of whether it will be good.
    package mutating func succeed(_ credential: String) {
        guard perSecond > 0 else { return }
        let hash = credential.hashValue
        guard !good.contains(hash) else { return }
        if good.count >= Self.goodMax / 2 {
            formerlyGood = good
            good = []
        }
        good.insert(hash)
    }

    /// Whether `succeed` need not be told of a credential, nor `wait` asked about it.
    package func isKnownGood(_ credential: String) -> Bool {
        perSecond == 0 || good.contains(credential.hashValue)
    }

    private func allowance(_ source: Source) -> Allowance? {
        younger[source] ?? older[source]
    }

    private mutating func insert(_ allowance: Allowance, _ source: Source) {
        if younger[source] == nil, younger.count >= Self.sourcesMax / 2 {
            older = younger
            younger = [:]
        }
        younger[source] = allowance
        older[source] = nil
    }
}
