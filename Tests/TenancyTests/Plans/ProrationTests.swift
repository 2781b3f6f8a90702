internal import Tenancy
internal import TestSupport
internal import Testing

@Suite struct ProrationTests {
    /// Amounts and periods at the ends of what is possible, and many in between, the same in every
    /// run.
    private static let cases: [(paise: Int64, seconds: Int64, total: Int64)] = {
        var random = SplitMix(seed: 2_026)
        let yearPriceMax = Money.monthlyPricePaiseMax * 12
        var cases: [(Int64, Int64, Int64)] = [
            (0, 0, 1), (0, 1, 1), (yearPriceMax, 31_622_400, 31_622_400),
            (yearPriceMax, 31_622_399, 31_622_400), (.max, .max, .max), (.max, 1, .max),
            (.max, .max - 1, .max),
        ]
        for _ in 0..<2_000 {
            let total = Int64.random(in: 1...32_000_000, using: &random)
            let largest = Bool.random(using: &random) ? yearPriceMax : 100
            cases.append(
                (
                    Int64.random(in: 0...largest, using: &random),
                    Int64.random(in: 0...total, using: &random), total
                ))
        }
        return cases
    }()

    @Test("A share is the exact one, rounded half up to whole paise")
    func rounding() {
        for (paise, seconds, total) in Self.cases {
            let share = Proration.share(of: paise, seconds: seconds, of: total)
            // share - 1/2 <= paise * seconds / total < share + 1/2, without a division.
            let exact = Int128(paise) * Int128(seconds) * 2
            #expect((Int128(share) * 2 - 1) * Int128(total) <= exact)
            #expect(exact < (Int128(share) * 2 + 1) * Int128(total))
        }
    }

    @Test("All of a period is all of its price, and none is nothing")
    func ends() {
        for (paise, seconds, total) in Self.cases {
            #expect(Proration.share(of: paise, seconds: total, of: total) == paise)
            #expect(Proration.share(of: paise, seconds: 0, of: total) == 0)
            #expect(0...paise ~= Proration.share(of: paise, seconds: seconds, of: total))
        }
    }

    @Test("More time is never worth less, and a dearer price never less")
    func order() {
        for (paise, seconds, total) in Self.cases where seconds > 0 && paise > 0 {
            let share = Proration.share(of: paise, seconds: seconds, of: total)
            #expect(Proration.share(of: paise, seconds: seconds - 1, of: total) <= share)
            #expect(Proration.share(of: paise - 1, seconds: seconds, of: total) <= share)
        }
    }

    @Test("Two parts of a period are the whole, to the paisa that rounding may add")
    func parts() {
        for (paise, seconds, total) in Self.cases {
            let used = Proration.share(of: paise, seconds: total - seconds, of: total)
            let left = Proration.share(of: paise, seconds: seconds, of: total)
            #expect(0...1 ~= Int128(used) + Int128(left) - Int128(paise))
        }
    }

    @Test(
        "Half a paisa is rounded up",
        arguments: [(1, 1, 2, 1), (3, 1, 2, 2), (1, 1, 3, 0), (1, 2, 3, 1)])
    func half(paise: Int64, seconds: Int64, total: Int64, share: Int64) {
        #expect(Proration.share(of: paise, seconds: seconds, of: total) == share)
    }

    @Test("Seconds are whole, and a period that is over has none left")
    func seconds() {
        let period = BillingPeriod(
            start: Timestamp(microseconds: 1_000_000), end: Timestamp(microseconds: 11_000_000))
        let left: [(Int64, Int64)] = [
            (1_000_000, 10), (1_000_001, 9), (10_000_000, 1), (10_000_001, 0), (11_000_000, 0),
            (12_000_000, 0), (0, 10),
        ]
        for (now, expected) in left {
            #expect(period.secondsLeft(at: Timestamp(microseconds: now)) == expected)
        }
    }

    @Test("Only what is left is charged and given back")
    func change() {
        let start: Int64 = 1_000_000_000_000
        let period = BillingPeriod(
            start: Timestamp(microseconds: start),
            end: Timestamp(microseconds: start + 30 * 86_400_000_000))
        let proration = Proration(
            from: period, paid: Money(paise: 1_000_000), to: period,
            price: Money(paise: 10_000_000),
            at: Timestamp(microseconds: start + 20 * 86_400_000_000))
        #expect(proration.credit.paise == 333_333)
        #expect(proration.charge.paise == 3_333_333)
        #expect(proration.amountDue.paise == 3_000_000)
        #expect(proration.remainingSeconds == 864_000)
        #expect(proration.periodSeconds == 2_592_000)
    }
}
