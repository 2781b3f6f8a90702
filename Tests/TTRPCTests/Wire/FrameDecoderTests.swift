internal import TestSupport
internal import Testing

@testable internal import TTRPC

@Suite("Frame decoder")
struct FrameDecoderTests {
    /// What came out of a decoder, with the data copied.
    enum Seen: Equatable {
        case frame(FrameHeader, [UInt8])
        case oversized(FrameHeader)
        case discardLimitExceeded
        case budgetExceeded
    }

    private static func frame(_ header: FrameHeader, _ data: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: FrameHeader.byteCount)
        bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { header.write(to: base) }
        }
        return bytes + data
    }

    private static func header(_ length: Int, _ stream: UInt32 = 1) -> FrameHeader {
        FrameHeader(
            length: UInt32(length), stream: stream, type: .data, flags: [.remoteClosed])
    }

    /// Feeds `bytes` in the given pieces.
    private static func decode(
        _ bytes: [UInt8], pieces: [Int], dataBytesMax: Int = 64, discardedBytesMax: Int = 1000,
        budget: ByteBudget? = nil
    ) -> (seen: [Seen], isInsideFrame: Bool) {
        var decoder = FrameDecoder(
            dataBytesMax: dataBytesMax, discardedBytesMax: discardedBytesMax, budget: budget)
        var seen: [Seen] = []
        var offset = 0
        for piece in pieces {
            let end = min(bytes.count, offset + piece)
            Array(bytes[offset..<end]).withUnsafeBytes { raw in
                var input = raw
                feeding: while true {
                    switch decoder.next(&input) {
                    case .needsMoreBytes: break feeding
                    case .frame(let header, let data): seen.append(.frame(header, Array(data)))
                    case .oversized(let header): seen.append(.oversized(header))
                    case .discardLimitExceeded:
                        seen.append(.discardLimitExceeded)
                        break feeding
                    case .budgetExceeded:
                        seen.append(.budgetExceeded)
                        break feeding
                    }
                }
            }
            offset = end
        }
        return (seen, decoder.isInsideFrame)
    }

    @Test("the header is ten bytes, big endian, type and flags last")
    func headerBytes() {
        let header = FrameHeader(
            length: 0x0102_0304, stream: 0x0506_0708, type: .response, flags: [.noData])
        #expect(Self.frame(header, []) == [1, 2, 3, 4, 5, 6, 7, 8, 2, 4])
        Self.frame(header, []).withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            #expect(FrameHeader(reading: base) == header)
        }
    }

    @Test("frames cut anywhere come out whole and in order", arguments: 1...40)
    func cutAnywhere(piece: Int) {
        let frames: [(FrameHeader, [UInt8])] = [
            (Self.header(0, 1), []), (Self.header(5, 3), [1, 2, 3, 4, 5]),
            (Self.header(64, 5), Array(0..<64)), (Self.header(1, 7), [9]),
        ]
        let bytes = frames.flatMap { Self.frame($0.0, $0.1) }
        let pieces = [Int](repeating: piece, count: bytes.count / piece + 1)
        let result = Self.decode(bytes, pieces: pieces)
        #expect(result.seen == frames.map { .frame($0.0, $0.1) })
        #expect(!result.isInsideFrame)
    }

    @Test("a truncated frame is waited for", arguments: [1, 9, 10, 14])
    func truncated(count: Int) {
        let bytes = Self.frame(Self.header(5), [1, 2, 3, 4, 5])
        let result = Self.decode(Array(bytes[..<count]), pieces: [count])
        #expect(result.seen.isEmpty)
        #expect(result.isInsideFrame)
    }

    @Test(
        "an oversized frame is reported at once, skipped, and the next frame is read",
        arguments: [1, 3, 10, 11, 50, 500])
    func oversized(piece: Int) {
        let big = Self.header(65, 9)
        let bytes =
            Self.frame(big, [UInt8](repeating: 7, count: 65))
            + Self.frame(Self.header(2, 11), [1, 2])
        let pieces = [Int](repeating: piece, count: bytes.count / piece + 1)
        let result = Self.decode(bytes, pieces: pieces)
        #expect(result.seen == [.oversized(big), .frame(Self.header(2, 11), [1, 2])])
    }

    @Test("more oversized data than the budget is the end")
    func discardBudget() {
        let big = Self.header(600)
        let one = Self.frame(big, [UInt8](repeating: 0, count: 600))
        let result = Self.decode(one + one, pieces: [2000], discardedBytesMax: 1000)
        #expect(result.seen == [.oversized(big), .discardLimitExceeded])
    }

    @Test("a header that promises 4 GiB is refused before anything is kept for it")
    func fourGibibytes() {
        let header = FrameHeader(length: .max, stream: 1, type: .request)
        let result = Self.decode(Self.frame(header, []), pieces: [10])
        #expect(result.seen == [.discardLimitExceeded])
    }

    @Test("unfinished frames share a budget, and give back what they took")
    func budget() {
        let budget = ByteBudget(bytesMax: 3000)
        let bytes = Self.frame(Self.header(2000), [UInt8](repeating: 1, count: 2000))
        let unfinished = Array(bytes[..<1900])
        var first = FrameDecoder(discardedBytesMax: 0, budget: budget)
        unfinished.withUnsafeBytes { raw in
            var input = raw
            guard case .needsMoreBytes = first.next(&input) else {
                Issue.record("the first was refused")
                return
            }
        }
        #expect(budget.bytesUsed >= 1900)
        let second = Self.decode(unfinished, pieces: [1900], dataBytesMax: 4096, budget: budget)
        #expect(second.seen == [.budgetExceeded])
        let whole = Self.decode(bytes, pieces: [2010], dataBytesMax: 4096, budget: budget)
        #expect(whole.seen.count == 1, "a frame that comes whole is never kept")
        _ = consume first
        #expect(budget.bytesUsed == 0)
    }

    @Test("random bytes in random pieces never trap", arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func randomBytes(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0..<300, using: &random)).map { _ in
                // Many zeros, so that lengths are often small.
                Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
            }
            let pieces = bytes.map { _ in Int.random(in: 1..<40, using: &random) }
            _ = Self.decode(bytes, pieces: pieces)
        }
    }
}
