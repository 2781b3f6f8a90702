internal import OpenSSL
internal import Tenancy

/// The data keys that were used of late, unwrapped. What falls out is zeroed once its last user
/// lets go of it. A tenant's data key never changes; only what wraps it does.
struct DataKeyCache {
    static let entriesMax = 10_000

    private let generationEntriesMax: Int
    private var younger: [TenantID: SecretBytes] = [:]
    private var older: [TenantID: SecretBytes] = [:]

    init(entriesMax: Int = DataKeyCache.entriesMax) {
        generationEntriesMax = max(1, entriesMax / 2)
    }

    var count: Int { younger.count + older.count }

    mutating func key(of tenant: TenantID) -> SecretBytes? {
        if let key = younger[tenant] { return key }
        guard let key = older[tenant] else { return nil }
        insert(key, of: tenant)
        return key
    }

    mutating func insert(_ key: SecretBytes, of tenant: TenantID) {
        if younger.count >= generationEntriesMax {
            older = younger
            younger = [:]
        }
        younger[tenant] = key
    }
}
