internal import Glibc
internal import Testing

@testable internal import OpenSSL

@Suite("A session carries bytes without blocking")
struct TLSSessionTests {
    private let fixture: TLSFixture

    init() throws {
        fixture = try TLSFixture()
    }

    @Test("1 MiB goes through a small socket buffer, in order, in parts")
    func largeWrite() throws {
        let pair = try TLSPair(
            server: fixture.server(), client: fixture.client(), bufferBytes: 4096)
        try pair.connect()
        let sent = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var received: [UInt8] = []
        var offset = 0
        var blocked = 0
        while received.count < sent.count {
            if offset < sent.count {
                // Copied each time: a write may be repeated from another address.
                switch try pair.client.write(Array(sent[offset...])) {
                case .bytes(let count): offset += count
                case .wantsWrite: blocked += 1
                case .wantsRead, .closed: Issue.record("an unexpected end of writing")
                }
            }
            while true {
                let (result, bytes) = try pair.server.readOnce(10_000)
                received += bytes
                guard case .bytes = result else { break }
            }
        }
        #expect(received == sent)
        #expect(blocked > 0)
    }

    @Test("small records are read together, and none is forgotten")
    func coalescing() throws {
        let pair = try fixture.pair()
        try pair.connect()
        for number in 0..<100 {
            #expect(try pair.client.write([UInt8(number)]) == .bytes(1))
        }
        var received: [UInt8] = []
        // The socket may be empty long before the session is: only `hasPending` may be asked.
        repeat {
            received += try pair.server.readOnce(7).1
        } while pair.server.hasPending || received.count < 100
        #expect(received == (0..<100).map { UInt8($0) })
    }

    @Test("the beginning of a record is nothing to read")
    func partialRecord() throws {
        let pair = try fixture.pair()
        try pair.connect()
        #expect(try pair.client.write([1, 2, 3]) == .bytes(3))
        var record = [UInt8](repeating: 0, count: 1024)
        let count = recv(pair.sockets.server, &record, record.count, 0)
        try #require(count > 10)
        try pair.sockets.write(Array(record[..<10]), to: pair.sockets.client)
        #expect(try pair.server.readOnce().0 == .wantsRead)
        #expect(!pair.server.hasPending)
        try pair.sockets.write(Array(record[10..<count]), to: pair.sockets.client)
        #expect(try pair.server.readOnce().1 == [1, 2, 3])
    }

    @Test("a record that was tampered with ends the session")
    func tampered() throws {
        let pair = try fixture.pair()
        try pair.connect()
        #expect(try pair.client.write([1, 2, 3]) == .bytes(3))
        var record = [UInt8](repeating: 0, count: 1024)
        let count = recv(pair.sockets.server, &record, record.count, 0)
        try #require(count > 10)
        record[count - 1] ^= 1
        try pair.sockets.write(Array(record[..<count]), to: pair.sockets.client)
        let error = #expect(throws: OpenSSLError.self) { try pair.server.readOnce() }
        #expect(error?.code == .protocolViolation)
        #expect(throws: OpenSSLError.self) { try pair.server.write([1]) }
        #expect(!pair.server.hasPending)
    }

    @Test("a clean end is told from one that was cut")
    func ends() throws {
        let clean = try fixture.pair()
        try clean.connect()
        #expect(try clean.client.write([1]) == .bytes(1))
        #expect(clean.client.shutdown() == .done)
        #expect(clean.client.shutdown() == .done)
        clean.sockets.close(clean.sockets.client)
        #expect(try clean.server.readOnce().1 == [1])
        #expect(try clean.server.readOnce().0 == .closed(clean: true))
        #expect(try clean.server.readOnce().0 == .closed(clean: true))

        let cut = try fixture.pair()
        try cut.connect()
        #expect(try cut.client.write([1]) == .bytes(1))
        cut.sockets.close(cut.sockets.client)
        #expect(try cut.server.readOnce().1 == [1])
        #expect(try cut.server.readOnce().0 == .closed(clean: false))
    }

    @Test("after the peer's end it can still be answered")
    func halfClosed() throws {
        let pair = try fixture.pair()
        try pair.connect()
        pair.client.shutdown()
        #expect(try pair.server.readOnce().0 == .closed(clean: true))
        #expect(try pair.server.write([7]) == .bytes(1))
        #expect(try pair.client.readOnce().1 == [7])
    }

    @Test("writing to a peer that is gone raises no signal")
    func brokenPipe() throws {
        let pair = try fixture.pair()
        try pair.connect()
        pair.sockets.close(pair.sockets.client)
        #expect(try pair.server.write([1]) == .closed(clean: false))
    }

    @Test("an unfinished write is not passed off as a clean end")
    func unfinishedWrite() throws {
        let pair = try TLSPair(
            server: fixture.server(), client: fixture.client(), bufferBytes: 4096)
        try pair.connect()
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        var offset = 0
        while case .bytes(let count) = try pair.client.write(Array(bytes[offset...])) {
            offset += count
        }
        #expect(pair.client.shutdown() == .done)
        pair.sockets.close(pair.sockets.client)
        var last = TLSIOResult.wantsRead
        repeat {
            last = try pair.server.readOnce().0
        } while last != .closed(clean: false) && last != .closed(clean: true)
        #expect(last == .closed(clean: false))
    }

    @Test("nothing to write and no room to read are no events")
    func empty() throws {
        let pair = try fixture.pair()
        try pair.connect()
        #expect(try pair.client.write([]) == .bytes(0))
        #expect(try pair.client.readOnce(0).0 == .bytes(0))
    }
}
