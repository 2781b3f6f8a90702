internal import Synchronization

/// How many bytes many connections may hold together: each alone keeps within its own limits, and
/// thousands of them at once must not be able to use up the machine.
final class ByteBudget: Sendable {
    let bytesMax: Int
    private let used = Atomic<Int>(0)

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// How many bytes are held now.
    var bytesUsed: Int { used.load(ordering: .relaxed) }

    /// False when that many more would be over the budget; nothing is taken then.
    func take(_ byteCount: Int) -> Bool {
        let before = used.wrappingAdd(byteCount, ordering: .relaxed).oldValue
        guard byteCount > bytesMax - before else { return true }
        used.wrappingSubtract(byteCount, ordering: .relaxed)
        return false
    }

    func giveBack(_ byteCount: Int) {
        used.wrappingSubtract(byteCount, ordering: .relaxed)
    }
}
