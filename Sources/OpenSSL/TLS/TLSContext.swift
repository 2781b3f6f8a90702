internal import COpenSSL

/// Which end of a connection a session is.
package enum TLSRole: Sendable, Hashable {
    case client, server
}

/// What the sessions of one listener, or of one client, have in common: certificates, trust, rules.
///
/// Making one reads files and so blocks: never on a loop or on Swift's cooperative threads. New
/// certificates or revocation lists mean a new context; sessions keep the one they began with.
// Unchecked because of the raw pointer: an SSL_CTX is not changed after `init`, and OpenSSL
// documents making sessions from it as safe from any number of threads.
package final class TLSContext: @unchecked Sendable {
    let handle: SSLContextHandle
    package let role: TLSRole
    /// What we present; for its date of expiry above all.
    package let certificate: Certificate?
    let requiresApplicationProtocol: Bool
    let serverIdentity: SPIFFEID?
    private let applicationProtocols: ApplicationProtocols
    let revocationLists = RevocationLists()

    /// Chains longer than this are refused; a public chain has two or three issuers.
    static let chainDepthMax: Int32 = 8
    /// What a peer's certificates may take in all, before any is looked at.
    static let peerChainBytesMax = 64 * 1024

    /// A server's context. Reads the files named in `configuration`; throws an error that names the
    /// file which is unreadable, malformed, expired, or does not fit its key.
    package init(_ configuration: TLSServerConfiguration) throws(OpenSSLError) {
        role = .server
        requiresApplicationProtocol = configuration.requiresApplicationProtocol
        serverIdentity = nil
        applicationProtocols = try ApplicationProtocols(configuration.applicationProtocols)
        handle = try SSLContextHandle.make(.server, minimumVersion: configuration.minimumVersion)
        certificate = try handle.present(configuration.identity)
        if !applicationProtocols.isEmpty {
            applicationProtocols.install(on: handle.pointer)
        }
        try handle.verifyClients(configuration, keeping: revocationLists)
        try handle.issueNoTickets()
    }

    /// A client's context. Reads the files named in `configuration`; throws an error that names the
    /// file which is unreadable, malformed, expired, or does not fit its key.
    package init(_ configuration: TLSClientConfiguration) throws(OpenSSLError) {
        role = .client
        requiresApplicationProtocol = configuration.requiresApplicationProtocol
        serverIdentity = configuration.serverIdentity
        applicationProtocols = try ApplicationProtocols(configuration.applicationProtocols)
        handle = try SSLContextHandle.make(.client, minimumVersion: configuration.minimumVersion)
        if let identity = configuration.identity {
            certificate = try handle.present(identity)
        } else {
            certificate = nil
        }
        if !applicationProtocols.isEmpty {
            try applicationProtocols.offer(on: handle.pointer)
        }
        try handle.verifyServers(configuration, keeping: revocationLists)
    }
}
