internal import Glibc
internal import Logging
internal import Synchronization
internal import TTRPC
internal import TenancyAPI
internal import TestCertificates
internal import Testing

@testable internal import TenancyServer

/// Whose share of a loop's time a call is of. A server with the interceptor alone, on a socket; its
/// handler notes what it was told.
@Suite("Whose work a call is", .timeLimit(.minutes(2)))
struct PartyTests {
    @Test("the platform's own calls are the tenant's that they name")
    func believed() async throws {
        var services = IdentityConfiguration.Accounts()
        services.services = [getuid(): "gateway"]
        let identity = IdentityConfiguration(users: services, trustDomain: "test")
        try await Self.with(identity) { ask in
            let plain = try await ask(Metadata())
            let forUser = try await ask(Metadata([("bfc-actor", "user_1")]))
            // A service is believed first, whatever credential it passes on.
            let passedOn = try await ask(Self.authorization("Bearer vym_a"))
            #expect(plain == nil && forUser == nil && passedOn == nil)
        }
    }

    @Test("a stranger's are the connection's, and those with a credential the credential's")
    func strangers() async throws {
        try await Self.with(IdentityConfiguration(trustDomain: "test")) { ask in
            let (first, second) = (try await ask(Metadata()), try await ask(Metadata()))
            #expect(first != second && first != nil && second != nil)
            // Over two connections; a scheme may be written in either case.
            let keyed = try await ask(Self.authorization("Bearer vym_a"))
            let again = try await ask(Self.authorization("bearer vym_a"))
            let other = try await ask(Self.authorization("Bearer vym_b"))
            #expect(keyed == again && keyed != other && keyed != nil)
            // What is no credential does not take a call out of its connection's.
            let basic = try await ask(Self.authorization("Basic vym_a"))
            #expect(basic != keyed && basic != nil)
        }
    }

    private static func authorization(_ value: String) -> Metadata {
        Metadata([("authorization", value)])
    }

    /// Asks about the same tenant over a connection of its own, and gives whose call it was.
    private typealias Ask = (Metadata) async throws -> Int?

    private static func with(
        _ identity: IdentityConfiguration, _ body: (Ask) async throws -> Void
    ) async throws {
        let directory = try TestDirectory()
        let address = SocketAddress.unix(path: "\(directory.path)/s")
        let seen = Mutex<Int?>(nil)
        var router = Router()
        router.unary(QuotaServiceMethods.checkQuota) { _, context in
            seen.withLock { $0 = context.party }
            return CheckQuotaResponse()
        }
        let failures = AuthenticationFailures(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, perSecond: 10)
        let server = try TTRPCServer(
            router: router,
            interceptors: [IdentityInterceptor(configuration: identity, failures: failures)],
            configuration: ServerConfiguration(listeners: [ListenerConfiguration(address)]))
        _ = try await server.start()
        // All stay open: two connections are two for as long as they are at the same time.
        var clients: [TTRPCClient] = []
        let result: Result<Void, any Error>
        do {
            try await body { metadata in
                let client = try TTRPCClient(address: address)
                clients.append(client)
                var request = CheckQuotaRequest()
                request.tenantCode = "axis"
                _ = try await QuotaServiceClient(client).checkQuota(
                    request, options: CallOptions(metadata: metadata))
                return seen.withLock { $0 }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        for client in clients { await client.close() }
        await server.drain()
        try result.get()
    }
}
