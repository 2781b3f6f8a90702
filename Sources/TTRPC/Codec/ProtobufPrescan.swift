internal import CProtobufC

/// Walks a message on the wire before libprotobuf-c unpacks it, and refuses what that library
/// would take too lightly: it recurses without a limit, allocates for every empty sub-message,
/// takes text that is not UTF-8, cuts text off at an embedded NUL, and merges a repeated
/// sub-message by rules that are not proto3's.
///
/// The walk allocates nothing; only a refusal does, to name the field.
struct ProtobufPrescan {
    /// How many messages may stand inside one another.
    static let depthMax = 16
    /// How many fields and packed elements a message and all inside it may have.
    static let elementsMax = 262_144
    /// Field positions within one message type of which repetition is tracked. The generator
    /// refuses a message type with more fields.
    static let fieldsMax = 128

    private var elementsLeft = Self.elementsMax
    private var violation: Violation?
    /// The way to the violation, innermost field first.
    private var path: [String] = []

    /// What a message may do wrong.
    enum Violation: Error, Equatable {
        case truncatedTag
        case fieldNumber
        case truncatedVarint
        case truncatedValue
        case lengthPastEnd
        case group
        case wireType
        case tooDeep
        case tooManyElements
        case notUTF8
        case embeddedNUL
        case repeatedSingularMessage
    }

    /// - Throws: `INVALID_ARGUMENT` with the path of the field and the rule that it breaks, in the
    ///   text and as `google.rpc.BadRequest`.
    static func check(
        _ bytes: UnsafeRawBufferPointer,
        against descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) throws(RPCError) {
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var scan = ProtobufPrescan()
        guard !scan.message(start, start + bytes.count, descriptor, depth: 1) else { return }
        throw scan.refusal(of: descriptor)
    }

    // MARK: The walk

    private mutating func message(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int
    ) -> Bool {
        guard depth <= Self.depthMax else { return fail(.tooDeep) }
        var cursor = start
        var seen = FieldSet()
        while cursor < end {
            guard let tag = Self.varint(&cursor, end) else { return fail(.truncatedTag) }
            let number = tag >> 3
            guard number > 0, number <= 0x1fff_ffff else { return fail(.fieldNumber) }
            elementsLeft &-= 1
            guard elementsLeft >= 0 else { return fail(.tooManyElements) }
            let index = Self.index(of: Int(truncatingIfNeeded: number), in: descriptor)
            guard index >= 0, let fields = descriptor.pointee.fields else {
                guard skip(&cursor, end, wireType: tag & 7) else { return false }
                continue
            }
            let field = fields + index
            // Oneof members included: a second message in a oneof would replace instead of merge.
            if field.pointee.type == PROTOBUF_C_TYPE_MESSAGE,
                field.pointee.label != PROTOBUF_C_LABEL_REPEATED, !seen.insert(index)
            {
                return fail(.repeatedSingularMessage, at: field)
            }
            guard value(&cursor, end, wireType: tag & 7, of: field, depth: depth) else {
                path.append(String(cString: field.pointee.name))
                return false
            }
        }
        return true
    }

    /// One value of a known field, from behind its tag.
    private mutating func value(
        _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, wireType: UInt64,
        of field: UnsafePointer<ProtobufCFieldDescriptor>, depth: Int
    ) -> Bool {
        guard wireType != 3, wireType != 4 else { return fail(.group) }
        let type = field.pointee.type
        switch type {
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE:
            guard wireType == 2 else { return fail(.wireType) }
            guard let length = length(&cursor, end) else { return false }
            let start = cursor
            cursor += length
            if type == PROTOBUF_C_TYPE_STRING {
                return Self.text(start, length).map { fail($0) } ?? true
            }
            guard type == PROTOBUF_C_TYPE_MESSAGE else { return true }
            guard let nested = field.pointee.descriptor else { return fail(.wireType) }
            return message(
                start, cursor, nested.assumingMemoryBound(to: ProtobufCMessageDescriptor.self),
                depth: depth &+ 1)
        default:
            let expected = Self.wireType(of: type)
            if wireType == expected { return skip(&cursor, end, wireType: wireType) }
            guard wireType == 2, field.pointee.label == PROTOBUF_C_LABEL_REPEATED else {
                return fail(.wireType)
            }
            guard let length = length(&cursor, end) else { return false }
            let packedEnd = cursor + length
            return packed(&cursor, packedEnd, wireType: expected)
        }
    }

    /// The elements of a packed field. Those of one size are counted, not visited.
    private mutating func packed(
        _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, wireType: UInt64
    ) -> Bool {
        guard wireType == 0 else {
            let size = wireType == 1 ? 8 : 4
            let (count, rest) = (end - cursor).quotientAndRemainder(dividingBy: size)
            guard rest == 0 else { return fail(.truncatedValue) }
            elementsLeft &-= count
            cursor = end
            return elementsLeft >= 0 || fail(.tooManyElements)
        }
        while cursor < end {
            elementsLeft &-= 1
            guard elementsLeft >= 0 else { return fail(.tooManyElements) }
            guard Self.varint(&cursor, end) != nil else { return fail(.truncatedVarint) }
        }
        return true
    }

    private mutating func skip(
        _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, wireType: UInt64
    ) -> Bool {
        switch wireType {
        case 0:
            guard Self.varint(&cursor, end) != nil else { return fail(.truncatedVarint) }
        case 1:
            guard end - cursor >= 8 else { return fail(.truncatedValue) }
            cursor += 8
        case 2:
            guard let length = length(&cursor, end) else { return false }
            cursor += length
        case 5:
            guard end - cursor >= 4 else { return fail(.truncatedValue) }
            cursor += 4
        case 3, 4: return fail(.group)
        default: return fail(.wireType)
        }
        return true
    }

    /// The length of a length-delimited value that ends before `end`.
    private mutating func length(
        _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> Int? {
        guard let length = Self.varint(&cursor, end) else {
            _ = fail(.truncatedVarint)
            return nil
        }
        guard length <= UInt64(end - cursor) else {
            _ = fail(.lengthPastEnd)
            return nil
        }
        return Int(truncatingIfNeeded: length)
    }

    private mutating func fail(
        _ violation: Violation, at field: UnsafePointer<ProtobufCFieldDescriptor>? = nil
    ) -> Bool {
        self.violation = violation
        if let field { path.append(String(cString: field.pointee.name)) }
        return false
    }

    private func refusal(
        of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> RPCError {
        let field = path.reversed().joined(separator: ".")
        let rule = (violation ?? .truncatedValue).rule
        let name = String(cString: descriptor.pointee.name)
        let subject = field.isEmpty ? name : "\(field) of \(name)"
        return RPCError(
            .invalidArgument, "\(subject): \(rule)",
            details: [.badRequest(field: field, description: rule)])
    }
}

// MARK: - The leaves

extension ProtobufPrescan {
    /// At most ten bytes, of which the last adds one bit.
    @inline(__always)
    private static func varint(
        _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UInt64? {
        guard cursor < end else { return nil }
        let first = cursor.pointee
        cursor += 1
        return first < 0x80 ? UInt64(first) : longVarint(first, &cursor, end)
    }

    private static func longVarint(
        _ first: UInt8, _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UInt64? {
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while cursor < end, shift < 64 {
            let byte = cursor.pointee
            cursor += 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return shift < 63 || byte <= 1 ? value : nil }
            shift &+= 7
        }
        return nil
    }

    /// The position of a field among the descriptor's fields, or less than 0. The numbers of a
    /// message stand in a few ranges, so a walk beats a binary search.
    private static func index(
        of number: Int, in descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> Int {
        guard let ranges = descriptor.pointee.field_ranges else { return -1 }
        for position in 0..<Int(descriptor.pointee.n_field_ranges) {
            let range = ranges[position]
            let offset = number &- Int(range.start_value)
            guard offset >= 0 else { return -1 }
            let index = Int(range.orig_index) &+ offset
            if index < Int(ranges[position &+ 1].orig_index) { return index }
        }
        return -1
    }

    private static func wireType(of type: ProtobufCType) -> UInt64 {
        switch type {
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: 5
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: 1
        default: 0
        }
    }

    private static func text(_ start: UnsafePointer<UInt8>, _ count: Int) -> Violation? {
        switch UTF8Text.check(UnsafeBufferPointer(start: start, count: count)) {
        case .valid: nil
        case .invalid: .notUTF8
        case .nul: .embeddedNUL
        }
    }

    /// The positions of the fields that occurred, without an allocation.
    private struct FieldSet {
        private var low: UInt64 = 0
        private var high: UInt64 = 0

        /// Whether the position was new. Positions past `fieldsMax` never are, which refuses the
        /// message instead of overlooking a repetition.
        mutating func insert(_ index: Int) -> Bool {
            let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: index & 63)
            switch index {
            case 0..<64:
                guard low & bit == 0 else { return false }
                low |= bit
            case 64..<ProtobufPrescan.fieldsMax:
                guard high & bit == 0 else { return false }
                high |= bit
            default: return false
            }
            return true
        }
    }
}

extension ProtobufPrescan.Violation {
    /// The rule that was broken.
    var rule: String {
        switch self {
        case .truncatedTag: "a field tag is cut off or too long"
        case .fieldNumber: "field numbers lie between 1 and 536870911"
        case .truncatedVarint: "a varint is cut off or longer than 64 bits"
        case .truncatedValue: "a value is cut off"
        case .lengthPastEnd: "a length reaches past the end of the message"
        case .group: "groups are not supported"
        case .wireType: "the wire type does not fit the field"
        case .tooDeep: "more than \(ProtobufPrescan.depthMax) messages inside one another"
        case .tooManyElements: "more than \(ProtobufPrescan.elementsMax) fields and elements"
        case .notUTF8: "text must be valid UTF-8"
        case .embeddedNUL: "text must not contain a NUL character"
        case .repeatedSingularMessage: "a message field that is not repeated occurs twice"
        }
    }
}
