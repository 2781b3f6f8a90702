@testable internal import TTRPC

/// The frame decoder: however the bytes are cut, the same frames come out, and it never keeps more
/// than it was given.
enum FrameFuzzing {
    /// The first byte says how the rest is cut: into pieces of that many bytes.
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let whole = events(bytes, pieces: max(1, bytes.count))
        let cut = events(bytes, pieces: Int(first) + 1)
        precondition(whole == cut, "cutting changes what comes out")
    }

    private static func events(_ bytes: UnsafeRawBufferPointer, pieces: Int) -> [String] {
        // Limits that a small input reaches.
        let budget = ByteBudget(bytesMax: 1 << 20)
        var events: [String] = []
        do {
            var decoder = FrameDecoder(
                dataBytesMax: 64, discardedBytesMax: 1024, budget: budget)
            var rest = bytes
            feeding: while !rest.isEmpty {
                var piece = UnsafeRawBufferPointer(rebasing: rest.prefix(pieces))
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(pieces))
                while true {
                    switch decoder.next(&piece) {
                    case .needsMoreBytes:
                        precondition(piece.isEmpty, "bytes are left although more are wanted")
                        continue feeding
                    case .frame(let header, let data):
                        precondition(data.count == Int(header.length))
                        events.append("\(header) \(Array(data))")
                    case .oversized(let header): events.append("over \(header)")
                    case .discardLimitExceeded:
                        events.append("discard limit")
                        break feeding
                    case .budgetExceeded: preconditionFailure("it keeps more than it was given")
                    }
                }
            }
            events.append("inside \(decoder.isInsideFrame)")
        }
        precondition(budget.bytesUsed == 0, "a decoder that is gone gives back what it took")
        return events
    }
}
