internal import Glibc

/// Cuts a stream of bytes into frames.
///
/// A frame that lies whole in the bytes just read is handed on in place. Only a frame that is cut
/// off is kept, and what is kept grows with the bytes that came, never with the length that the
/// header promises: ten bytes that promise 4 MiB cost ten bytes.
///
/// It is between frames (nothing kept), inside a frame (`kept` holds its beginning) or discarding
/// the data of an oversized frame; `next` moves it from one to the other.
struct FrameDecoder: ~Copyable {
    enum Event {
        /// Every byte given is used up.
        case needsMoreBytes
        /// A whole frame. The bytes are valid until `next` is called again or the input goes.
        case frame(FrameHeader, UnsafeRawBufferPointer)
        /// A header whose length is over `dataBytesMax`. Its data is skipped as it comes.
        case oversized(FrameHeader)
        /// More oversized data than `discardedBytesMax`: the connection is not worth keeping.
        case discardLimitExceeded
        /// The beginnings of frames, of all connections together, are over their budget.
        case budgetExceeded
    }

    /// The most data one frame may carry.
    private let dataBytesMax: Int
    /// How many bytes of oversized frames one connection may make us read and throw away.
    private var discardBudget: Int

    private var kept: KeptBytes
    /// Bytes of an oversized frame still to be skipped.
    private var discarding = 0
    /// Whether `kept` holds a frame that was handed out and is to be dropped.
    private var keptIsDone = false

    /// - Parameter budget: What this and other decoders may keep together; nil for no such limit.
    init(
        dataBytesMax: Int = FrameHeader.dataBytesMax, discardedBytesMax: Int,
        budget: ByteBudget? = nil
    ) {
        kept = KeptBytes(budget: budget)
        self.dataBytesMax = dataBytesMax
        discardBudget = discardedBytesMax
    }

    /// Whether the peer owes the rest of a frame.
    var isInsideFrame: Bool { discarding > 0 || (!keptIsDone && kept.count > 0) }

    /// Takes bytes off the front of `input` until something can be said.
    mutating func next(_ input: inout UnsafeRawBufferPointer) -> Event {
        if keptIsDone {
            kept.free()
            keptIsDone = false
        }
        if discarding > 0 {
            let skipped = min(discarding, input.count)
            input = input.dropping(skipped)
            discarding -= skipped
            if discarding > 0 { return .needsMoreBytes }
        }
        return kept.count == 0 ? nextInPlace(&input) : nextKept(&input)
    }

    private mutating func nextInPlace(_ input: inout UnsafeRawBufferPointer) -> Event {
        guard input.count >= FrameHeader.byteCount, let base = input.baseAddress else {
            return keep(&input)
        }
        let header = FrameHeader(reading: base)
        guard header.length <= dataBytesMax else {
            input = input.dropping(FrameHeader.byteCount)
            return discard(header)
        }
        let whole = FrameHeader.byteCount + Int(header.length)
        guard input.count >= whole else { return keep(&input) }
        let data = UnsafeRawBufferPointer(rebasing: input[FrameHeader.byteCount..<whole])
        input = input.dropping(whole)
        return .frame(header, data)
    }

    private mutating func nextKept(_ input: inout UnsafeRawBufferPointer) -> Event {
        if kept.count < FrameHeader.byteCount {
            guard kept.append(from: &input, upTo: FrameHeader.byteCount) else {
                return .budgetExceeded
            }
            guard kept.count == FrameHeader.byteCount else { return .needsMoreBytes }
        }
        let header = kept.header
        guard header.length <= dataBytesMax else {
            kept.free()
            return discard(header)
        }
        let whole = FrameHeader.byteCount + Int(header.length)
        guard kept.append(from: &input, upTo: whole) else { return .budgetExceeded }
        guard kept.count == whole else { return .needsMoreBytes }
        keptIsDone = true
        return .frame(header, kept.data)
    }

    private mutating func keep(_ input: inout UnsafeRawBufferPointer) -> Event {
        kept.append(from: &input, upTo: input.count) ? .needsMoreBytes : .budgetExceeded
    }

    private mutating func discard(_ header: FrameHeader) -> Event {
        let (left, overflow) = discardBudget.subtractingReportingOverflow(Int(header.length))
        guard !overflow, left >= 0 else { return .discardLimitExceeded }
        discardBudget = left
        discarding = Int(header.length)
        return .oversized(header)
    }
}

/// The beginning of a frame whose end has not come yet.
private struct KeptBytes: ~Copyable {
    private static let smallestAllocation = 512

    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0
    private let budget: ByteBudget?

    init(budget: ByteBudget?) {
        self.budget = budget
    }

    deinit {
        if let base { Self.discard(base, count) }
        budget?.giveBack(capacity)
    }

    /// What is left behind may be a credential.
    private static func discard(_ base: UnsafeMutableRawPointer, _ count: Int) {
        explicit_bzero(base, count)
        base.deallocate()
    }

    /// The header; there are at least `FrameHeader.byteCount` bytes.
    var header: FrameHeader {
        guard let base, count >= FrameHeader.byteCount else {
            preconditionFailure("a header is read once its bytes are there")
        }
        return FrameHeader(reading: base)
    }

    /// What follows the header.
    var data: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(start: base, count: count)[FrameHeader.byteCount...])
    }

    /// Takes bytes off the front of `input` until `count` reaches `target` or none are left. False
    /// when the budget does not allow to keep them.
    mutating func append(
        from input: inout UnsafeRawBufferPointer, upTo target: Int
    ) -> Bool {
        let taken = min(target - count, input.count)
        guard taken > 0, let source = input.baseAddress else { return true }
        guard let space = reserve(taken, upTo: target) else { return false }
        space.copyMemory(from: source, byteCount: taken)
        count += taken
        input = input.dropping(taken)
        return true
    }

    mutating func free() {
        if let base { Self.discard(base, count) }
        budget?.giveBack(capacity)
        base = nil
        capacity = 0
        count = 0
    }

    private mutating func reserve(_ more: Int, upTo target: Int) -> UnsafeMutableRawPointer? {
        if let base, count + more <= capacity { return base + count }
        // Doubled, so that a frame that dribbles in costs few copies, but no more than the frame.
        let wanted = max(count + more, min(target, 2 * capacity), Self.smallestAllocation)
        if let budget, !budget.take(wanted - capacity) { return nil }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        if let base {
            larger.copyMemory(from: base, byteCount: count)
            Self.discard(base, count)
        }
        base = larger
        capacity = wanted
        return larger + count
    }
}

extension UnsafeRawBufferPointer {
    /// The same bytes without the first `count`.
    func dropping(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[count...])
    }
}
