internal import CLinux
internal import Glibc

/// A thread of the kernel's that runs one closure and can be waited for.
package struct Thread: Sendable {
    // pthread_t is an integer here; joining twice is what `join`'s consumer must not do.
    private let id: pthread_t

    /// Starts `body` on a new thread, called `name` (at most 15 bytes are kept).
    package init(name: String, _ body: @escaping @Sendable () -> Void) {
        do {
            id = try Self.start(name: name, body)
        } catch {
            preconditionFailure("the system refuses another thread: \(error)")
        }
    }

    /// Starts a thread that nobody waits for; what it took of the system is given back when `body`
    /// returns. (A thread that is merely never joined keeps its stack for ever.)
    ///
    /// - Throws: `SystemError` when the system refuses another thread.
    package static func detach(
        name: String, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let result = pthread_detach(try start(name: name, body))
        precondition(result == 0, "nobody else has the thread")
    }

    private static func start(
        name: String, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) -> pthread_t {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var id = pthread_t()
        let result = pthread_create(
            &id, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw SystemError("pthread_create", number: result)
        }
        return id
    }

    /// Waits until the closure has returned. Call once; it blocks.
    package func join() {
        pthread_join(id, nil)
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
