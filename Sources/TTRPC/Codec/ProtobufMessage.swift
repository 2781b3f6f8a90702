public import CProtobufC

/// A message that libprotobuf-c packs and unpacks. Generated types conform; a program only uses
/// them as the values that they are.
///
/// `WireMessage` comes for free. Reading goes through `ProtobufPrescan` first, because
/// libprotobuf-c trusts the depth, the counts and the text that it is given.
public protocol ProtobufMessage: WireMessage, Hashable {
    /// The struct that protoc-c made of the message.
    associatedtype CMessage

    /// What protoc-c wrote down about the message.
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { get }

    /// The message with every field at its default.
    init()

    /// Copies a message out of C's memory. Its text was found valid before it was unpacked.
    init(copying message: UnsafePointer<CMessage>)

    /// Writes the fields into `message`, which is initialised to defaults. Everything that it
    /// points to comes from `arena`.
    ///
    /// - Throws: `INVALID_ARGUMENT` for text that C cannot represent; `RESOURCE_EXHAUSTED` for more
    ///   than the arena may hold.
    func fill(
        _ message: UnsafeMutablePointer<CMessage>, in arena: ProtobufArena
    ) throws(RPCError)
}

// Inlinable, so that they are compiled for each message: through the generic ones every access to
// the message's C struct would ask for its type first.
extension ProtobufMessage {
    @inlinable
    public init(wire bytes: UnsafeRawBufferPointer) throws(RPCError) {
        let arena = ProtobufArena.borrow()
        defer { arena.giveBack() }
        let message = try arena.unpack(bytes, as: Self.descriptor)
        self.init(copying: UnsafeRawPointer(message).assumingMemoryBound(to: CMessage.self))
    }

    @inlinable
    public func encode(reserve: (Int) -> UnsafeMutableRawPointer) throws(RPCError) {
        let arena = ProtobufArena.borrow()
        defer { arena.giveBack() }
        let message = try arena.message(self)
        ProtobufArena.pack(UnsafeRawPointer(message), reserve: reserve)
    }
}

extension ProtobufArena {
    /// Checks and unpacks `bytes`.
    ///
    /// - Throws: `INVALID_ARGUMENT` naming the field and the rule; `RESOURCE_EXHAUSTED` when the
    ///   message would take more memory than `decodedBytesMax`.
    @usableFromInline
    func unpack(
        _ bytes: UnsafeRawBufferPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) throws(RPCError) -> UnsafePointer<ProtobufCMessage> {
        try ProtobufPrescan.check(bytes, against: descriptor)
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let message = protobuf_c_message_unpack(descriptor, allocator, bytes.count, start)
        else {
            guard !isExhausted else { throw Self.exhausted }
            throw RPCError(.invalidArgument, "the message is not valid protobuf")
        }
        return UnsafePointer(message)
    }

    /// Packs a message struct where `reserve` says.
    @usableFromInline
    static func pack(_ message: UnsafeRawPointer, reserve: (Int) -> UnsafeMutableRawPointer) {
        let base = message.assumingMemoryBound(to: ProtobufCMessage.self)
        let target = reserve(protobuf_c_message_get_packed_size(base))
        protobuf_c_message_pack(base, target.assumingMemoryBound(to: UInt8.self))
    }
}
