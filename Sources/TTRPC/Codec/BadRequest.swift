extension AnyMessage {
    /// A `google.rpc.BadRequest` with one violation. Written by hand, because the runtime stands
    /// below the generated messages.
    static func badRequest(field: String, description: String) -> AnyMessage {
        var violation = ProtobufWriter()
        violation.string(field: 1, field)
        violation.string(field: 2, description)
        var badRequest = ProtobufWriter()
        badRequest.bytes(field: 1, violation.bytes)
        return AnyMessage(
            typeURL: "type.googleapis.com/google.rpc.BadRequest", value: badRequest.bytes)
    }
}
