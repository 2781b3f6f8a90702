/// A set of operations, a bit for each.
package struct OperationSet: Sendable, Hashable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    package init() {}

    package init(_ operations: some Sequence<Operation>) {
        for operation in operations {
            precondition(operation.rawValue < 128, "there are at most 128 operations")
            if operation.rawValue < 64 {
                low |= 1 << UInt64(operation.rawValue)
            } else {
                high |= 1 << UInt64(operation.rawValue - 64)
            }
        }
    }

    package func contains(_ operation: Operation) -> Bool {
        let number = UInt64(operation.rawValue)
        return (number < 64 ? low &>> number : high &>> (number - 64)) & 1 == 1
    }
}

extension Authority {
    /// What a caller may ask about every active tenant, whichever it is: of the platform's own, all
    /// that `decide` allows them; of others nothing, since that depends on the tenant.
    package static func allowedOnEveryActiveTenant(_ principal: Principal) -> OperationSet {
        guard principal.isTrusted, let anyTenant = TenantID(1) else { return OperationSet() }
        let target = Target.tenant(anyTenant, .active, membership: nil)
        return OperationSet(
            Operation.allCases.filter {
                guard case .allow = decide(principal, $0, target, at: Timestamp(microseconds: 0))
                else { return false }
                return true
            })
    }
}
