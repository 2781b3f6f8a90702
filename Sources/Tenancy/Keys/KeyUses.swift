/// That a key was used in a minute, counted from 1970.
package struct KeyUse: Sendable, Hashable {
    package let tenant: TenantID
    package let keyID: Int64
    package let minute: Int64

    package init(tenant: TenantID, keyID: Int64, minute: Int64) {
        self.tenant = tenant
        self.keyID = keyID
        self.minute = minute
    }
}

/// Which keys were used since it was last written down, and when: a key that is used a thousand
/// times a second is one row of one statement, now and then.
package struct KeyUses: Sendable {
    /// More keys than that between two writings are not remembered: when a key was last used is
    /// worth no more memory.
    package static let keysMax = 100_000

    private var minutes: [Int64: KeyUse] = [:]
    private let keysMax: Int

    package init(keysMax: Int = KeyUses.keysMax) {
        self.keysMax = keysMax
    }

    /// The numbers of keys are unique over all tenants.
    package mutating func note(_ known: KnownKey, at now: Timestamp) {
        let minute = now.microseconds / 60_000_000
        if let noted = minutes[known.key.id], noted.minute >= minute { return }
        guard minutes.count < keysMax || minutes[known.key.id] != nil else { return }
        minutes[known.key.id] = KeyUse(
            tenant: known.tenant, keyID: known.key.id, minute: minute)
    }

    /// What is to be written down; it is forgotten here.
    package mutating func take() -> [KeyUse] {
        defer { minutes = [:] }
        return Array(minutes.values)
    }
}
