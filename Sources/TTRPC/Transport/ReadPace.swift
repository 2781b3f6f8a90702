/// How much of one connection is read before the next one's turn. Decides; `Channel` reads.
///
/// A call costs the loop microseconds, and whoever waits behind a thousand of them pays for all. So
/// one readiness event brings about `framesPerEventMax` frames, and fewer where others are ready
/// too, or where calls need handlers: those cost several times as much as an answer at once. What
/// has been read is handed out whole, since all connections of a loop read into the same memory; so
/// no more is read at once than holds that many.
struct ReadPace {
    /// How many reads, each of a TLS record or of what a socket holds, one event may bring.
    static let readsPerEventMax = 8
    static let framesPerEventMax = 64
    static let framesPerSharedEventMax = 16
    /// For how many frames one counts that begins a handler.
    static let framesPerHandler = 4
    static let bytesMin = 1 << 9

    /// How much to read at once.
    private(set) var bytes = 8 << 10
    private var framesMax = Self.framesPerEventMax
    private var frames = 0
    private var reads = 0
    private var framesOfRead = 0

    /// - Parameter isShared: Whether other connections wait for their turn.
    mutating func begin(isShared: Bool) {
        framesMax = isShared ? Self.framesPerSharedEventMax : Self.framesPerEventMax
        frames = 0
        reads = 0
    }

    /// Whether it is still this connection's turn.
    var mayRead: Bool { reads < Self.readsPerEventMax && frames < framesMax }

    mutating func willRead() {
        reads += 1
        framesOfRead = 0
    }

    /// - Parameter beganHandler: Whether work goes on for it.
    mutating func tookFrame(beganHandler: Bool = false) {
        let count = beganHandler ? Self.framesPerHandler : 1
        frames += count
        framesOfRead += count
    }

    /// - Parameter count: How many bytes the read brought.
    mutating func didRead(_ count: Int) {
        if framesOfRead > framesMax {
            bytes = max(Self.bytesMin, bytes / 2)
        } else if count == bytes, framesOfRead < framesMax / 4 {
            bytes = min(ChannelBuffers.readBytesMax, bytes * 2)
        }
    }

    /// Whether the last read ended at least one frame.
    var completedFrame: Bool { framesOfRead > 0 }
}
