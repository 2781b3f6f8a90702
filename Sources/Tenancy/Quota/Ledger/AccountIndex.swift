/// Where accounts are, by their names: words for the accounts of tenants, which are nearly all, and
/// dictionaries for those of users and keys.
struct AccountIndex: Sendable {
    private var tenants = WordTable()
    /// By tenant, since what changes of a tenant may concern all of its subjects.
    private var subjects: [TenantID: [QuotaAccount: Int32]] = [:]
    private var subjectCount = 0

    var count: Int { tenants.count + subjectCount }

    /// The places of a tenant's users and keys, in their order: what follows from them is the same
    /// in every run.
    func places(ofSubjectsOf tenant: TenantID) -> [Int32] {
        subjects[tenant]?.values.sorted() ?? []
    }

    /// Tenants have positive numbers, so no word is 0.
    private static func word(_ account: QuotaAccount) -> UInt64 {
        UInt64(bitPattern: account.tenant.rawValue) << 3 | UInt64(account.meter.rawValue)
    }

    subscript(account: QuotaAccount) -> Int32? {
        get {
            guard account.subject.isEmpty else { return subjects[account.tenant]?[account] }
            return tenants[Self.word(account)]
        }
        set {
            if account.subject.isEmpty {
                tenants[Self.word(account)] = newValue
            } else {
                setSubject(account, newValue)
            }
        }
    }

    private mutating func setSubject(_ account: QuotaAccount, _ value: Int32?) {
        let old: Int32?
        if let value {
            old = subjects[account.tenant, default: [:]].updateValue(value, forKey: account)
        } else {
            old = subjects[account.tenant]?.removeValue(forKey: account)
            if subjects[account.tenant]?.isEmpty == true { subjects[account.tenant] = nil }
        }
        subjectCount += (value == nil ? 0 : 1) - (old == nil ? 0 : 1)
    }
}
