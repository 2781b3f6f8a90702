internal import TTRPC
internal import TenancyCommandLine
internal import Testing

@Suite("Where the server is")
struct ServerTargetTests {
    private func target(
        _ environment: [String: String] = [:], files: Set<String> = [],
        _ change: (inout ServerTarget.Choice) -> Void = { _ in }
    ) throws -> ServerTarget {
        var choice = ServerTarget.Choice()
        change(&choice)
        return try ServerTarget(choice, environment: environment) { files.contains($0) }
    }

    @Test(
        "The socket comes from the option, then TENANCY_SOCKET, then the data folder",
        arguments: [
            (nil, [:], ".data/tenancyd.sock"),
            (nil, ["TENANCY_DATA": "/d"], "/d/tenancyd.sock"),
            (nil, ["TENANCY_DATA": "/d", "TENANCY_SOCKET": "/s"], "/s"),
            (nil, ["TENANCY_DATA": "", "TENANCY_SOCKET": ""], ".data/tenancyd.sock"),
            ("/o", ["TENANCY_SOCKET": "/s"], "/o"),
        ] as [(String?, [String: String], String)])
    func socket(option: String?, environment: [String: String], path: String) throws {
        let target = try target(environment) { $0.socket = option }
        #expect(target == ServerTarget(address: .unix(path: path), tls: nil))
    }

    @Test("A socket's path over the kernel's limit is refused")
    func longSocket() {
        let failure = #expect(throws: CommandFailure.self) {
            try target { $0.socket = "/" + String(repeating: "x", count: 107) }
        }
        #expect(failure?.status == .usage)
        #expect(failure?.description.contains("107") == true)
    }

    @Test(
        "Hosts and ports are read in every form",
        arguments: [
            ("localhost:7000", "localhost", 7000), ("localhost", "localhost", 7443),
            ("127.0.0.1:1", "127.0.0.1", 1), ("[::1]:65535", "::1", 65535), ("[::1]", "::1", 7443),
        ] as [(String, String, UInt16)])
    func endpoint(text: String, host: String, port: UInt16) throws {
        #expect(try target { $0.tls = text }.address == .tcp(host: host, port: port))
    }

    @Test(
        "What is no host and port is refused",
        arguments: [
            "", ":7443", "localhost:", "localhost:0", "localhost:65536", "::1", "a:b:1", "[::1",
        ])
    func badEndpoint(text: String) {
        #expect(throws: CommandFailure.self) { try target { $0.tls = text } }
    }

    @Test("The port comes from the environment when none is given")
    func defaultPort() throws {
        let target = try target(["TENANCY_TLS_PORT": "9"]) { $0.tls = "h" }
        #expect(target.address == .tcp(host: "h", port: 9))
    }

    private static let administrator: Set = ["/d/tls/admin.pem", "/d/tls/admin.key"]

    @Test("The administrator's certificate is taken when it is there")
    func defaultCertificate() throws {
        let target = try target(["TENANCY_DATA": "/d"], files: Self.administrator) { $0.tls = "h" }
        #expect(
            target.tls
                == ClientTLS(
                    trustRootsFile: "/d/tls/ca.pem", certificateChainFile: "/d/tls/admin.pem",
                    privateKeyFile: "/d/tls/admin.key"))
    }

    @Test("The administrator's certificate is not shown beside a token")
    func tokenWithoutCertificate() throws {
        let target = try target(["TENANCY_DATA": "/d"], files: Self.administrator) {
            $0.tls = "h"
            $0.hasToken = true
        }
        #expect(target.tls == ClientTLS(trustRootsFile: "/d/tls/ca.pem"))
    }

    @Test("Options that contradict each other are refused")
    func contradictions() {
        let changes: [(inout ServerTarget.Choice) -> Void] = [
            { ($0.socket, $0.tls) = ("/s", "h") },
            { $0.certificateFile = "c" },
            { ($0.tls, $0.certificateFile) = ("h", "c") },
            { ($0.tls, $0.privateKeyFile) = ("h", "k") },
        ]
        for change in changes {
            let failure = #expect(throws: CommandFailure.self) { try target([:], change) }
            #expect(failure?.status == .usage)
        }
    }
}
