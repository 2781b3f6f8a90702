/// Carries a fresh connection from the thread that made it to its loop.
///
/// `@unchecked Sendable`: exactly one thread has it at a time; the maker lets go of it.
final class LibPQTransfer: @unchecked Sendable {
    let value: LibPQ

    init(_ value: LibPQ) {
        self.value = value
    }
}
