internal import Glibc
internal import Testing

@testable internal import TTRPC

@Suite("A process out of descriptors", .timeLimit(.minutes(10)))
struct OutOfDescriptorsTests {
    /// In a process of its own, because the limit is the whole process's.
    @Test("EMFILE pauses accepting; when descriptors are free again, who waited is served")
    func pausesAndGoesOn() async {
        await #expect(processExitsWith: .success) {
            try await TestServer.run { server in
                let known = try RawPeer(server.address)
                try await known.send(RawPeer.request(EchoMethods.unary, stream: 1, [1]))
                #expect(try await known.receive()?.error == nil)
                // Both ends of every connection are in this process: half as many as are left
                // can connect, and some of them are never accepted.
                var limit = rlimit(rlim_cur: 128, rlim_max: 128)
                #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
                var peers: [RawPeer] = []
                while let peer = try? RawPeer(server.address) { peers.append(peer) }
                try await server.events.contains("accepting paused: accept4")
                // A connection that was there before is served as ever.
                try await known.send(RawPeer.request(EchoMethods.unary, stream: 3, [2]))
                #expect(try await known.receive()?.error == nil)
                let last = peers.removeLast()
                for peer in peers { peer.hangUp() }
                peers = []
                try await last.send(RawPeer.request(EchoMethods.unary, stream: 1, [3]))
                #expect(try await last.receive()?.error == nil)
            }
        }
    }
}
