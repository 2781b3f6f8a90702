/// A number of units of every resource, bytes for storage: limits, or what is used.
package struct ResourceUnits: Sendable, Hashable {
    package var users: Int64
    package var apiCalls: Int64
    package var storageBytes: Int64
    package var transactions: Int64

    package init(users: Int64, apiCalls: Int64, storageBytes: Int64, transactions: Int64) {
        self.users = users
        self.apiCalls = apiCalls
        self.storageBytes = storageBytes
        self.transactions = transactions
    }

    package subscript(resource: Resource) -> Int64 {
        switch resource {
        case .users: return users
        case .apiCalls: return apiCalls
        case .storage: return storageBytes
        case .transactions: return transactions
        }
    }

    /// The storage in gigabytes, the unit for people.
    package var storageGigabytes: Double {
        Double(storageBytes) / Double(Resource.bytesPerGigabyte)
    }
}
