/// What a change within a billing period gives back and costs: the unused rest of what was paid
/// for, and the rest of the period on the new terms.
package struct Proration: Sendable, Hashable {
    /// What is given back; not negative.
    package let credit: Money
    /// What the rest costs on the new terms; not negative.
    package let charge: Money
    /// How much of the present billing period is left, which is what is given back.
    package let remainingSeconds: Int64
    package let periodSeconds: Int64
    /// How much is left of the period that the new terms are paid for. Another one than the
    /// present, when the billing cycle changes.
    package let chargedSeconds: Int64
    package let chargedPeriodSeconds: Int64

    /// What is owed now; negative when the tenant is.
    package var amountDue: Money {
        Money(paise: charge.paise - credit.paise, currency: charge.currency)
    }

    /// - Parameter paid: what the present period cost; nothing for one that was free.
    /// - Parameter price: what the new period costs as a whole.
    package init(
        from present: BillingPeriod, paid: Money, to new: BillingPeriod, price: Money,
        at now: Timestamp
    ) {
        remainingSeconds = present.secondsLeft(at: now)
        periodSeconds = present.seconds
        chargedSeconds = new.secondsLeft(at: now)
        chargedPeriodSeconds = new.seconds
        credit = Money(
            paise: Self.share(of: paid.paise, seconds: remainingSeconds, of: periodSeconds),
            currency: paid.currency)
        charge = Money(
            paise: Self.share(of: price.paise, seconds: chargedSeconds, of: chargedPeriodSeconds),
            currency: price.currency)
    }

    /// The share of an amount that falls to some of a period's seconds, rounded half up to whole
    /// paise. In 128 bits, because a price times the seconds of a year does not fit 64.
    package static func share(of paise: Int64, seconds: Int64, of total: Int64) -> Int64 {
        precondition(paise >= 0, "a price is not negative")
        precondition(total > 0 && 0...total ~= seconds, "a part is no more than the whole")
        let doubled = Int128(paise) * Int128(seconds) * 2 + Int128(total)
        return Int64(doubled / (Int128(total) * 2))
    }
}
