internal import TTRPC
internal import TenancyClient

extension Deployment {
    /// Runs `body` with stubs over one connection with the administrator's rights.
    @discardableResult
    func withServices<Value>(
        over way: Way, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        switch way {
        case .unix:
            try await with(
                try TenancyClient(socketPath: socket, configuration: Self.singleTry), body)
        case .tls: try await withServices(over: administratorTLS, body)
        }
    }

    /// Runs `body` with a client over one connection with the administrator's rights.
    func withClient<Value>(
        over way: Way, _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        let client =
            switch way {
            case .unix: try TenancyClient(socketPath: socket, configuration: Self.singleTry)
            case .tls:
                try TenancyClient(
                    host: "localhost", port: tlsPort, tls: administratorTLS,
                    configuration: Self.singleTry)
            }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        await client.close()
        return try result.get()
    }

    /// Runs `body` with a client over one TLS connection with these certificates.
    func withClient<Value>(
        tls: ClientTLS, _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        let client = try TenancyClient(
            host: "localhost", port: tlsPort, tls: tls, configuration: Self.singleTry)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        await client.close()
        return try result.get()
    }

    /// Runs `body` with stubs over one TLS connection with these certificates.
    @discardableResult
    func withServices<Value>(
        over tls: ClientTLS, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        try await with(
            try TenancyClient(
                host: "localhost", port: tlsPort, tls: tls, configuration: Self.singleTry),
            body)
    }

    /// Runs `body` with stubs over one connection with the administrator's rights to another
    /// server than the first.
    func withServices<Value>(
        of server: AnotherServer, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        try await with(
            try TenancyClient(socketPath: server.socket, configuration: Self.singleTry), body)
    }

    /// Runs `body` with stubs over one TLS connection to another server than the first.
    func withServices<Value>(
        of server: AnotherServer, over tls: ClientTLS, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        try await with(
            try TenancyClient(
                host: "localhost", port: server.tlsPort, tls: tls,
                configuration: Self.singleTry),
            body)
    }

    private func with<Value>(
        _ client: TenancyClient, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(Services(client)))
        } catch {
            result = .failure(error)
        }
        await client.close()
        return try result.get()
    }

    /// What a test sees is what the server answered, not what a second try made of it.
    private static var singleTry: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.retry.attemptsMax = 1
        return configuration
    }
}
