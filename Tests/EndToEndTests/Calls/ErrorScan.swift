internal import Synchronization
internal import TTRPC
internal import TenancyClient
internal import Testing

/// Looks at every error that a client gets: whatever an error says, in its details too, it repeats
/// no credential and no secret setting.
final class ErrorScan: ClientInterceptor {
    private let leaks = Mutex<[String]>([])

    /// What errors have repeated so far, each with the method that said it.
    var found: [String] { leaks.withLock { $0 } }

    func observe(
        _ options: inout CallOptions, service: String, method: String
    ) -> (@Sendable (RPCError?) -> Void)? {
        { [self] failure in
            guard let failure, Self.holdsSecret(failure) else { return }
            leaks.withLock { $0.append("\(service)/\(method): \(failure)") }
        }
    }

    private static func holdsSecret(_ error: RPCError) -> Bool {
        let details = error.details.map { String(decoding: $0.value, as: UTF8.self) }
        return ([error.message] + details).contains {
            $0.contains(
                /vy[mi]_[0-9]+_[0-9A-Za-z]{49}|eyJ[0-9A-Za-z_\-]{20,}\.|planted-|hunter[23]/)
        }
    }

    /// Runs `body` with a client of its own, which makes each call once: what a test sees is what
    /// the server answered, not what a second try made of it.
    static func withClient<Value>(
        _ connect: (ClientConfiguration) throws -> TenancyClient,
        _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        let scan = ErrorScan()
        var configuration = ClientConfiguration()
        configuration.retry.attemptsMax = 1
        configuration.interceptors = [scan]
        let client = try connect(configuration)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        await client.close()
        #expect(scan.found.isEmpty, "errors repeat what is secret")
        return try result.get()
    }
}
