internal import CoreMetrics
internal import Synchronization

/// One number that a page shows.
protocol Series: AnyObject, Sendable {
    /// Writes its samples.
    func write(to page: inout PageWriter, family: String, labels: String)
}

/// A count that only grows. One atomic addition for each increment.
final class CounterSeries: CounterHandler, Series {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        value.store(0, ordering: .relaxed)
    }

    func write(to page: inout PageWriter, family: String, labels: String) {
        page.sample(family, labels, Double(value.load(ordering: .relaxed)))
    }
}

/// A sum of fractions that only grows.
final class FloatingPointCounterSeries: FloatingPointCounterHandler, Series {
    private let value = AtomicDouble()

    func increment(by amount: Double) {
        value.add(amount)
    }

    func reset() {
        value.store(0)
    }

    func write(to page: inout PageWriter, family: String, labels: String) {
        page.sample(family, labels, value.load())
    }
}

/// A number that goes up and down.
final class GaugeSeries: MeterHandler, RecorderHandler, Series {
    private let value = AtomicDouble()

    func set(_ value: Int64) { self.value.store(Double(value)) }
    func set(_ value: Double) { self.value.store(value) }
    func increment(by amount: Double) { value.add(amount) }
    func decrement(by amount: Double) { value.add(-amount) }
    func record(_ value: Int64) { self.value.store(Double(value)) }
    func record(_ value: Double) { self.value.store(value) }

    func write(to page: inout PageWriter, family: String, labels: String) {
        page.sample(family, labels, value.load())
    }
}

/// A number that is asked for when the page is.
final class ObservedSeries: Series {
    private let read: @Sendable () -> Double?

    init(_ read: @escaping @Sendable () -> Double?) {
        self.read = read
    }

    func write(to page: inout PageWriter, family: String, labels: String) {
        if let value = read() { page.sample(family, labels, value) }
    }
}

/// A `Double` that many threads change, as the bits of it.
final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    func load() -> Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
    func store(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(
                expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
