internal import Glibc
internal import Testing

@testable internal import Reactor

@Suite("Readiness", .timeLimit(.minutes(10)))
struct ReadinessTests {
    /// Two connected sockets, closed with the value's owner.
    private final class Pair: Sendable {
        let near: CInt
        let far: CInt

        init() throws {
            var descriptors: [CInt] = [-1, -1]
            let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
            guard socketpair(AF_UNIX, kind, 0, &descriptors) == 0 else {
                throw SystemError("socketpair")
            }
            near = descriptors[0]
            far = descriptors[1]
        }

        func send(_ byte: UInt8) {
            var byte = byte
            #expect(write(far, &byte, 1) == 1)
        }

        deinit {
            close(near)
            close(far)
        }
    }

    /// Calls a closure; belongs to the loop.
    private final class Handler: ReadinessHandler {
        var onReady: (Readiness) -> Void = { _ in }
        func descriptorIsReady(_ readiness: Readiness) { onReady(readiness) }
    }

    private func readByte(_ descriptor: CInt) -> Int {
        var byte: UInt8 = 0
        return read(descriptor, &byte, 1) == 1 ? Int(byte) : -1
    }

    @Test("bytes are reported until they are read, and the end of the stream as a hang-up")
    func reading() async throws {
        let pair = try Pair()
        try await withLoop { loop in
            pair.send(1)
            pair.send(2)
            let seen = try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<[Int], any Error>) in
                loop.execute {
                    let handler = Handler()
                    let seen = Box<[Int]>([])
                    do {
                        let registration = try loop.register(
                            handler, descriptor: pair.near, interest: [.readable, .readHangup])
                        handler.onReady = { readiness in
                            if readiness.contains(.readHangup) {
                                loop.deregister(registration)
                                continuation.resume(returning: seen.value)
                            } else {
                                // One byte at a time: what is left is reported again.
                                seen.value.append(readByte(pair.near))
                                if seen.value.count == 2 { shutdown(pair.far, CInt(SHUT_WR)) }
                            }
                        }
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
            #expect(seen == [1, 2])
        }
    }

    @Test("an interest that is added is heard of, one that is dropped is not")
    func interest() async throws {
        let pair = try Pair()
        try await withLoop { loop in
            let heard = try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<[Readiness], any Error>) in
                loop.execute {
                    let handler = Handler()
                    let heard = Box<[Readiness]>([])
                    do {
                        let registration = Box(
                            try loop.register(
                                handler, descriptor: pair.near, interest: .readable))
                        loop.setInterest([.readable, .writable], of: &registration.value)
                        handler.onReady = { readiness in
                            heard.value.append(readiness)
                            if readiness.contains(.readable) {
                                loop.deregister(registration.value)
                                return continuation.resume(returning: heard.value)
                            }
                            loop.setInterest(.readable, of: &registration.value)
                            // Comes after many turns in which the socket could be written to.
                            loop.schedule(after: .milliseconds(1)) { pair.send(7) }
                        }
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
            #expect(heard == [.writable, .readable])
        }
    }

    @Test("who is deregistered hears nothing more, not even what this turn has brought already")
    func deregisterDropsStaleEvents() async throws {
        let pairs = [try Pair(), try Pair()]
        try await withLoop { loop in
            let calls = try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<[Int], any Error>) in
                loop.execute {
                    let handlers = [Handler(), Handler()]
                    let registrations = Box<[Registration]>([])
                    let calls = Box<[Int]>([])
                    do {
                        for (handler, pair) in zip(handlers, pairs) {
                            registrations.value.append(
                                try loop.register(
                                    handler, descriptor: pair.near, interest: .readable))
                        }
                    } catch {
                        return continuation.resume(throwing: error)
                    }
                    for index in 0..<2 {
                        handlers[index].onReady = { _ in
                            calls.value.append(index)
                            // Both are ready in one wait; the first one called ends both, and
                            // somebody else takes the slot of the other.
                            for registration in registrations.value {
                                loop.deregister(registration)
                            }
                            let heir = Handler()
                            heir.onReady = { _ in calls.value.append(9) }
                            let idle = try? loop.register(
                                heir, descriptor: pairs[0].far, interest: .readable)
                            loop.schedule(after: .milliseconds(1)) {
                                if let idle { loop.deregister(idle) }
                                continuation.resume(returning: calls.value)
                            }
                        }
                    }
                    // Before the next wait, so that one wait brings both.
                    pairs[0].send(1)
                    pairs[1].send(1)
                }
            }
            #expect(calls.count == 1 && calls != [9])
        }
    }

    @Test("a descriptor that cannot be watched is refused, and its place is free again")
    func refused() async throws {
        try await withLoop { loop in
            try await loop.call {
                for _ in 0..<3 {
                    let error = #expect(throws: SystemError.self) {
                        try loop.register(Handler(), descriptor: -1, interest: .readable)
                    }
                    #expect(error?.number == EBADF)
                }
            }
            let pair = try Pair()
            try await loop.call {
                let registration = try loop.register(
                    Handler(), descriptor: pair.near, interest: .readable)
                loop.deregister(registration)
            }
        }
    }
}
