package import TTRPC

/// Where the server is and how to speak to it, decided from options and environment alone.
package struct ServerTarget: Sendable, Hashable {
    package var address: SocketAddress
    /// How to speak TLS; `nil` on a Unix socket.
    package var tls: ClientTLS?

    package static let dataFolderDefault = ".data"
    package static let tlsPortDefault: UInt16 = 7443

    /// What the command line says.
    package struct Choice: Sendable, Hashable {
        package var socket: String?
        package var tls: String?
        package var trustRootsFile: String?
        package var certificateFile: String?
        package var privateKeyFile: String?
        /// Whether the caller shows a key or token. The administrator's certificate is then not
        /// taken by default: it would come before the token, and hide what the token may do.
        package var hasToken = false

        package init() {}
    }

    package init(address: SocketAddress, tls: ClientTLS?) {
        self.address = address
        self.tls = tls
    }

    /// - Parameters:
    ///   - environment: `TENANCY_SOCKET`, `TENANCY_DATA` and `TENANCY_TLS_PORT` are read.
    ///   - fileExists: Whether a default certificate is there to be used.
    /// - Throws: `CommandFailure` with `.usage`.
    package init(
        _ choice: Choice, environment: [String: String], fileExists: (String) -> Bool
    ) throws(CommandFailure) {
        let data = environment["TENANCY_DATA"].nonEmpty ?? Self.dataFolderDefault
        guard let endpoint = choice.tls else {
            guard choice.trustRootsFile == nil, choice.certificateFile == nil,
                choice.privateKeyFile == nil
            else { throw CommandFailure(.usage, "--ca, --cert and --key go with --tls") }
            let path =
                choice.socket.nonEmpty ?? environment["TENANCY_SOCKET"].nonEmpty
                ?? "\(data)/tenancyd.sock"
            guard path.utf8.count <= SocketAddress.unixPathBytesMax else {
                throw CommandFailure(
                    .usage,
                    "the socket's path has more than the \(SocketAddress.unixPathBytesMax) bytes"
                        + " that the kernel takes: \(path)")
            }
            self.init(address: .unix(path: path), tls: nil)
            return
        }
        guard choice.socket == nil else {
            throw CommandFailure(.usage, "give one of --socket and --tls")
        }
        let port = environment["TENANCY_TLS_PORT"].flatMap { UInt16($0) } ?? Self.tlsPortDefault
        let address = try Self.address(of: endpoint, portDefault: port)
        let tls = try Self.tls(choice, folder: "\(data)/tls", fileExists: fileExists)
        self.init(address: address, tls: tls)
    }

    private static func tls(
        _ choice: Choice, folder: String, fileExists: (String) -> Bool
    ) throws(CommandFailure) -> ClientTLS {
        guard (choice.certificateFile == nil) == (choice.privateKeyFile == nil) else {
            throw CommandFailure(.usage, "--cert and --key go together")
        }
        var tls = ClientTLS(trustRootsFile: choice.trustRootsFile ?? "\(folder)/ca.pem")
        tls.certificateChainFile = choice.certificateFile
        tls.privateKeyFile = choice.privateKeyFile
        let administrator = (certificate: "\(folder)/admin.pem", key: "\(folder)/admin.key")
        if choice.certificateFile == nil, !choice.hasToken,
            fileExists(administrator.certificate), fileExists(administrator.key)
        {
            tls.certificateChainFile = administrator.certificate
            tls.privateKeyFile = administrator.key
        }
        return tls
    }

    /// Reads `HOST:PORT`, `HOST`, `[IPV6]:PORT` and `[IPV6]`.
    static func address(
        of endpoint: String, portDefault: UInt16
    ) throws(CommandFailure) -> SocketAddress {
        let failure = CommandFailure(
            .usage, "\"\(endpoint)\" is not HOST:PORT or [IPV6]:PORT")
        var host = endpoint[...]
        var port = portDefault
        let bracket = endpoint.lastIndex(of: "]")
        if let colon = endpoint.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            let digits = endpoint[endpoint.index(after: colon)...]
            guard let number = UInt16(digits), number > 0 else { throw failure }
            port = number
            host = endpoint[..<colon]
        }
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) {
            throw failure
        }
        guard !host.isEmpty else { throw failure }
        return .tcp(host: String(host), port: port)
    }
}

extension String? {
    /// An empty variable of the environment counts as none.
    var nonEmpty: String? { self?.isEmpty == false ? self : nil }
}
