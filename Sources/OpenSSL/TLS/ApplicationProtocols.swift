internal import COpenSSL

/// The application protocols (ALPN) one side allows, in order of preference.
///
/// A class, because OpenSSL's callback gets its address and the context that owns it keeps it.
final class ApplicationProtocols: Sendable {
    let names: [[UInt8]]

    init(_ names: [String]) throws(OpenSSLError) {
        self.names = names.map { Array($0.utf8) }
        guard self.names.allSatisfy({ (1...255).contains($0.count) }) else {
            throw OpenSSLError(
                .configurationInvalid, "set the application protocols",
                reasons: ["a name must have 1 to 255 bytes"])
        }
    }

    var isEmpty: Bool { names.isEmpty }

    /// As the extension has them: each name after a byte with its length.
    var wire: [UInt8] {
        names.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 }
    }

    /// The first of ours that the peer offers, as a range of the offer; nil when there is none or
    /// the offer is malformed.
    func select(from offer: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for name in names {
            var index = 0
            while index < offer.count {
                let start = index + 1
                let end = start + Int(offer[index])
                guard end <= offer.count else { return nil }
                if offer[start..<end].elementsEqual(name) {
                    return start..<end
                }
                index = end
            }
        }
        return nil
    }

    /// Makes a server's context ask `self`, which must outlive it.
    func install(on context: OpaquePointer) {
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, selected, selectedCount, offer, offerCount, argument in
                guard let argument, let offer, let selected, let selectedCount else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                let allowed = Unmanaged<ApplicationProtocols>.fromOpaque(argument)
                    .takeUnretainedValue()
                let offered = UnsafeBufferPointer(start: offer, count: Int(offerCount))
                guard let range = allowed.select(from: offered) else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                // The answer points into the offer, which OpenSSL copies from when this returns.
                selected.pointee = offer.advanced(by: range.lowerBound)
                selectedCount.pointee = UInt8(truncatingIfNeeded: range.count)
                return SSL_TLSEXT_ERR_OK
            },
            Unmanaged.passUnretained(self).toOpaque())
    }

    /// Makes a client's context offer all of them.
    func offer(on context: OpaquePointer) throws(OpenSSLError) {
        let wire = wire
        // This one function of libssl answers 0 for success.
        guard SSL_CTX_set_alpn_protos(context, wire, UInt32(wire.count)) == 0 else {
            throw OpenSSLError.drained(.configurationInvalid, "set the application protocols")
        }
    }
}
