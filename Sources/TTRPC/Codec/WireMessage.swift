/// A message that can be read from and written to the wire.
///
/// The runtime knows nothing else about messages, so any serialization can stand behind it;
/// `ProtobufMessage` gives the one of libprotobuf-c.
public protocol WireMessage: Sendable {
    /// Reads one message from `bytes`, which are valid for the length of the call only.
    ///
    /// - Throws: `RPCError` with `INVALID_ARGUMENT` that names the field and the rule it breaks.
    init(wire bytes: UnsafeRawBufferPointer) throws(RPCError)

    /// Writes the message: `reserve` is called exactly once, with the exact size in bytes, and
    /// that many bytes are written at the pointer that it returns. So a message lands in the
    /// connection's buffer without a copy between.
    ///
    /// - Throws: `RPCError` with `INVALID_ARGUMENT` when the message cannot be represented.
    func encode(reserve: (Int) -> UnsafeMutableRawPointer) throws(RPCError)
}

extension WireMessage {
    /// The serialized message as an array of its own.
    ///
    /// - Throws: see `encode(reserve:)`.
    public func wireBytes() throws(RPCError) -> [UInt8] {
        var storage: UnsafeMutableRawPointer?
        var count = 0
        defer { storage?.deallocate() }
        try encode { size in
            let place = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1), alignment: 16)
            storage = place
            count = size
            return place
        }
        return Array(UnsafeRawBufferPointer(start: storage, count: count))
    }
}

/// A message passed through as it is, for callers that bring their own serialization.
public struct RawMessage: WireMessage, Hashable {
    public var bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(wire bytes: UnsafeRawBufferPointer) throws(RPCError) {
        self.bytes = Array(bytes)
    }

    public func encode(reserve: (Int) -> UnsafeMutableRawPointer) throws(RPCError) {
        let target = reserve(bytes.count)
        bytes.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            target.copyMemory(from: base, byteCount: source.count)
        }
    }
}
