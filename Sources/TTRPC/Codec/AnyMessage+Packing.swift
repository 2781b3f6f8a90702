internal import CProtobufC

extension ProtobufMessage {
    /// The name with its package, `google.rpc.RetryInfo`.
    public static var fullName: String { String(protobufC: descriptor.pointee.name) }
}

extension AnyMessage {
    /// Packs `message` under its own name.
    ///
    /// - Throws: what its `encode` throws.
    public init<Message: ProtobufMessage>(packing message: Message) throws(RPCError) {
        self.init(
            typeURL: "type.googleapis.com/\(Message.fullName)", value: try message.wireBytes())
    }

    /// The packed message, or `nil` when it is of another type.
    ///
    /// - Throws: `INVALID_ARGUMENT` when the bytes are not such a message.
    public func unpacked<Message: ProtobufMessage>(
        as type: Message.Type
    ) throws(RPCError) -> Message? {
        guard let slash = typeURL.lastIndex(of: "/"),
            typeURL[typeURL.index(after: slash)...] == Message.fullName
        else { return nil }
        return try Message(wire: value)
    }
}

extension WireMessage {
    /// Reads one message from an array.
    ///
    /// - Throws: see `init(wire:)` of a buffer.
    public init(wire bytes: [UInt8]) throws(RPCError) {
        let result: Result<Self, RPCError> = bytes.withUnsafeBytes { buffer in
            do throws(RPCError) {
                return .success(try Self(wire: buffer))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}
