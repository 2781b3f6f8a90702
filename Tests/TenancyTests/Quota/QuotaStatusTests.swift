internal import Tenancy
internal import Testing

@Suite struct QuotaStatusTests {
    static func status(
        _ current: UInt64, of max: UInt64, reserved: UInt64 = 0, resource: Resource = .users
    ) -> QuotaStatus {
        QuotaStatus(resource: resource, current: current, reserved: reserved, max: max)
    }

    @Test(
        "Percentages have two decimals, rounded half up",
        arguments: [
            (3, 10, 30.0), (2_547, 10_000, 25.47), (1_200_000_000, 5_000_000_000, 24.0),
            (156, 1_000, 15.6), (0, 10, 0), (10, 10, 100), (1, 3, 33.33), (2, 3, 66.67),
            (1, 80_000, 0), (1, 20_000, 0.01), (0, 0, 0), (1, 0, 100),
            (.max, .max, 100), (UInt64.max / 2, .max, 50),
        ] as [(UInt64, UInt64, Double)])
    func percentage(_ current: UInt64, _ max: UInt64, _ expected: Double) {
        #expect(Self.status(current, of: max).percentage == expected)
    }

    @Test("A counter far above a lowered limit has a percentage, too")
    func aboveLimit() {
        #expect(Self.status(.max, of: 1).percentage > 1e20)
        #expect(Self.status(20, of: 10).percentage == 200)
        #expect(Self.status(20, of: 10).remaining == 0)
    }

    @Test("What is reserved is not free")
    func reserved() {
        let status = Self.status(3, of: 10, reserved: 6)
        #expect(status.remaining == 1 && status.allows(1) && !status.allows(2))
        #expect(!Self.status(.max, of: .max, reserved: 1).isAvailable)
    }

    @Test("An amount of none asks whether any unit is left")
    func none() {
        #expect(Self.status(9, of: 10).allows(0))
        #expect(!Self.status(10, of: 10).allows(0))
        #expect(!Self.status(0, of: 10).allows(.max))
    }

    @Test("Storage is shown in gigabytes")
    func shown() {
        let storage = Self.status(
            1_200_000_000, of: 5_000_000_000, resource: .storage)
        #expect(storage.currentShown == 1.2 && storage.maxShown == 5)
        #expect(Self.status(2_547, of: 10_000).currentShown == 2_547)
    }
}
