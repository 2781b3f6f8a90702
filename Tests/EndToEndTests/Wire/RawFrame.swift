internal import TTRPC
internal import TenancyAPI

/// A ttrpc frame written out by hand, so that it can be wrong.
struct RawFrame: Equatable {
    var stream: UInt32
    var type: UInt8
    var flags: UInt8 = 0
    var data: [UInt8] = []
    /// What the header claims; the length of `data` when nil.
    var claimedLength: UInt32?

    static let headerByteCount = 10
    static let request: UInt8 = 1
    static let response: UInt8 = 2
    static let data: UInt8 = 3

    var bytes: [UInt8] {
        Self.bigEndian(claimedLength ?? UInt32(data.count)) + Self.bigEndian(stream)
            + [type, flags] + data
    }

    /// A well-formed request; its answer does not depend on any tenant.
    static func healthCheck(stream: UInt32) throws -> RawFrame {
        try call("grpc.health.v1.Health", "Check", stream: stream)
    }

    static func call(
        _ service: String, _ method: String, stream: UInt32
    ) throws -> RawFrame {
        RawFrame(
            stream: stream, type: request,
            data: try Ttrpc_Request(service: service, method: method).wireBytes())
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

extension RawFrame {
    /// The status code of a response; 0 for a success.
    var statusCode: RPCError.Code {
        get throws {
            let response = try data.withUnsafeBytes { try Ttrpc_Response(wire: $0) }
            return RPCError.Code(rawValue: response.status?.code ?? 0)
        }
    }
}
