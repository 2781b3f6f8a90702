internal import Systemd
internal import TTRPC

extension ServiceConfiguration {
    /// Where the server listens: on the sockets that were handed to the process, and on those of
    /// the settings for each kind that was not.
    ///
    /// Unix sockets speak plain text, TCP speaks TLS; so the family of a socket says enough, and
    /// the names in the unit are free.
    func listeners(inherited: [InheritedSocket]) -> [ListenerConfiguration] {
        var listeners = inherited.map { socket in
            var listener: ListenerConfiguration
            switch socket.address {
            case .unix(let path): listener = ListenerConfiguration(.unix(path: path))
            case .tcp(let host, let port):
                listener = ListenerConfiguration(.tcp(host: host, port: port), tls: serverTLS)
            }
            listener.inheritedDescriptor = socket.descriptor
            return listener
        }
        if !listeners.contains(where: { $0.tls == nil }) {
            var unix = ListenerConfiguration(.unix(path: socket))
            unix.unixMode = socketMode
            unix.unixOwner = socketOwner
            unix.unixGroup = socketGroup
            listeners.append(unix)
        }
        if !listeners.contains(where: { $0.tls != nil }) {
            listeners.append(
                ListenerConfiguration(.tcp(host: tls.host, port: tls.port), tls: serverTLS))
        }
        return listeners
    }

    private var serverTLS: ServerTLS {
        var server = ServerTLS(
            certificateChainFile: tls.certificate, privateKeyFile: tls.key,
            trustRootsFile: tls.ca)
        server.revocationListFiles = tls.revocationLists
        server.clientCertificate = tls.clientCertificate
        server.minimumVersion = tls.minimumVersion
        return server
    }
}
