internal import TTRPC
internal import TenancyClient

extension Deployment {
    /// Runs `body` with stubs over one connection with the administrator's rights.
    @discardableResult
    func withServices<Value>(
        over way: Way, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        try await withClient(over: way) { try await body(Services($0)) }
    }

    /// Runs `body` with a client over one connection with the administrator's rights.
    func withClient<Value>(
        over way: Way, _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        switch way {
        case .unix: try await withClient(socket: socket, body)
        case .tls: try await withClient(tls: administratorTLS, body)
        }
    }

    /// Runs `body` with a client over one TLS connection with these certificates.
    func withClient<Value>(
        tls: ClientTLS, _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        try await withClient(port: tlsPort, tls, body)
    }

    /// Runs `body` with stubs over one TLS connection with these certificates.
    @discardableResult
    func withServices<Value>(
        over tls: ClientTLS, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        try await withClient(tls: tls) { try await body(Services($0)) }
    }

    /// Runs `body` with stubs over one connection with the administrator's rights to another
    /// server than the first.
    func withServices<Value>(
        of server: AnotherServer, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        try await withClient(socket: server.socket) { try await body(Services($0)) }
    }

    /// Runs `body` with stubs over one TLS connection to another server than the first.
    func withServices<Value>(
        of server: AnotherServer, over tls: ClientTLS, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        try await withClient(port: server.tlsPort, tls) { try await body(Services($0)) }
    }

    private func withClient<Value>(
        socket: String, _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        try await ErrorScan.withClient(
            { try TenancyClient(socketPath: socket, configuration: $0) }, body)
    }

    private func withClient<Value>(
        port: UInt16, _ tls: ClientTLS, _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        try await ErrorScan.withClient(
            {
                try TenancyClient(host: "localhost", port: port, tls: tls, configuration: $0)
            }, body)
    }
}
