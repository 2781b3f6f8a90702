internal import OpenSSL
internal import Reactor
internal import TTRPC
internal import Tenancy

/// Finds out who is at the other end of a connection.
///
/// First the client certificate, by its SPIFFE id; then the kernel's credentials of a Unix socket's
/// peer; else nobody. Both are of the connection, so they are looked at once.
struct IdentityInterceptor: ServerInterceptor {
    /// The metadata by which a service names the user for whom it calls.
    static let actorKey = "bfc-actor"

    /// The metadata by which a program of a tenant shows its key.
    static let authorizationKey = "authorization"

    let configuration: IdentityConfiguration
    let failures: AuthenticationFailures
    /// The tenant of an API key that is shown from an address, when it is certain from memory that
    /// the key is good.
    let tenantOfKey: @Sendable (String, String?) -> TenantID?

    func connectionAccepted(_ peer: Peer) -> String? {
        guard let address = peer.ipAddress, failures.isOverLimit(address) else { return nil }
        return "failedHandshakesPerAddress"
    }

    /// A verified certificate that names nobody is kept as what is wrong with it: thrown from here,
    /// it would close the connection, and the caller would only see a server that is not there.
    func connectionOpened(_ peer: Peer) -> (any AnyObject & Sendable)? {
        if let certificate = peer.certificate {
            do throws(CertificateRefusal) {
                return ConnectionIdentity(try principal(of: certificate), peer)
            } catch {
                failures.record(.certificate, reason: error.reason, peer: peer.address)
                return ConnectionIdentity(
                    .anonymous, peer,
                    refusal: RPCError(.unauthenticated, "client certificate: \(error.rule)"))
            }
        }
        if let credentials = peer.credentials {
            return ConnectionIdentity(principal(of: credentials), peer)
        }
        return ConnectionIdentity(.anonymous, peer)
    }

    /// - Throws: `RPCError` with `UNAUTHENTICATED` for every call, health too, of a caller with a
    ///   wrong certificate: it is told so, rather than served as nobody.
    func admit(_ context: inout ServerContext) throws(RPCError) {
        guard let identity = context.connection.attachment as? ConnectionIdentity else { return }
        if let refusal = identity.refusal { throw refusal }
        // Most calls say nothing about themselves.
        guard !context.metadata.isEmpty else {
            context.attachment = identity.plain
            return
        }
        let connected = identity.plain.caller
        let actor = try actor(context.metadata, of: connected.principal)
        let principal = actor ?? connected.principal
        context.attachment = IdentifiedCaller(
            Caller(
                principal: principal, address: connected.address,
                userAgent: context.metadata["user-agent"],
                bearer: principal == .anonymous ? Self.bearer(context.metadata) : nil),
            actor == nil ? identity.plain.allowedOnEveryActiveTenant : OperationSet())
    }

    /// The platform's own calls are for the tenants that they name. Anybody else could name one and
    /// take of its share before being refused: who calls with a key counts for the key's tenant,
    /// and everybody else, a key that has ended too, for their connection.
    func party(of context: borrowing ServerContext) -> CallParty {
        let caller = context.caller
        switch caller.principal {
        case .anonymous:
            guard let bearer = caller.bearer, let tenant = tenantOfKey(bearer, caller.address)
            else { return .connection }
            return .party(TenantParty.number(of: tenant.rawValue))
        // One that may call nothing about a tenant takes nothing from one.
        case .service(_, let operations), .user(_, _, let operations):
            return operations.isEmpty ? .connection : .request
        case .platformAdministrator, .apiKey: return .request
        }
    }

    /// The credential of `authorization: Bearer …`, whose scheme is of either case (RFC 9110). It
    /// is looked at only where the connection names nobody: a certificate and the kernel are
    /// believed first, and a service that passes on what its own callers sent is still itself.
    private static func bearer(_ metadata: Metadata) -> String? {
        guard let value = metadata[authorizationKey] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    /// The user for whom a service calls; nil when there is none.
    ///
    /// - Throws: `RPCError` with `PERMISSION_DENIED` for anyone else who names a user: to serve
    ///   the call in the caller's own name would do what was not asked. For the same reason
    ///   `INVALID_ARGUMENT` when it is not certain who is named: a gateway may have passed on what
    ///   its own caller sent, and added its own.
    private func actor(
        _ metadata: Metadata, of principal: Principal
    ) throws(RPCError) -> Principal? {
        let named = metadata.pairs.filter {
            $0.key.utf8.count == Self.actorKey.utf8.count && $0.key.lowercased() == Self.actorKey
        }
        guard let user = named.first?.value else { return nil }
        guard named.count == 1, named[0].key == Self.actorKey else {
            throw RPCError(
                .invalidArgument, "\(Self.actorKey) must be given once, and in lower case")
        }
        switch principal {
        case .service(let name, let operations):
            guard UserID(user) != nil else {
                throw RPCError(.invalidArgument, "\(Self.actorKey) \(UserID.rule)")
            }
            return .user(id: user, service: name, operations: operations)
        case .anonymous:
            throw ErrorMapping.status(for: Authority.Denial.unauthenticated.error)
        default:
            throw RPCError(
                .permissionDenied, "only a service may name a user by \(Self.actorKey)")
        }
    }

    /// Why a certificate that verified names nobody: a word for a metric, and a sentence.
    private struct CertificateRefusal: Error {
        let reason: String
        let rule: String
    }

    private func principal(
        of certificate: Certificate
    ) throws(CertificateRefusal) -> Principal {
        let identity: SPIFFEID
        do throws(SPIFFEError) {
            identity = try certificate.spiffeID()
        } catch {
            throw CertificateRefusal(reason: error.rule.name, rule: error.description)
        }
        guard identity.trustDomain == configuration.trustDomain else {
            throw CertificateRefusal(
                reason: "other_trust_domain",
                rule: "its trust domain must be \(configuration.trustDomain)")
        }
        let path = identity.path.split(separator: "/")
        switch (path.first, path.count) {
        case ("admin", 2): return .platformAdministrator(name: String(path[1]))
        case ("service", 2):
            return configuration.service(String(path[1]))
        default:
            throw CertificateRefusal(
                reason: "other_path",
                rule: "its SPIFFE path must be /admin/NAME or /service/NAME")
        }
    }

    private func principal(of credentials: Peer.Credentials) -> Principal {
        // A user says more than a group, which others may be in too.
        if configuration.users.administrators.contains(credentials.userID) {
            return .platformAdministrator(name: "uid:\(credentials.userID)")
        }
        if let name = configuration.users.services[credentials.userID] {
            return configuration.service(name)
        }
        if configuration.groups.administrators.contains(credentials.groupID) {
            return .platformAdministrator(name: "uid:\(credentials.userID)")
        }
        if let name = configuration.groups.services[credentials.groupID] {
            return configuration.service(name)
        }
        return .anonymous
    }
}

/// Who is at the other end of a connection, or why it is refused every call.
private final class ConnectionIdentity: Sendable {
    /// The caller of every call that comes without metadata.
    let plain: IdentifiedCaller
    let refusal: RPCError?

    init(_ principal: Principal, _ peer: Peer, refusal: RPCError? = nil) {
        plain = IdentifiedCaller(
            Caller(principal: principal, address: peer.ipAddress, userAgent: nil),
            Authority.allowedOnEveryActiveTenant(principal))
        self.refusal = refusal
    }
}

/// The caller of a call, as its context carries it.
final class IdentifiedCaller: Sendable {
    static let nobody = IdentifiedCaller(
        Caller(principal: .anonymous, address: nil, userAgent: nil), OperationSet())

    let caller: Caller
    /// What the caller may ask about every active tenant, decided once for many calls.
    let allowedOnEveryActiveTenant: OperationSet

    init(_ caller: Caller, _ allowedOnEveryActiveTenant: OperationSet) {
        self.caller = caller
        self.allowedOnEveryActiveTenant = allowedOnEveryActiveTenant
    }
}

/// Who makes a call, and from where: what authority is decided on and the audit trail records.
struct Caller: Sendable {
    let principal: Principal
    /// The IP address; nil over a Unix socket.
    let address: String?
    /// What the client says it is.
    let userAgent: String?
    /// What a caller whom the connection does not name shows instead. Nobody has looked at it as
    /// long as the principal is anonymous.
    let bearer: String?
    /// The key from whose hour this call has still to be taken.
    var owes: KnownKey?
    /// When the credential was looked at; nil where nobody has.
    let seenAt: MonotonicInstant?

    init(
        principal: Principal, address: String?, userAgent: String?, bearer: String? = nil,
        owes: KnownKey? = nil, seenAt: MonotonicInstant? = nil
    ) {
        self.principal = principal
        self.address = address
        self.userAgent = userAgent
        self.bearer = bearer
        self.owes = owes
        self.seenAt = seenAt
    }
}

extension ServerContext {
    /// Who makes this call; nobody when no interceptor said so.
    var caller: Caller { identified.caller }

    /// The same without a copy.
    var identified: IdentifiedCaller { attachment as? IdentifiedCaller ?? .nobody }
}
