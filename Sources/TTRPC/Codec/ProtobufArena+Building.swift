public import CProtobufC

/// What generated `fill` functions build the C side of a message with. All of it lives until the
/// message is packed.
extension ProtobufArena {
    /// Uninitialised memory for `count` values of a trivial type.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` past `decodedBytesMax`.
    public func allocate<Value>(
        _ type: Value.Type, count: Int
    ) throws(RPCError) -> UnsafeMutablePointer<Value> {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
        guard count >= 0, !overflow else { throw Self.exhausted }
        return try allocateBytes(size).bindMemory(to: type, capacity: count)
    }

    /// `text` as C reads it, ended by NUL.
    ///
    /// - Throws: `INVALID_ARGUMENT` when the text holds a NUL itself, which C would take for its
    ///   end; `RESOURCE_EXHAUSTED` past `decodedBytesMax`.
    public func string(_ text: String) throws(RPCError) -> UnsafeMutablePointer<CChar> {
        var text = text
        let count = text.utf8.count
        let target = try allocate(CChar.self, count: count + 1)
        let holdsNUL = text.withUTF8 { source in
            for index in 0..<source.count {
                let byte = source[index]
                if byte == 0 { return true }
                target[index] = CChar(bitPattern: byte)
            }
            return false
        }
        guard !holdsNUL else {
            throw RPCError(.invalidArgument, "a string field must not contain a NUL character")
        }
        target[count] = 0
        return target
    }

    /// A copy of `bytes`.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` past `decodedBytesMax`.
    public func bytes(_ bytes: [UInt8]) throws(RPCError) -> ProtobufCBinaryData {
        guard !bytes.isEmpty else { return ProtobufCBinaryData(len: 0, data: nil) }
        let target = try allocate(UInt8.self, count: bytes.count)
        bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            target.initialize(from: base, count: source.count)
        }
        return ProtobufCBinaryData(len: bytes.count, data: target)
    }

    /// The C form of `value`.
    ///
    /// - Throws: what its `fill` throws.
    @inlinable
    public func message<Message: ProtobufMessage>(
        _ value: Message
    ) throws(RPCError) -> UnsafeMutablePointer<Message.CMessage> {
        let descriptor = Message.descriptor
        let memory = try allocateBytes(descriptor.pointee.sizeof_message)
        protobuf_c_message_init(descriptor, memory)
        let message = memory.assumingMemoryBound(to: Message.CMessage.self)
        try value.fill(message, in: self)
        return message
    }

    /// The C forms of `values`, or `nil` for none.
    ///
    /// - Throws: what their `fill` throws.
    public func messages<Message: ProtobufMessage>(
        _ values: [Message]
    ) throws(RPCError) -> UnsafeMutablePointer<UnsafeMutablePointer<Message.CMessage>?>? {
        try array(values) { (value, arena) throws(RPCError) in try arena.message(value) }
    }

    /// `values` as C strings, or `nil` for none.
    ///
    /// - Throws: what `string(_:)` throws.
    public func strings(
        _ values: [String]
    ) throws(RPCError) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        try array(values) { (value, arena) throws(RPCError) in try arena.string(value) }
    }

    /// `values` one by one in the form that C has for them, or `nil` for none.
    ///
    /// - Throws: what `form` throws; `RESOURCE_EXHAUSTED` past `decodedBytesMax`.
    public func array<Value, Form>(
        _ values: [Value], _ form: (Value, ProtobufArena) throws(RPCError) -> Form
    ) throws(RPCError) -> UnsafeMutablePointer<Form>? {
        guard !values.isEmpty else { return nil }
        let target = try allocate(Form.self, count: values.count)
        for index in values.indices {
            (target + index).initialize(to: try form(values[index], self))
        }
        return target
    }

    /// The entries of a map, in the order of their keys so that equal messages have equal bytes,
    /// or `nil` for none. `fill` gets an entry that is initialised by `descriptor`.
    ///
    /// - Throws: what `fill` throws; `RESOURCE_EXHAUSTED` past `decodedBytesMax`.
    public func entries<Key: Hashable, Value, Entry>(
        _ pairs: [Key: Value], by areInOrder: (Key, Key) -> Bool,
        descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        _ fill: (UnsafeMutablePointer<Entry>, Key, Value) throws(RPCError) -> Void
    ) throws(RPCError) -> UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>? {
        let sorted = pairs.sorted { areInOrder($0.key, $1.key) }
        return try array(sorted) { (pair, arena) throws(RPCError) in
            let memory = try arena.allocateBytes(descriptor.pointee.sizeof_message)
            protobuf_c_message_init(descriptor, memory)
            let entry = memory.assumingMemoryBound(to: Entry.self)
            try fill(entry, pair.key, pair.value)
            return entry
        }
    }
}

// MARK: - C to Swift

extension String {
    /// A string field as C holds it; `nil` is the empty string. The bytes are known to be UTF-8.
    public init(protobufC pointer: UnsafePointer<CChar>?) {
        guard let pointer, pointer.pointee != 0 else {
            self = ""
            return
        }
        self.init(cString: pointer)
    }
}

extension Array where Element == UInt8 {
    /// A bytes field as C holds it.
    public init(protobufC data: ProtobufCBinaryData) {
        self.init(UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len))
    }
}

extension Array {
    /// A repeated field as C holds it, each element brought over by `form`.
    public init<Form>(
        protobufC elements: UnsafePointer<Form>?, count: Int, _ form: (Form) -> Element
    ) {
        guard let elements, count > 0 else {
            self = []
            return
        }
        self = UnsafeBufferPointer(start: elements, count: count).map(form)
    }
}

extension Array where Element: ProtobufMessage {
    /// A repeated message field as C holds it.
    public init(
        protobufC messages: UnsafePointer<UnsafeMutablePointer<Element.CMessage>?>?, count: Int
    ) {
        self.init(protobufC: messages, count: count) {
            $0.map { Element(copying: $0) } ?? Element()
        }
    }
}
