internal import Glibc

/// Bytes on their way out: written at the end, taken by the socket from the front. They may be
/// secrets, such as a key that is shown once, so none stay here.
final class OutboundBuffer {
    private var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    private var start = 0
    private var end = 0

    init(capacity: Int) {
        base = .allocate(byteCount: capacity, alignment: 16)
        self.capacity = capacity
    }

    deinit {
        explicit_bzero(base + start, count)
        base.deallocate()
    }

    var count: Int { end - start }

    var unsent: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + start, count: end - start)
    }

    /// Room for `byteCount` more bytes, which count as written. Valid until the next call.
    func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if end + byteCount > capacity { makeRoom(byteCount) }
        let place = base + end
        end += byteCount
        return place
    }

    /// Takes back what was reserved since `count` was `mark`.
    func truncate(to mark: Int) {
        explicit_bzero(base + start + mark, count - mark)
        end = start + mark
    }

    func consume(_ byteCount: Int) {
        explicit_bzero(base + start, byteCount)
        start += byteCount
        guard start == end else { return }
        start = 0
        end = 0
    }

    private func makeRoom(_ byteCount: Int) {
        let kept = count
        let needed = kept + byteCount
        if needed <= capacity, start >= capacity / 2 {
            base.copyMemory(from: base + start, byteCount: kept)
            // The two do not overlap: what is kept began in the second half.
            explicit_bzero(base + start, kept)
        } else {
            capacity = max(needed, 2 * capacity)
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
            larger.copyMemory(from: base + start, byteCount: kept)
            explicit_bzero(base + start, kept)
            base.deallocate()
            base = larger
        }
        start = 0
        end = kept
    }
}

/// What the channels of one loop share: the buffer that reads land in, and spare outbound buffers,
/// so that an idle connection owns neither.
final class ChannelBuffers {
    /// The most one read takes.
    static let readBytesMax = 64 << 10
    static let outboundBytesInitial = 16 << 10
    /// How many outbound buffers are kept for the next channel that needs one.
    static let spareBuffersMax = 64
    /// A buffer that grew larger is given back to the system.
    static let spareBufferBytesMax = 256 << 10

    let read = UnsafeMutableRawBufferPointer.allocate(byteCount: readBytesMax, alignment: 64)
    /// What the channels may keep of unfinished frames, with those of the other loops; nil for no
    /// limit but each channel's own.
    let keptBytes: ByteBudget?
    /// The same for bytes that wait for their peers.
    let unsentBytes: ByteBudget?
    private var spare: [OutboundBuffer] = []

    init(keptBytes: ByteBudget? = nil, unsentBytes: ByteBudget? = nil) {
        self.keptBytes = keptBytes
        self.unsentBytes = unsentBytes
    }

    deinit { read.deallocate() }

    /// Zeroes the first bytes of `read`.
    func clear(_ count: Int) {
        if let base = read.baseAddress { explicit_bzero(base, count) }
    }

    func takeOutbound() -> OutboundBuffer {
        spare.popLast() ?? OutboundBuffer(capacity: Self.outboundBytesInitial)
    }

    /// Takes back a buffer that is empty.
    func giveBack(_ buffer: OutboundBuffer) {
        guard spare.count < Self.spareBuffersMax, buffer.capacity <= Self.spareBufferBytesMax
        else { return }
        spare.append(buffer)
    }
}
