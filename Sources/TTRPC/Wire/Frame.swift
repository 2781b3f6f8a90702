/// The 10 bytes before every message: data length and stream id, big endian, then type and flags.
struct FrameHeader: Hashable, Sendable {
    /// The size of the header on the wire.
    static let byteCount = 10
    /// The most data a frame may carry, by the protocol.
    static let dataBytesMax = 4 << 20

    var length: UInt32
    var stream: UInt32
    var type: FrameType
    var flags: FrameFlags

    init(length: UInt32, stream: UInt32, type: FrameType, flags: FrameFlags = []) {
        self.length = length
        self.stream = stream
        self.type = type
        self.flags = flags
    }

    /// Reads a header; `bytes` holds at least `byteCount` bytes.
    init(reading bytes: UnsafeRawPointer) {
        length = UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))
        stream = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        type = FrameType(rawValue: bytes.load(fromByteOffset: 8, as: UInt8.self))
        flags = FrameFlags(rawValue: bytes.load(fromByteOffset: 9, as: UInt8.self))
    }

    /// Writes the header to the `byteCount` bytes at `target`.
    func write(to target: UnsafeMutableRawPointer) {
        target.storeBytes(of: length.bigEndian, as: UInt32.self)
        target.storeBytes(of: stream.bigEndian, toByteOffset: 4, as: UInt32.self)
        target.storeBytes(of: type.rawValue, toByteOffset: 8, as: UInt8.self)
        target.storeBytes(of: flags.rawValue, toByteOffset: 9, as: UInt8.self)
    }
}

/// What a frame is. Numbers without a name are kept, so that they can be answered.
struct FrameType: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt8

    /// Opens a stream.
    static let request = FrameType(rawValue: 1)
    /// Ends a stream, with a status and perhaps a message.
    static let response = FrameType(rawValue: 2)
    /// A message of a stream.
    static let data = FrameType(rawValue: 3)
}

struct FrameFlags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// The sender will send no more on this stream.
    static let remoteClosed = FrameFlags(rawValue: 0x01)
    /// The sender of a request will send messages after it.
    static let remoteOpen = FrameFlags(rawValue: 0x02)
    /// There is no message in this frame; without it, no bytes are an empty message.
    static let noData = FrameFlags(rawValue: 0x04)
    /// On a data frame: the client gives the stream up. Closed and open at once says nothing else,
    /// and who does not know the sign reads a half-close.
    static let givesUp: FrameFlags = [.remoteClosed, .remoteOpen, .noData]
}
