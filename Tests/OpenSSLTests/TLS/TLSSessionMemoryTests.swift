internal import Testing

@testable internal import OpenSSL

/// In processes of their own, because the counting of OpenSSL's memory has to begin before OpenSSL
/// allocates anything, and must not see what other tests do.
@Suite("What sessions take they give back, and when idle it is little")
struct TLSSessionMemoryTests {
    @Test("an idle server session takes at most 14 KiB")
    func idle() async {
        await #expect(processExitsWith: .success) {
            try #require(CountedMemory.install())
            let fixture = try TLSFixture()
            let bytes = try idleServerBytes(fixture.server(), fixture.client())
            try #require(bytes <= 14 * 1024, "\(bytes) bytes")
        }
    }

    @Test("a client's certificate adds no more than itself and its chain")
    func withCertificate() async {
        await #expect(processExitsWith: .success) {
            try #require(CountedMemory.install())
            let fixture = try TLSFixture()
            let bytes = try idleServerBytes(
                fixture.server(.required), fixture.client(fixture.clientCertificate))
            try #require(bytes <= 22 * 1024, "\(bytes) bytes")
        }
    }

    @Test("a thousand sessions, good and failed, leave nothing behind")
    func leaks() async {
        await #expect(processExitsWith: .success) {
            try #require(CountedMemory.install())
            let fixture = try TLSFixture()
            let server = try TLSContext(fixture.server(.required))
            let client = try TLSContext(fixture.client(fixture.clientCertificate))
            let stranger = try TLSContext(fixture.client())
            for _ in 0..<10 { try exerciseSessions(server, client, stranger) }
            let before = CountedMemory.bytes
            for _ in 0..<500 { try exerciseSessions(server, client, stranger) }
            let bytes = CountedMemory.bytes - before
            try #require(bytes < 4096, "\(bytes) bytes")
        }
    }
}

/// What one server session holds, by freeing many.
private func idleServerBytes(
    _ serverConfiguration: TLSServerConfiguration, _ clientConfiguration: TLSClientConfiguration
) throws -> Int {
    let server = try TLSContext(serverConfiguration)
    let client = try TLSContext(clientConfiguration)
    var clients: [TLSSession] = []
    var servers: [TLSSession] = []
    var sockets: [SocketPair] = []
    for _ in 0..<100 {
        let pair = try TLSPair(server: server, client: client)
        try pair.connect()
        // One exchange, as an idle connection has had.
        _ = try pair.client.write([1])
        _ = try pair.server.readOnce(64)
        _ = try pair.server.write([1])
        _ = try pair.client.readOnce(64)
        _ = try pair.server.readOnce(64)
        clients.append(pair.client)
        servers.append(pair.server)
        sockets.append(pair.sockets)
    }
    let count = servers.count
    let before = CountedMemory.bytes
    servers.removeAll()
    let bytes = (before - CountedMemory.bytes) / count
    withExtendedLifetime((clients, sockets)) {}
    return bytes
}

private func exerciseSessions(
    _ server: TLSContext, _ client: TLSContext, _ stranger: TLSContext
) throws {
    let good = try TLSPair(server: server, client: client)
    try good.connect()
    _ = good.server.peerCertificate
    _ = try good.client.write([1])
    good.client.shutdown()
    _ = try good.server.readOnce()

    let refused = try TLSPair(server: server, client: stranger)
    _ = refused.shakeHands()
}
