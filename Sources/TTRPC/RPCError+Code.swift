extension RPCError {
    /// gRPC's status codes, numbers and names as `google.rpc.Code` has them. A number without a
    /// name is kept.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// No error.
        public static let ok = Code(rawValue: 0)
        /// The caller gave up.
        public static let cancelled = Code(rawValue: 1)
        /// Something that fits no other code.
        public static let unknown = Code(rawValue: 2)
        /// The request is wrong whatever the state of the system.
        public static let invalidArgument = Code(rawValue: 3)
        /// The deadline passed; the outcome is not known.
        public static let deadlineExceeded = Code(rawValue: 4)
        /// There is no such thing, or none that the caller may see.
        public static let notFound = Code(rawValue: 5)
        /// What was to be created is there already.
        public static let alreadyExists = Code(rawValue: 6)
        /// The caller is known and may not.
        public static let permissionDenied = Code(rawValue: 7)
        /// A quota, a rate or a limit of the server's is used up.
        public static let resourceExhausted = Code(rawValue: 8)
        /// The system is not in a state that allows it; retrying alone does not help.
        public static let failedPrecondition = Code(rawValue: 9)
        /// Another change came first; read again, then retry.
        public static let aborted = Code(rawValue: 10)
        /// A value past the valid range.
        public static let outOfRange = Code(rawValue: 11)
        /// No such service or method here.
        public static let unimplemented = Code(rawValue: 12)
        /// A fault of the server's own.
        public static let `internal` = Code(rawValue: 13)
        /// Not now; retry after the time that `RetryInfo` tells.
        public static let unavailable = Code(rawValue: 14)
        /// Data is lost or damaged beyond repair.
        public static let dataLoss = Code(rawValue: 15)
        /// The caller is not known.
        public static let unauthenticated = Code(rawValue: 16)

        /// Every named code, in the order of the numbers.
        public static let all: [Code] = names.indices.map { Code(rawValue: Int32($0)) }

        fileprivate static let names = [
            "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
            "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
            "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
            "UNAUTHENTICATED",
        ]
    }
}

extension RPCError.Code: CustomStringConvertible {
    public var description: String {
        guard rawValue >= 0, rawValue < Self.names.count else { return "CODE_\(rawValue)" }
        return Self.names[Int(rawValue)]
    }
}
