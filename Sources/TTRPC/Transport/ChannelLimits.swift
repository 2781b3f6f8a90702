internal import OpenSSL
internal import Reactor

/// What one connection may take of memory and time.
public struct ChannelLimits: Sendable, Hashable {
    /// The most data one frame may carry, in bytes; the protocol's own limit is 4 MiB.
    public var frameBytesMax = FrameHeader.dataBytesMax
    /// How many bytes of oversized frames are read and thrown away before the connection closes.
    public var discardedBytesMax = 32 << 20
    /// With more unsent bytes than this, no more is read from the connection.
    public var unsentBytesHigh = 1 << 20
    /// With fewer unsent bytes than this, reading goes on.
    public var unsentBytesLow = 256 << 10
    /// With more unsent bytes than this, the connection closes.
    public var unsentBytesMax = 64 << 20
    /// How long connecting and a TLS handshake may take.
    public var handshakeTimeMax = Duration.seconds(10)
    /// How long a frame may take from its first byte to its last.
    public var frameTimeMax = Duration.seconds(10)
    /// How long unsent bytes may wait while the peer takes none of them, or fewer than
    /// `writeProgressBytesMin`.
    public var writeTimeMax = Duration.seconds(15)
    /// What a slow reader must take in every `writeTimeMax`, in bytes.
    public var writeProgressBytesMin = 64 << 10
    /// How long a connection without a call may be silent.
    public var idleTimeMax = Duration.seconds(900)
    /// How long a TCP peer may be out of reach, with calls in flight or without, before the
    /// connection closes; in whole seconds. A peer on a Unix socket cannot be: the kernel tells.
    public var unreachableTimeMax = Duration.seconds(60)

    public init() {}
}

/// Why a connection ended.
enum ChannelCloseReason: Error, Sendable, CustomStringConvertible {
    case peerClosed
    case local
    case idle
    case handshakeTimedOut
    case handshakeFailed(OpenSSLError)
    case certificateRevoked
    case frameTimedOut
    case writeTimedOut
    case unsentBytesExceeded
    case discardLimitExceeded
    case keptBytesExceeded
    case unsentTotalExceeded
    case protocolViolation(String)
    case tls(String)
    case system(SystemError)

    var description: String {
        switch self {
        case .peerClosed: "the peer closed the connection"
        case .local: "the connection was closed"
        case .idle: "the connection was idle"
        case .handshakeTimedOut: "connecting or the TLS handshake took too long"
        case .handshakeFailed(let error): "TLS: \(error)"
        case .certificateRevoked: "its certificate has been revoked"
        case .frameTimedOut: "a frame took too long to arrive"
        case .writeTimedOut: "the peer does not read"
        case .unsentBytesExceeded: "too many bytes wait for the peer to read them"
        case .discardLimitExceeded: "too many bytes of oversized frames"
        case .keptBytesExceeded: "too many unfinished frames on all connections together"
        case .unsentTotalExceeded: "too many unsent bytes on all connections together"
        case .protocolViolation(let what): "protocol violation: \(what)"
        case .tls(let what): "TLS: \(what)"
        case .system(let error): error.description
        }
    }
}

/// The times that decide when a connection has had enough: a pure struct, asked by one timer.
struct ChannelDeadlines {
    private let limits: ChannelLimits
    private var handshakeStarted: MonotonicInstant?
    private var frameStarted: MonotonicInstant?
    private var writeWindow: (start: MonotonicInstant, taken: Int, pending: Int)?
    private var lastActivity: MonotonicInstant

    enum Verdict {
        case expired(ChannelCloseReason)
        case checkAgain(at: MonotonicInstant)
    }

    init(limits: ChannelLimits, now: MonotonicInstant, handshake: Bool) {
        self.limits = limits
        lastActivity = now
        handshakeStarted = handshake ? now : nil
    }

    mutating func handshakeDone(now: MonotonicInstant) {
        handshakeStarted = nil
        lastActivity = now
    }

    /// Bytes came; `isInsideFrame` says whether they end in the middle of a frame. True when that
    /// starts a new, earlier deadline.
    mutating func received(isInsideFrame: Bool, completedFrame: Bool, now: MonotonicInstant) -> Bool
    {
        lastActivity = now
        guard isInsideFrame else {
            frameStarted = nil
            return false
        }
        guard frameStarted == nil || completedFrame else { return false }
        frameStarted = now
        return true
    }

    /// `pending` bytes could not be sent. True when that starts a new deadline.
    mutating func writeBlocked(pending: Int, now: MonotonicInstant) -> Bool {
        guard writeWindow == nil else { return false }
        writeWindow = (start: now, taken: 0, pending: pending)
        return true
    }

    /// The peer took `count` bytes; `pending` are left.
    mutating func wrote(_ count: Int, pending: Int, now: MonotonicInstant) {
        lastActivity = now
        if pending == 0 { writeWindow = nil } else { writeWindow?.taken += count }
    }

    /// What holds at `now`. A connection with calls in flight is never idle.
    mutating func verdict(hasCalls: Bool, pending: Int, now: MonotonicInstant) -> Verdict {
        if let start = handshakeStarted {
            let end = start.advanced(by: limits.handshakeTimeMax)
            return end <= now ? .expired(.handshakeTimedOut) : .checkAgain(at: end)
        }
        var next = MonotonicInstant.distantFuture
        if let start = frameStarted {
            let end = start.advanced(by: limits.frameTimeMax)
            if end <= now { return .expired(.frameTimedOut) }
            next = min(next, end)
        }
        if let window = writeWindow {
            let end = window.start.advanced(by: limits.writeTimeMax)
            if end <= now {
                guard window.taken >= min(limits.writeProgressBytesMin, window.pending) else {
                    return .expired(.writeTimedOut)
                }
                writeWindow = (start: now, taken: 0, pending: pending)
                next = min(next, now.advanced(by: limits.writeTimeMax))
            } else {
                next = min(next, end)
            }
        }
        let idle = (hasCalls ? now : lastActivity).advanced(by: limits.idleTimeMax)
        return idle <= now ? .expired(.idle) : .checkAgain(at: min(next, idle))
    }
}
