internal import ProtobufSchema
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// A failed call as an operator or a script reads it.
struct FailureReport {
    let error: RPCError
    let codec: MessageCodec

    func text(_ format: OutputFormat) -> String {
        switch format {
        case .text: lines.map { $0 + "\n" }.joined()
        case .json: json.text() + "\n"
        }
    }

    // MARK: For people

    /// The status on one line, then what its details say, indented.
    var lines: [String] {
        let first = "error: \(error.code): \(TerminalText.escaped(error.message))"
        return [first]
            + error.details.flatMap { detail in
                described(detail).map { "  " + TerminalText.escaped($0) }
            }
    }

    private func described(_ detail: AnyMessage) -> [String] {
        do throws(RPCError) {
            if let known = try knownDetail(detail) { return known }
        } catch {
            return ["\(detail.typeURL): cannot be read: \(error.message)"]
        }
        guard let value = json(of: detail) else {
            return ["\(detail.typeURL): \(detail.value.count) bytes"]
        }
        return [value.text()]
    }

    private func knownDetail(_ detail: AnyMessage) throws(RPCError) -> [String]? {
        if let request = try detail.unpacked(as: Google_Rpc_BadRequest.self) {
            return request.fieldViolations.map { "\($0.field): \($0.description)" }
        }
        if let failure = try detail.unpacked(as: Google_Rpc_QuotaFailure.self) {
            return failure.violations.map { "quota of \($0.subject): \($0.description)" }
        }
        if let retry = try detail.unpacked(as: Google_Rpc_RetryInfo.self) {
            guard let delay = retry.retryDelay else { return ["may be retried at once"] }
            let nanoseconds = Double(delay.seconds) * 1e9 + Double(delay.nanos)
            return ["retry after \(DurationText.text(nanoseconds: max(0, nanoseconds)))"]
        }
        if let info = try detail.unpacked(as: Google_Rpc_ErrorInfo.self) {
            let domain = info.domain.isEmpty ? "" : " (\(info.domain))"
            let pairs = info.metadata.sorted { $0.key < $1.key }
            return ["reason: \(info.reason)\(domain)"] + pairs.map { "  \($0.key): \($0.value)" }
        }
        if let resource = try detail.unpacked(as: Google_Rpc_ResourceInfo.self) {
            let description = resource.description.isEmpty ? "" : ": \(resource.description)"
            return ["\(resource.resourceType) \"\(resource.resourceName)\"\(description)"]
        }
        if let request = try detail.unpacked(as: Google_Rpc_RequestInfo.self) {
            return ["request id: \(request.requestId)"]
        }
        return nil
    }

    // MARK: For scripts

    /// The status with the name of its code, and its details as JSON.
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("code", .string("\(error.code)")), .init("message", .string(error.message)),
        ]
        if !error.details.isEmpty {
            members.append(.init("details", .array(error.details.map(jsonOrType))))
        }
        return .object([.init("error", .object(members))])
    }

    private func jsonOrType(_ detail: AnyMessage) -> JSONValue {
        json(of: detail) ?? .object([.init("@type", .string(detail.typeURL))])
    }

    private func json(of detail: AnyMessage) -> JSONValue? {
        var writer = WireWriter()
        writer.lengthDelimited(1, detail.typeURL.utf8)
        writer.lengthDelimited(2, detail.value)
        // A detail that cannot be shown must not hide the error that it belongs to.
        return try? codec.decode(writer.bytes, as: "google.protobuf.Any")
    }
}
