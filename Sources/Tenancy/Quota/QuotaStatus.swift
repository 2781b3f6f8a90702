/// The standing of one resource of one tenant, in units (bytes for storage).
package struct QuotaStatus: Sendable, Hashable {
    package let resource: Resource
    package let current: UInt64
    /// Spoken for and not yet used; not free.
    package let reserved: UInt64
    package let max: UInt64

    package init(resource: Resource, current: UInt64, reserved: UInt64, max: UInt64) {
        self.resource = resource
        self.current = current
        self.reserved = reserved
        self.max = max
    }

    /// The units left. None when a limit was lowered below what is used.
    package var remaining: UInt64 {
        let (taken, overflow) = current.addingReportingOverflow(reserved)
        return overflow || taken >= max ? 0 : max - taken
    }

    package var isAvailable: Bool { remaining > 0 }

    /// Whether so many units are left. 0 asks whether any unit is.
    package func allows(_ amount: UInt64) -> Bool {
        Swift.max(amount, 1) <= remaining
    }

    /// 100 times current over max, rounded half up to two decimals, as the database rounds. Of a
    /// limit of zero everything is used as soon as anything is.
    package var percentage: Double {
        guard max > 0 else { return current > 0 ? 100 : 0 }
        // Nearly always 64 bits are enough, and then it is one instruction instead of a function.
        let (tenThousandfold, overflow) = current.multipliedReportingOverflow(by: 10_000)
        let (rounded, carried) = tenThousandfold.addingReportingOverflow(max / 2)
        if !overflow, !carried { return Double(rounded / max) / 100 }
        let product = current.multipliedFullWidth(by: 10_000)
        let (low, carry) = product.low.addingReportingOverflow(max / 2)
        let high = product.high + (carry ? 1 : 0)
        // Dividing would trap when the result has more than 64 bits.
        guard high < max else { return Double(current) / Double(max) * 100 }
        return Double(max.dividingFullWidth((high, low)).quotient) / 100
    }

    /// What is used, in the unit for people: gigabytes of storage, else units.
    package var currentShown: Double { shown(current) }
    /// The limit, in the unit for people: gigabytes of storage, else units.
    package var maxShown: Double { shown(max) }

    private func shown(_ units: UInt64) -> Double {
        resource == .storage ? Double(units) / Double(Resource.bytesPerGigabyte) : Double(units)
    }
}
