internal import Reactor
internal import Tenancy

/// The tenants that were asked for of late, by code and by number, and the status of each for as
/// long as it may be believed; see `ReadingRules`. A code and its number never change.
///
/// What every call looks up: one word finds a tenant by either name, and its code, number and
/// status stand together. Two generations bound it: when the younger is full, the older is
/// forgotten, and what is in use has come back by then.
struct KnownTenants: Sendable {
    private struct Entry {
        var code: TenantCode?
        let id: TenantID
        var status: TenantStatus?
        /// In which epoch the status was read.
        var epoch: UInt32 = 0
    }

    private struct Generation {
        private(set) var entries: [Entry] = []
        private var codes = WordTable()
        private var ids = WordTable()

        func place(of id: TenantID) -> Int? { ids[UInt64(id.rawValue)].map(Int.init) }

        /// Two codes may have one word.
        func place(of code: String, _ word: UInt64) -> Int? {
            guard let place = codes[word].map(Int.init), entries[place].code?.text == code
            else { return nil }
            return place
        }

        mutating func insert(_ entry: Entry, _ word: UInt64?) {
            let place: Int
            if let known = self.place(of: entry.id) {
                place = known
                entries[place].code = entry.code ?? entries[place].code
                if entry.status != nil {
                    entries[place].status = entry.status
                    entries[place].epoch = entry.epoch
                }
            } else {
                place = entries.count
                entries.append(entry)
                ids[UInt64(entry.id.rawValue)] = Int32(place)
            }
            if let word { codes[word] = Int32(place) }
        }

        mutating func forgetStatus(of id: TenantID) {
            if let place = place(of: id) { entries[place].status = nil }
        }
    }

    private let generationMax: Int
    /// Nobody outside knows which codes share a place.
    private let seed = UInt64.random(in: .min ... .max)
    private var younger = Generation()
    private var older = Generation()
    private var rules = ReadingRules()
    /// Statuses of earlier ones are forgotten, all at once and without looking at each.
    private var epoch: UInt32 = 0

    /// - Parameter tenantsMax: The most tenants that are kept.
    init(tenantsMax: Int) {
        generationMax = max(1, tenantsMax / 2)
    }

    /// Some are counted twice.
    var count: Int { younger.entries.count + older.entries.count }

    // MARK: - Asking

    mutating func id(of code: String) -> TenantID? {
        place(of: code).map { younger.entries[$0].id }
    }

    /// A tenant by its code, if its status may be believed.
    mutating func standing(of code: String, at now: MonotonicInstant) -> TenantStanding? {
        guard rules.isBelieved(at: now), let place = place(of: code) else { return nil }
        return standing(at: place)
    }

    /// A tenant by its number, if its status may be believed.
    mutating func standing(of id: TenantID, at now: MonotonicInstant) -> TenantStanding? {
        guard rules.isBelieved(at: now), let place = place(of: id) else { return nil }
        return standing(at: place)
    }

    private func standing(at place: Int) -> TenantStanding? {
        let entry = younger.entries[place]
        guard entry.epoch == epoch, let status = entry.status else { return nil }
        return TenantStanding(id: entry.id, status: status, membership: nil)
    }

    private mutating func place(of code: String) -> Int? {
        let word = word(of: code)
        if let place = younger.place(of: code, word) { return place }
        guard let place = older.place(of: code, word) else { return nil }
        bringBack(older.entries[place], word)
        return younger.place(of: code, word)
    }

    private mutating func place(of id: TenantID) -> Int? {
        if let place = younger.place(of: id) { return place }
        guard let place = older.place(of: id) else { return nil }
        let entry = older.entries[place]
        bringBack(entry, entry.code.map { word(of: $0.text) })
        return younger.place(of: id)
    }

    /// What the younger says itself is newer.
    private mutating func bringBack(_ entry: Entry, _ word: UInt64?) {
        var entry = entry
        if younger.place(of: entry.id) != nil { entry.status = nil }
        insert(entry, word)
    }

    // MARK: - Keeping

    /// To be taken before the database is asked, and handed back with what it answered.
    func beginReading(at now: MonotonicInstant) -> ReadingRules.Reading {
        rules.beginReading(at: now)
    }

    /// Keeps a number, and a status unless its tenant has changed since the reading began.
    mutating func keep(
        _ id: TenantID, _ code: TenantCode?, _ status: TenantStatus, read: ReadingRules.Reading
    ) {
        let status = rules.mayKeep(read, of: id) ? status : nil
        let entry = Entry(code: code, id: id, status: status, epoch: epoch)
        insert(entry, code.map { word(of: $0.text) })
    }

    mutating func keep(_ id: TenantID, _ code: TenantCode) {
        insert(Entry(code: code, id: id, status: nil), word(of: code.text))
    }

    private mutating func insert(_ entry: Entry, _ word: UInt64?) {
        if younger.entries.count >= generationMax, younger.place(of: entry.id) == nil {
            older = younger
            younger = Generation()
        }
        younger.insert(entry, word)
    }

    // MARK: - Changes

    mutating func forget(_ tenant: TenantID) {
        younger.forgetStatus(of: tenant)
        older.forgetStatus(of: tenant)
        rules.note(tenant)
    }

    mutating func absorb(_ changes: TenantChanges, asOf: MonotonicInstant) {
        switch changes {
        case .of(let tenants): for tenant in tenants { forget(tenant) }
        case .unknown:
            epoch &+= 1
            rules.noteEverything()
        }
        rules.believe(asOf: asOf)
    }

    // MARK: - Words

    /// Eight bytes at a time, and never 0.
    private func word(of code: String) -> UInt64 {
        var state = seed
        var code = code
        code.withUTF8 { text in
            let bytes = UnsafeRawBufferPointer(text)
            var offset = 0
            while offset + 8 <= bytes.count {
                Self.mix(&state, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var rest = UInt64(bytes.count)
            while offset < bytes.count {
                rest = rest << 8 | UInt64(bytes[offset])
                offset += 1
            }
            Self.mix(&state, rest)
        }
        return state | 1
    }

    private static func mix(_ state: inout UInt64, _ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        state = product.high ^ product.low
    }
}
