internal import Reactor
internal import Synchronization

/// The units in hand and until when they may be given out. Every thread takes from them without a
/// lock; only the renewal puts more in, or takes back what nobody took.
final class LeaseUnits: Sendable {
    private let inHand = Atomic<Int>(0)
    /// On the coarse monotonic clock.
    private let expiry = Atomic<UInt64>(0)
    private let lowWater = Atomic<Int>(0)
    /// Whether the renewal was told that little is left, and has not come round to it.
    private let isLow = Atomic<Bool>(false)
    private let tellLow: @Sendable () -> Void

    /// - Parameter tellLow: Called once when a taking leaves less than the low water, by whoever
    ///   took, so it has to be quick.
    init(tellLow: @Sendable @escaping () -> Void) {
        self.tellLow = tellLow
    }

    var count: Int { inHand.load(ordering: .acquiring) }

    /// Whether units may be given out now.
    var isAlive: Bool { Self.now() < expiry.load(ordering: .acquiring) }

    /// Takes `amount` or nothing.
    func take(_ amount: Int) -> Bool {
        guard amount > 0, isAlive else { return false }
        var seen = inHand.load(ordering: .relaxed)
        while seen >= amount {
            let (taken, now) = inHand.weakCompareExchange(
                expected: seen, desired: seen &- amount, ordering: .acquiringAndReleasing)
            if taken {
                if seen &- amount < lowWater.load(ordering: .relaxed) { noteLow() }
                return true
            }
            seen = now
        }
        noteLow()
        return false
    }

    private func noteLow() {
        guard !isLow.load(ordering: .relaxed) else { return }
        if !isLow.exchange(true, ordering: .acquiringAndReleasing) { tellLow() }
    }

    // MARK: For the renewal alone

    /// Adds what was granted.
    func put(_ amount: Int) {
        _ = inHand.wrappingAdd(amount, ordering: .acquiringAndReleasing)
    }

    /// Takes back what is over `amount`, and answers how much that was.
    func takeBack(over amount: Int) -> Int {
        var seen = inHand.load(ordering: .relaxed)
        while seen > amount {
            let (taken, now) = inHand.weakCompareExchange(
                expected: seen, desired: amount, ordering: .acquiringAndReleasing)
            if taken { return seen &- amount }
            seen = now
        }
        return 0
    }

    /// Begins or goes on, until `expiry`; `lowWater` is what is little.
    func live(until expiry: UInt64, lowWater: Int) {
        self.lowWater.store(lowWater, ordering: .releasing)
        self.expiry.store(expiry, ordering: .releasing)
    }

    /// From here on little may be told of again.
    func listen() {
        isLow.store(false, ordering: .releasing)
    }

    /// In nanoseconds of the clock that also counts while the machine sleeps.
    static func now() -> UInt64 { MonotonicInstant.now().nanoseconds }
}
