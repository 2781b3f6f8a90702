internal import TestProtos
internal import Testing

@testable internal import TTRPC

@Suite("Decoded details of an error")
struct DecodedDetailsTests {
    /// A message of texts by their fields' numbers.
    private static func message(_ fields: (UInt64, [UInt8])...) -> [UInt8] {
        var writer = ProtobufWriter()
        for (field, value) in fields { writer.bytes(field: field, value) }
        return writer.bytes
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func any(_ name: String, _ value: [UInt8]) -> AnyMessage {
        AnyMessage(typeURL: "type.googleapis.com/google.rpc.\(name)", value: value)
    }

    @Test("ErrorInfo has its reason, its domain and its metadata")
    func errorInfo() {
        let entry = Self.message((1, Self.bytes("limit")), (2, Self.bytes("1024")))
        let info = Self.message(
            (1, Self.bytes("OVER_LIMIT")), (2, Self.bytes("example.org")), (3, entry))
        let error = RPCError(.resourceExhausted, "", details: [Self.any("ErrorInfo", info)])
        #expect(
            error.errorInfo
                == RPCError.ErrorInfo(
                    reason: "OVER_LIMIT", domain: "example.org", metadata: ["limit": "1024"]))
        #expect(RPCError(.unavailable, "", details: [.notBegun]).errorInfo?.reason == "NOT_BEGUN")
        #expect(RPCError(.unavailable, "").errorInfo == nil)
    }

    @Test("violations of fields and of quotas come in order, from every detail")
    func violations() {
        let first = Self.message((1, Self.bytes("name")), (2, Self.bytes("must not be empty")))
        let second = Self.message((1, Self.bytes("limits.users")), (2, Self.bytes("too large")))
        let quota = Self.message((1, Self.bytes("tenant:acme")), (2, Self.bytes("api_calls")))
        let error = RPCError(
            .invalidArgument, "",
            details: [
                Self.any("BadRequest", Self.message((1, first), (1, second))),
                .badRequest(field: "code", description: "taken"),
                Self.any("QuotaFailure", Self.message((1, quota))),
            ])
        #expect(
            error.fieldViolations == [
                .init(field: "name", description: "must not be empty"),
                .init(field: "limits.users", description: "too large"),
                .init(field: "code", description: "taken"),
            ])
        #expect(
            error.quotaViolations == [.init(subject: "tenant:acme", description: "api_calls")])
    }

    @Test("a detail of any generated type is found and unpacked")
    func generated() throws {
        var request = EchoRequest()
        request.text = "detail"
        let error = RPCError(
            .internal, "", details: [.notBegun, try AnyMessage(packing: request)])
        #expect(try error.detail(as: EchoRequest.self)?.text == "detail")
        #expect(try error.detail(as: EchoResponse.self) == nil)
    }

    @Test(
        "a detail that cannot be read is left out",
        arguments: [[0x0a], [0x0a, 0x05, 0x61], [0x0b], [0xff], [0x08]] as [[UInt8]])
    func malformed(value: [UInt8]) {
        let names = ["ErrorInfo", "BadRequest", "QuotaFailure"]
        let error = RPCError(.internal, "", details: names.map { Self.any($0, value) })
        #expect(error.errorInfo == nil)
        #expect(error.fieldViolations.isEmpty)
        #expect(error.quotaViolations.isEmpty)
    }
}
