internal import Tenancy

/// Which number a tenant's code has, for the codes that were asked for of late.
///
/// Two generations bound it: when the younger is full, the older is forgotten. That costs no order
/// of use to be kept on every look-up, and what is in use comes back at once.
struct TenantCodeCache {
    static let entriesMax = 100_000

    private let generationEntriesMax: Int
    private var younger: [TenantCode: TenantID] = [:]
    private var older: [TenantCode: TenantID] = [:]

    init(entriesMax: Int = TenantCodeCache.entriesMax) {
        generationEntriesMax = max(1, entriesMax / 2)
    }

    var count: Int { younger.count + older.count }

    mutating func id(of code: TenantCode) -> TenantID? {
        if let id = younger[code] { return id }
        guard let id = older[code] else { return nil }
        insert(id, of: code)
        return id
    }

    mutating func insert(_ id: TenantID, of code: TenantCode) {
        if younger.count >= generationEntriesMax {
            older = younger
            younger = [:]
        }
        younger[code] = id
    }
}
