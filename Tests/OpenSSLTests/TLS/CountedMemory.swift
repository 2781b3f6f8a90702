internal import COpenSSL
internal import Glibc
internal import Synchronization

/// How much memory OpenSSL holds, to the byte. The process's own figures would add what the
/// allocator and the language runtime make of it.
enum CountedMemory {
    private static let held = Atomic<Int>(0)

    /// Each block is preceded by its size; 16 bytes keep the alignment that malloc promises.
    private static let headerBytes = 16

    static var bytes: Int { held.load(ordering: .relaxed) }

    /// False when OpenSSL has allocated something already: then it takes no other allocator.
    static func install() -> Bool {
        CRYPTO_set_mem_functions(
            { count, _, _ in CountedMemory.allocate(count) },
            { block, count, _, _ in CountedMemory.reallocate(block, count) },
            { block, _, _ in CountedMemory.free(block) }) == 1
    }

    private static func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count > 0, let block = malloc(count + headerBytes) else { return nil }
        block.storeBytes(of: count, as: Int.self)
        held.add(count, ordering: .relaxed)
        return block + headerBytes
    }

    private static func reallocate(
        _ block: UnsafeMutableRawPointer?, _ count: Int
    ) -> UnsafeMutableRawPointer? {
        guard let block else { return allocate(count) }
        guard count > 0 else {
            free(block)
            return nil
        }
        guard let moved = allocate(count) else { return nil }
        let old = (block - headerBytes).load(as: Int.self)
        moved.copyMemory(from: block, byteCount: min(old, count))
        free(block)
        return moved
    }

    private static func free(_ block: UnsafeMutableRawPointer?) {
        guard let block else { return }
        let start = block - headerBytes
        held.subtract(start.load(as: Int.self), ordering: .relaxed)
        Glibc.free(start)
    }
}
