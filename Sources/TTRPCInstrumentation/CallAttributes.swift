internal import TTRPC
internal import Tracing

/// OpenTelemetry's names for what is known of a call.
enum CallAttributes {
    static let system = "rpc.system.name"
    static let method = "rpc.method"
    static let status = "rpc.response.status_code"
    static let errorType = "error.type"
    static let systemName = "ttrpc"

    /// What a span of a call begins with.
    static func begin(_ span: any Span, _ path: String) {
        guard span.isRecording else { return }
        span.attributes = [system: .string(systemName), method: .string(path)]
    }

    static func end(_ span: any Span, _ code: RPCError.Code, isError: Bool) {
        if span.isRecording {
            var attributes = span.attributes
            attributes[status] = "\(code)"
            if isError { attributes[errorType] = "\(code)" }
            span.attributes = attributes
        }
        if isError { span.setStatus(SpanStatus(code: .error)) }
        span.end()
    }
}

/// Reads a trace out of a call's metadata.
struct MetadataExtractor: Extractor {
    func extract(key: String, from carrier: Metadata) -> String? { carrier[key] }
}

/// Writes a trace into a call's metadata.
struct MetadataInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout Metadata) {
        carrier[key] = value
    }
}
