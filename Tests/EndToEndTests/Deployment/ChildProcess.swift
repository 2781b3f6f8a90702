internal import Foundation
internal import Glibc
internal import Reactor

/// A program that these tests start. It gets three descriptors and those that it is to inherit; all
/// others of ours close on exec.
///
/// By posix_spawn and waitpid: Foundation's Process, started from many threads of a process with
/// thousands of descriptors, read past its own memory.
final class ChildProcess: Sendable {
    let id: pid_t

    /// Without our settings for services and databases, which are none of a test's business.
    static var cleanEnvironment: [String: String] {
        ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("TENANCY_") && !$0.key.hasPrefix("PG")
        }
    }

    /// Starts a program. The descriptors stay the caller's; those in `inherited` become the
    /// program's 3, 4 and so on.
    init(
        _ path: String, _ arguments: [String], environment: [String: String] = cleanEnvironment,
        input: CInt, output: CInt, errors: CInt, inherited: [CInt] = []
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // From above where they go, so that putting one in its place covers no other.
        let copies = inherited.map { fcntl($0, F_DUPFD_CLOEXEC, 3 + CInt(inherited.count)) }
        defer { for copy in copies { close(copy) } }
        for (index, copy) in copies.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, copy, 3 + CInt(index))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What the test runner ignores or blocks must not change what the programs do.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let texts = ([path] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in texts + variables { free(pointer) } }
        var id: pid_t = 0
        let result = posix_spawn(&id, path, &actions, &attributes, texts, variables)
        guard result == 0 else { throw DeploymentError("cannot start \(path): errno \(result)") }
        self.id = id
    }

    func signal(_ number: CInt) {
        kill(id, number)
    }

    /// Blocks until the program has ended and answers its exit status: 128 + n after signal n. Is
    /// called once.
    func exitStatus() -> Int32 {
        var status: CInt = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}

/// Runs what blocks on a thread of its own that ends with it: tests share two threads, and the one
/// that clients look up names on is not ours to hold up.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try Reactor.Thread.detach(name: "test-blocking") {
                continuation.resume(with: Result { try body() })
            }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
