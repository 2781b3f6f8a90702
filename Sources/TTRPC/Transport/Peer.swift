package import OpenSSL

/// Who is at the other end of a connection, as far as the kernel and TLS can tell.
public struct Peer: Sendable {
    /// The address of a TCP peer (`127.0.0.1:50412`), or `unix` for a Unix socket.
    public let address: String
    /// The IP address of a TCP peer without its port; nil on a Unix socket.
    public let ipAddress: String?
    /// What the kernel says of the process that connected over a Unix socket (`SO_PEERCRED`).
    public let credentials: Credentials?
    /// The certificate that a TLS client showed and that was verified; nil when it showed none.
    package var certificate: Certificate?

    /// The identity of a process at the time it connected.
    public struct Credentials: Sendable, Hashable {
        public let processID: Int32
        public let userID: UInt32
        public let groupID: UInt32

        package init(processID: Int32, userID: UInt32, groupID: UInt32) {
            self.processID = processID
            self.userID = userID
            self.groupID = groupID
        }
    }

    package init(
        address: String, ipAddress: String?, credentials: Credentials?,
        certificate: Certificate? = nil
    ) {
        self.address = address
        self.ipAddress = ipAddress
        self.credentials = credentials
        self.certificate = certificate
    }

    /// What connection limits are counted by: the user on a Unix socket, the address on TCP.
    var limitKey: String {
        credentials.map { "uid:\($0.userID)" } ?? "ip:\(ipAddress ?? address)"
    }
}
