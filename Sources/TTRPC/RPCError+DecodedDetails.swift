extension RPCError {
    /// `google.rpc.ErrorInfo`: a reason that programs may rely on.
    public struct ErrorInfo: Sendable, Hashable {
        /// What happened, in capitals: `NOT_BEGUN`. Unique within the domain.
        public var reason: String
        /// Whose reason it is: `ttrpc` for the runtime's own.
        public var domain: String
        /// What more there is to know, by name.
        public var metadata: [String: String]

        public init(reason: String, domain: String, metadata: [String: String] = [:]) {
            self.reason = reason
            self.domain = domain
            self.metadata = metadata
        }
    }

    /// One entry of `google.rpc.BadRequest`: a field of the request that breaks a rule.
    public struct FieldViolation: Sendable, Hashable {
        /// The field's path, `tenant.limits.users`.
        public var field: String
        /// The rule that it breaks.
        public var description: String

        public init(field: String, description: String) {
            self.field = field
            self.description = description
        }
    }

    /// One entry of `google.rpc.QuotaFailure`: a limit that is used up.
    public struct QuotaViolation: Sendable, Hashable {
        /// Whose limit.
        public var subject: String
        /// Which limit.
        public var description: String

        public init(subject: String, description: String) {
            self.subject = subject
            self.description = description
        }
    }

    /// The first `ErrorInfo` among the details; nil when the server gave none.
    public var errorInfo: ErrorInfo? {
        firstDetail("google.rpc.ErrorInfo") { bytes in
            var info = ErrorInfo(reason: "", domain: "")
            let isWhole = Self.forEachField(of: bytes) { field, value in
                switch field {
                case 1: info.reason = Self.text(value)
                case 2: info.domain = Self.text(value)
                case 3:
                    guard let (key, text) = Self.readPair(value) else { return false }
                    info.metadata[key] = text
                default: break
                }
                return true
            }
            return isWhole ? info : nil
        }
    }

    /// Which fields of the request break a rule, from every `BadRequest` among the details.
    public var fieldViolations: [FieldViolation] {
        pairs("google.rpc.BadRequest").map { FieldViolation(field: $0, description: $1) }
    }

    /// Which limits are used up, from every `QuotaFailure` among the details.
    public var quotaViolations: [QuotaViolation] {
        pairs("google.rpc.QuotaFailure").map { QuotaViolation(subject: $0, description: $1) }
    }

    /// The first detail of type `Message`, for details that are not among those above; nil when
    /// there is none.
    ///
    /// - Throws: `INVALID_ARGUMENT` when there is one that cannot be read.
    public func detail<Message: ProtobufMessage>(
        as type: Message.Type
    ) throws(RPCError) -> Message? {
        for detail in details {
            if let message = try detail.unpacked(as: type) { return message }
        }
        return nil
    }

    // MARK: - Reading

    private func firstDetail<Value>(
        _ name: String, _ read: (UnsafeRawBufferPointer) -> Value?
    ) -> Value? {
        for detail in details where detail.typeURL.hasSuffix("/" + name) {
            if let value = detail.value.withUnsafeBytes({ read($0) }) { return value }
        }
        return nil
    }

    /// The pairs of texts in the messages in field 1 of each detail called `name`. What cannot be
    /// read is left out: it is news of an error, and must not become another one.
    private func pairs(_ name: String) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for detail in details where detail.typeURL.hasSuffix("/" + name) {
            detail.value.withUnsafeBytes { bytes in
                _ = Self.forEachField(of: bytes) { field, value in
                    if field == 1, let pair = Self.readPair(value) { pairs.append(pair) }
                    return true
                }
            }
        }
        return pairs
    }

    /// A message of two texts, in fields 1 and 2.
    private static func readPair(_ bytes: UnsafeRawBufferPointer) -> (String, String)? {
        var pair = ("", "")
        let isWhole = forEachField(of: bytes) { field, value in
            if field == 1 { pair.0 = text(value) }
            if field == 2 { pair.1 = text(value) }
            return true
        }
        return isWhole ? pair : nil
    }

    /// Calls `body` with every length-delimited field, until it says no. False when the bytes are
    /// not a message, or `body` said no.
    private static func forEachField(
        of bytes: UnsafeRawBufferPointer, _ body: (UInt64, UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            guard let key = reader.key() else { return false }
            guard key.type == .lengthDelimited else {
                guard reader.skip(key.type) else { return false }
                continue
            }
            guard let value = reader.lengthDelimited(), body(key.field, value) else {
                return false
            }
        }
        return true
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
