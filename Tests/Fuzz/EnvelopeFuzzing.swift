@testable internal import TTRPC

/// The envelopes of requests and responses, and the details of errors.
enum EnvelopeFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        request(input)
        response(input)
    }

    /// What reads as a request reads the same after it was written anew.
    private static func request(_ input: UnsafeRawBufferPointer) {
        let limits = RequestEnvelope.Limits(metadataPairsMax: 8, metadataBytesMax: 256)
        guard let envelope = try? RequestEnvelope(reading: input, limits: limits) else { return }
        guard let service = String(validating: envelope.service),
            let method = String(validating: envelope.method)
        else { return }
        precondition(envelope.metadata.pairs.count <= limits.metadataPairsMax)
        let head = RequestHead(
            service: service, method: method,
            timeoutNanoseconds: UInt64(max(0, envelope.timeoutNanoseconds)),
            metadata: envelope.metadata)
        let prefix = RequestHead.payloadPrefixByteCount(envelope.payload.count)
        let byteCount = head.byteCount + prefix + envelope.payload.count
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 1)
        defer { bytes.deallocate() }
        guard let start = bytes.baseAddress else { return }
        let payload = RequestHead.writePayloadPrefix(
            envelope.payload.count, at: head.write(at: start))
        precondition(payload + envelope.payload.count == start + byteCount, "the size is wrong")
        if let source = envelope.payload.baseAddress {
            payload.copyMemory(from: source, byteCount: envelope.payload.count)
        }
        // Pairs weigh what they weigh written; a limit that they were under they may now be over.
        let wide = RequestEnvelope.Limits(metadataPairsMax: 8, metadataBytesMax: 4096)
        guard
            let again = try? RequestEnvelope(reading: UnsafeRawBufferPointer(bytes), limits: wide)
        else { preconditionFailure("what was written cannot be read") }
        precondition(again.metadata == envelope.metadata)
        precondition(again.timeoutNanoseconds == max(0, envelope.timeoutNanoseconds))
        precondition(again.payload.elementsEqual(envelope.payload))
        precondition(again.service.elementsEqual(envelope.service))
    }

    private static func response(_ input: UnsafeRawBufferPointer) {
        guard let envelope = try? ResponseEnvelope(reading: input), let error = envelope.error
        else { return }
        precondition(error.code != .ok)
        precondition(error.details.count <= ResponseEnvelope.detailsMax)
        _ = (error.retryDelay, error.errorInfo, error.isNotBegun, error.description)
        _ = (error.fieldViolations, error.quotaViolations)
        let written = ResponseEnvelope.failure(error)
        written.withUnsafeBytes { bytes in
            guard let again = try? ResponseEnvelope(reading: bytes) else {
                preconditionFailure("what was written cannot be read")
            }
            precondition(again.error == error)
        }
    }
}
