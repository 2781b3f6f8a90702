/// An amount in whole paise: money is counted, never measured.
package struct Money: Sendable, Hashable {
    package static let zero = Money(paise: 0)
    /// The most that a month may cost: twelve of them, and a sum of what a tenant ever pays, are
    /// far from the largest 64-bit number.
    package static let monthlyPricePaiseMax: Int64 = 1_000_000_000_000_000

    package let paise: Int64
    /// ISO 4217. There is one currency so far.
    package let currency: String

    package init(paise: Int64, currency: String = "INR") {
        self.paise = paise
        self.currency = currency
    }
}
