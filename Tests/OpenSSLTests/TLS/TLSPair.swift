internal import Testing

@testable internal import OpenSSL

/// A client and a server session over a pair of sockets, driven by hand in one thread.
final class TLSPair {
    let sockets: SocketPair
    let client: TLSSession
    let server: TLSSession

    init(
        server serverContext: TLSContext, client clientContext: TLSContext,
        serverName: String? = "localhost", bufferBytes: Int32? = nil
    ) throws {
        sockets = try SocketPair(bufferBytes: bufferBytes)
        server = try TLSSession(
            context: serverContext, descriptor: sockets.server, role: .server)
        client = try TLSSession(
            context: clientContext, descriptor: sockets.client, role: .client,
            serverName: serverName)
    }

    convenience init(
        server: TLSServerConfiguration, client: TLSClientConfiguration,
        serverName: String? = "localhost", bufferBytes: Int32? = nil
    ) throws {
        try self.init(
            server: TLSContext(server), client: TLSContext(client), serverName: serverName,
            bufferBytes: bufferBytes)
    }

    struct Outcome {
        var client: OpenSSLError?
        var server: OpenSSLError?
    }

    /// Steps both ends in turn until each is done or has failed.
    func shakeHands() -> Outcome {
        var outcome = Outcome()
        var isClientDone = false
        var isServerDone = false
        // A handshake takes two or three turns; a bound instead of a clock ends a stuck one.
        for _ in 0..<1000 {
            if !isClientDone {
                do throws(OpenSSLError) {
                    isClientDone = try client.handshake() == .done
                } catch {
                    outcome.client = error
                    isClientDone = true
                }
            }
            if !isServerDone {
                do throws(OpenSSLError) {
                    isServerDone = try server.handshake() == .done
                } catch {
                    outcome.server = error
                    isServerDone = true
                }
            }
            if isClientDone, isServerDone { return outcome }
        }
        Issue.record("the handshake did not end")
        return outcome
    }

    /// Shakes hands, with a failure of either end a failure of the test.
    func connect() throws {
        let outcome = shakeHands()
        if let error = outcome.server ?? outcome.client { throw error }
    }
}

extension TLSSession {
    func write(_ bytes: [UInt8]) throws(OpenSSLError) -> TLSIOResult {
        try bytes.withUnsafeBufferPointer { (buffer) throws(OpenSSLError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// One read of up to `count` bytes.
    func readOnce(_ count: Int = 65_536) throws -> (TLSIOResult, [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: count)
        let result = try buffer.withUnsafeMutableBytes { try read(into: $0) }
        guard case .bytes(let count) = result else { return (result, []) }
        return (result, Array(buffer.prefix(count)))
    }
}
