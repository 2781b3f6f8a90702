internal import Glibc
internal import Logging
internal import Synchronization
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TestCertificates
internal import Testing

@testable internal import TenancyServer

/// Whose share of a loop's time a call is of. A server with the interceptor alone, on a socket; its
/// handler asks it whose work the call is.
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
            #expect([plain, forUser, passedOn].allSatisfy { $0 == .request })
        }
    }

    @Test("a stranger's are the connection's, and those with a good key its tenant's")
    func strangers() async throws {
        try await Self.with(IdentityConfiguration(trustDomain: "test")) { ask in
            let plain = try await ask(Metadata())
            #expect(plain == .connection)
            // With two keys; a scheme may be written in either case.
            let keyed = try await ask(Self.authorization("Bearer vym_1a"))
            let again = try await ask(Self.authorization("bearer vym_1b"))
            #expect(keyed == .party(TenantParty.number(of: 1)) && again == keyed)
            let other = try await ask(Self.authorization("Bearer vym_2"))
            #expect(other == .party(TenantParty.number(of: 2)))
            // What is not known to be good does not take a call out of its connection's.
            for text in ["Bearer vym_3", "Basic vym_1a"] {
                let unknown = try await ask(Self.authorization(text))
                #expect(unknown == .connection)
            }
        }
    }

    @Test("a service's that may call nothing are the connection's")
    func powerless() async throws {
        var services = IdentityConfiguration.Accounts()
        services.services = [getuid(): "gateway"]
        var identity = IdentityConfiguration(users: services, trustDomain: "test")
        identity.serviceCalls = [:]
        try await Self.with(identity) { ask in
            let plain = try await ask(Metadata())
            #expect(plain == .connection)
        }
    }

    private static func authorization(_ value: String) -> Metadata {
        Metadata([("authorization", value)])
    }

    /// Asks about the same tenant over a connection of its own, and gives whose call it was.
    private typealias Ask = (Metadata) async throws -> CallParty

    private static func with(
        _ identity: IdentityConfiguration, _ body: (Ask) async throws -> Void
    ) async throws {
        let directory = try TestDirectory()
        let address = SocketAddress.unix(path: "\(directory.path)/s")
        let failures = AuthenticationFailures(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, perSecond: 10)
        let keys = ["vym_1a": TenantID(1), "vym_1b": TenantID(1), "vym_2": TenantID(2)]
        let interceptor = IdentityInterceptor(
            configuration: identity, failures: failures,
            tenantOfKey: { key, _ in keys[key] ?? nil })
        let seen = Mutex(CallParty.request)
        var router = Router()
        router.unary(QuotaServiceMethods.checkQuota) { _, context in
            seen.withLock { $0 = interceptor.party(of: context) }
            return CheckQuotaResponse()
        }
        let server = try TTRPCServer(
            router: router,
            interceptors: [interceptor],
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
