internal import CProtobufC
internal import Glibc

/// The memory of one message while it is packed or unpacked.
///
/// It only ever moves a pointer forward, and everything goes at once when the message is done;
/// freeing the single parts, as libprotobuf-c would through malloc, costs more than the decoding
/// itself. Its size is capped, because a few bytes on the wire can ask for a hundred times as many
/// in memory. Each thread keeps one, so that in steady state a message allocates nothing.
public final class ProtobufArena {
    /// The most memory that one message may take while it is packed or unpacked, in bytes.
    public static let decodedBytesMax = 32 << 20
    /// The block that a thread keeps between messages, in bytes.
    static let firstBlockBytes = 64 << 10

    /// Lives outside the object, at an address that C may keep.
    private let state: UnsafeMutablePointer<ProtobufArenaState>
    private var isBorrowed = false

    /// An arena of its own, for callers that pack outside of `encode(reserve:)`.
    public convenience init() {
        self.init(bytesMax: Self.decodedBytesMax)
    }

    init(bytesMax: Int) {
        state = .allocate(capacity: 1)
        state.initialize(to: ProtobufArenaState(bytesMax: bytesMax))
        state.pointee.allocator = ProtobufCAllocator(
            alloc: allocateFromArena, free: keepInArena, allocator_data: state)
    }

    deinit {
        state.pointee.releaseAll()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// What libprotobuf-c allocates from while it unpacks into this arena.
    var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
        UnsafeMutableRawPointer(state).assumingMemoryBound(to: ProtobufCAllocator.self)
    }

    /// Whether an allocation was refused because of the cap.
    var isExhausted: Bool { state.pointee.isExhausted }

    /// Forgets everything that was allocated, and zeroes it: it may hold a credential. Pointers
    /// into the arena end here.
    func reset() {
        state.pointee.reset()
    }

    /// Memory of `size` bytes, aligned to 16.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` when the message would take more than `decodedBytesMax`.
    @usableFromInline
    func allocateBytes(_ size: Int) throws(RPCError) -> UnsafeMutableRawPointer {
        guard let memory = state.pointee.allocate(size) else { throw Self.exhausted }
        return memory
    }

    static var exhausted: RPCError {
        RPCError(
            .resourceExhausted, "the message takes more than \(decodedBytesMax) bytes in memory")
    }
}

// MARK: - One arena per thread

extension ProtobufArena {
    /// The thread's own arena, empty, until `giveBack()`. A message packed while another one is
    /// being packed on the same thread gets a fresh arena.
    @usableFromInline
    static func borrow() -> ProtobufArena {
        if let kept = pthread_getspecific(threadKey) {
            let arena = Unmanaged<ProtobufArena>.fromOpaque(kept).takeUnretainedValue()
            if arena.isBorrowed { return ProtobufArena() }
            arena.isBorrowed = true
            return arena
        }
        let arena = ProtobufArena()
        arena.isBorrowed = true
        pthread_setspecific(threadKey, Unmanaged.passRetained(arena).toOpaque())
        return arena
    }

    /// Ends a `borrow()`.
    @usableFromInline
    func giveBack() {
        reset()
        isBorrowed = false
    }

    /// The destructor runs when a thread ends. A key that could not be made stays at the highest
    /// value, which never holds anything: each message then has an arena of its own.
    private static let threadKey: pthread_key_t = {
        var key = pthread_key_t.max
        _ = pthread_key_create(&key) { kept in
            guard let kept else { return }
            Unmanaged<ProtobufArena>.fromOpaque(kept).release()
        }
        return key
    }()
}

/// A C function, because libprotobuf-c calls it for every part of a message.
private func allocateFromArena(
    _ state: UnsafeMutableRawPointer?, _ size: Int
) -> UnsafeMutableRawPointer? {
    state?.assumingMemoryBound(to: ProtobufArenaState.self).pointee.allocate(size)
}

/// Parts are not freed one by one.
private func keepInArena(_ state: UnsafeMutableRawPointer?, _ part: UnsafeMutableRawPointer?) {}

// MARK: - The blocks

/// The bump pointer and the blocks behind it.
private struct ProtobufArenaState {
    /// First, so that the address of the state is also the address of the allocator.
    var allocator = ProtobufCAllocator()
    private var cursor: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer
    private let firstBlock: UnsafeMutableRawPointer
    /// Blocks past the first one; they go at the end of the message.
    private var furtherBlocks: [UnsafeMutableRawBufferPointer] = []
    private var furtherBytes = 0
    /// How much of the first block was used before the others came.
    private var firstBlockUsed = 0
    private let bytesMax: Int
    private(set) var isExhausted = false

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
        firstBlock = .allocate(byteCount: ProtobufArena.firstBlockBytes, alignment: 16)
        cursor = firstBlock
        end = firstBlock + ProtobufArena.firstBlockBytes
    }

    /// `size` comes from C as a size_t, so it may be anything, less than zero included.
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        // Blocks are multiples of 16 bytes long: what fits before rounding fits after it.
        guard UInt(bitPattern: size) <= UInt(bitPattern: end - cursor) else {
            return allocateBlock(size)
        }
        let memory = cursor
        cursor += (size &+ 15) & ~15
        return memory
    }

    /// Blocks double, so that their number stays small whatever the message.
    @inline(never)
    private mutating func allocateBlock(_ size: Int) -> UnsafeMutableRawPointer? {
        let left = bytesMax - ProtobufArena.firstBlockBytes - furtherBytes
        guard size >= 0, size <= left - 15 else {
            isExhausted = true
            return nil
        }
        let wished = max(furtherBytes, 2 * ProtobufArena.firstBlockBytes)
        let bytes = min(max((size + 15) & ~15, wished), left & ~15)
        // The rest of the block before is not used any more.
        if furtherBlocks.isEmpty { firstBlockUsed = cursor - firstBlock }
        let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        furtherBlocks.append(UnsafeMutableRawBufferPointer(start: block, count: bytes))
        furtherBytes += bytes
        cursor = block + ((size + 15) & ~15)
        end = block + bytes
        return block
    }

    mutating func reset() {
        isExhausted = false
        guard !furtherBlocks.isEmpty else {
            explicit_bzero(firstBlock, cursor - firstBlock)
            cursor = firstBlock
            return
        }
        explicit_bzero(firstBlock, firstBlockUsed)
        cursor = firstBlock
        end = firstBlock + ProtobufArena.firstBlockBytes
        for block in furtherBlocks {
            if let base = block.baseAddress { explicit_bzero(base, block.count) }
            block.deallocate()
        }
        furtherBlocks = []
        furtherBytes = 0
    }

    mutating func releaseAll() {
        reset()
        firstBlock.deallocate()
    }
}
