package import Configuration
internal import Glibc
package import Logging
package import TTRPC
package import Tenancy

/// Everything a `tenancyd` can be told, with the values it has when it is told nothing.
///
/// A value comes from the command line (`--tls-port`), else the environment (`TENANCY_TLS_PORT`),
/// else the file named by `TENANCY_CONFIG_FILE` (`{"tls": {"port": 7443}}`). Keys and
/// certificates are named by their files, and so is a database's URL that holds a password: flags
/// and variables can be read by others, and get into logs.
package struct ServiceConfiguration: Sendable {
    /// The folder that relative defaults live in.
    package var data: String
    /// The path of the Unix socket.
    package var socket: String
    /// Who may connect to the socket, as the bits of its file's mode.
    package var socketMode: UInt32
    /// The user and the group of the socket's file; nil leaves them the server's.
    package var socketOwner: UInt32?
    package var socketGroup: UInt32?
    package var tls: TLS
    /// How the application's role reaches Postgres.
    package var databaseURL: String
    /// How many connections to Postgres each loop may hold.
    package var databaseConnectionsMax: Int
    /// How long a call waits for one of them.
    package var databaseAcquireTimeMax: Duration
    /// How many threads serve connections.
    package var loops: Int
    /// How long a loop looks for events before it sleeps.
    package var busyPoll: Duration
    /// What a tenant looks like that says nothing about it.
    package var platformLook: BrandingLayer
    /// How much of a loop's time the handlers of one tenant may work while others want some, in per
    /// cent; 100 for all of it.
    package var tenantSharePercent: Int
    /// The port of the operations page on the loopback address; 0 lets the kernel choose.
    package var operationsPort: UInt16
    /// What is too unimportant for the log.
    package var logLevel: Logger.Level
    /// What part of the calls that come without a trace begin one that is recorded, from 0 to 1.
    package var traceSampleRatio: Double
    /// How long a server that is asked to stop still takes calls, while health and `/readyz` say
    /// that it will not: balancers need the time to notice.
    package var drainNotice: Duration
    package var retention: Retention
    /// How often a server looks whether a job is due that it could do.
    package var schedulerInterval: Duration
    /// The file of master keys; nil when secrets cannot be kept.
    package var encryptionKeyFile: String?
    /// The file of the peppers of API keys; nil when keys are stored by their plain hash.
    package var keyPepperFile: String?
    package var identity: IdentityConfiguration
    package var tokens: TokenConfiguration
    package var limits: ServerLimits
    /// How many watches are served at once.
    package var watchesMax: Int
    /// How long an export may take.
    package var exportTimeMax: Duration
    /// How long proving a tenant's chain may take.
    package var proofTimeMax: Duration
    /// How many failures to be somebody one address may have a second; 0 for any number.
    package var authenticationFailuresPerSecond: Int

    /// How many connections may be open, which is also how many descriptors are needed at least.
    package var connectionsMax: Int { limits.connectionsMax }

    /// The TLS listener.
    package struct TLS: Sendable {
        package var host: String
        package var port: UInt16
        package var certificate: String
        package var key: String
        package var ca: String
        package var revocationLists: [String]
        package var minimumVersion: ServerTLS.Version
        package var clientCertificate: ServerTLS.ClientCertificatePolicy
    }

    /// - Throws: `ConfigurationError` naming the key and the rule it breaks.
    package init(reading config: ConfigReader) throws {
        let data = config.string(forKey: "data", default: ".data")
        self.data = data
        socket = config.string(forKey: "socket", default: "\(data)/tenancyd.sock")
        guard socket.utf8.count <= SocketAddress.unixPathBytesMax else {
            throw ConfigurationError(
                key: "socket",
                rule: """
                    must have at most \(SocketAddress.unixPathBytesMax) bytes, the kernel's limit, \
                    and "\(socket)" has \(socket.utf8.count)
                    """)
        }
        socketMode = try Self.mode(config.string(forKey: "socket.mode", default: "660"))
        socketOwner = try config.string(forKey: "socket.owner").map {
            try AccountNames.userID($0, key: "socket.owner")
        }
        socketGroup = try config.string(forKey: "socket.group").map {
            try AccountNames.groupID($0, key: "socket.group")
        }
        tls = try TLS(reading: config.scoped(to: "tls"), data: data)
        databaseURL = try Self.databaseURL(config)
        databaseConnectionsMax = try Self.number(
            config, "database.connections.max", default: 8, in: 1...1000)
        databaseAcquireTimeMax = .milliseconds(
            try Self.number(config, "database.acquire.ms", default: 1_000, in: 1...600_000))
        loops = try Self.number(
            config, "loops", default: max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))), in: 1...256)
        busyPoll = .microseconds(
            try Self.number(config, "busy.poll.us", default: 0, in: 0...100_000))
        tenantSharePercent = try Self.number(
            config, "limits.tenant.share.percent", default: 5, in: 1...100)
        operationsPort = UInt16(try Self.number(config, "ops.port", default: 7480, in: 0...65_535))
        logLevel = try Self.logLevel(config.string(forKey: "log.level", default: "info"))
        traceSampleRatio = try Self.ratio(config, "trace.sample.ratio")
        drainNotice = .milliseconds(
            try Self.number(config, "drain.notice.ms", default: 0, in: 0...3_600_000))
        platformLook = try BrandingLayer(reading: config.scoped(to: "branding"))
        retention = try Retention(reading: config.scoped(to: "retention"))
        schedulerInterval = .milliseconds(
            try Self.number(config, "scheduler.interval.ms", default: 5_000, in: 10...3_600_000))
        // Named and empty means none, whatever else is there.
        let keyFile =
            config.string(forKey: "encryption.key.file") ?? Self.credential("tenancy-master-keys")
        encryptionKeyFile = keyFile?.isEmpty == true ? nil : keyFile
        let pepperFile =
            config.string(forKey: "api.key.pepper.file")
            ?? Self.credential("tenancy-api-key-peppers")
        keyPepperFile = pepperFile?.isEmpty == true ? nil : pepperFile
        identity = try IdentityConfiguration(reading: config)
        tokens = try TokenConfiguration(reading: config, trustDomain: identity.trustDomain)
        limits = try Self.limits(config.scoped(to: "limits"))
        watchesMax = try Self.number(
            config, "limits.watches.max", default: 4_096, in: 1...1_000_000)
        exportTimeMax = .milliseconds(
            try Self.number(
                config, "limits.export.time.max.ms", default: 3_600_000, in: 1...86_400_000))
        proofTimeMax = .milliseconds(
            try Self.number(
                config, "limits.proof.time.max.ms", default: 3_600_000, in: 1...86_400_000))
        authenticationFailuresPerSecond = try Self.number(
            config, "limits.authentication.failures.per.second", default: 10, in: 0...1_000_000)
    }

    /// The URL itself, or what is in the file that `database.url.file` names: a credential of the
    /// service manager's is a file.
    private static func databaseURL(_ config: ConfigReader) throws -> String {
        // Both are asked for, whichever is used: what nobody asks for counts as no setting.
        try ConnectionString.refusePasswordVariable(key: "database.url")
        let url = config.string(forKey: "database.url", isSecret: true)
        let path = config.string(forKey: "database.url.file")
        if let url, !url.isEmpty {
            guard !ConnectionString.holdsPassword(url) else {
                throw ConfigurationError(
                    key: "database.url",
                    rule: "must hold no password; one belongs into the file that "
                        + "\(ConfigurationError.variable(of: "database.url.file")) names")
            }
            return url
        }
        if let path, !path.isEmpty {
            return try SecretFile.read(path, key: "database.url.file")
        }
        throw ConfigurationError(
            key: "database.url", rule: "must name the Postgres server, as a libpq URL")
    }

    /// The file of a systemd credential, when the service was given one of this name.
    private static func credential(_ name: String) -> String? {
        guard let folder = getenv("CREDENTIALS_DIRECTORY") else { return nil }
        let path = "\(String(cString: folder))/\(name)"
        return access(path, F_OK) == 0 ? path : nil
    }

    private static func limits(_ config: ConfigReader) throws -> ServerLimits {
        var limits = ServerLimits()
        limits.connectionsMax = try number(
            config, "connections.max", default: limits.connectionsMax, in: 1...1_000_000)
        limits.connectionsPerPeerMax = try number(
            config, "connections.per.peer.max", default: limits.connectionsPerPeerMax,
            in: 1...1_000_000)
        limits.callsPerConnectionMax = try number(
            config, "calls.per.connection.max", default: limits.callsPerConnectionMax,
            in: 1...1_000_000)
        limits.callsAtWorkPerConnectionMax = try number(
            config, "calls.at.work.per.connection.max",
            default: limits.callsAtWorkPerConnectionMax, in: 1...1_000_000)
        limits.callsAtWorkMax = try number(
            config, "calls.at.work.max", default: limits.callsAtWorkMax, in: 1...10_000_000)
        limits.channel.frameTimeMax = .milliseconds(
            try number(config, "frame.time.max.ms", default: 10_000, in: 1...3_600_000))
        limits.channel.handshakeTimeMax = .milliseconds(
            try number(config, "handshake.time.max.ms", default: 10_000, in: 1...3_600_000))
        limits.channel.writeTimeMax = .milliseconds(
            try number(config, "write.time.max.ms", default: 15_000, in: 1...3_600_000))
        limits.channel.idleTimeMax = .milliseconds(
            try number(config, "idle.time.max.ms", default: 900_000, in: 1...86_400_000))
        limits.drainTimeMax = .milliseconds(
            try number(config, "drain.time.max.ms", default: 10_000, in: 0...3_600_000))
        return limits
    }

    static func number(
        _ config: ConfigReader, _ key: String, default value: Int, in range: ClosedRange<Int>
    ) throws -> Int {
        guard let text = config.string(forKey: ConfigKey(key)) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationError(
                key: key,
                rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// What a list holds, without the spaces around it.
    static func items(_ text: String) -> [String] {
        text.split(separator: ",").compactMap { item in
            let trimmed = item.drop { $0 == " " }
            guard let end = trimmed.lastIndex(where: { $0 != " " }) else { return nil }
            return String(trimmed[...end])
        }
    }

    private static func logLevel(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationError(key: "log.level", rule: "must be one of \(levels)")
        }
        return level
    }

    private static func ratio(_ config: ConfigReader, _ key: String) throws -> Double {
        guard let text = config.string(forKey: ConfigKey(key)) else { return 0 }
        guard let ratio = Double(text), (0...1).contains(ratio) else {
            throw ConfigurationError(key: key, rule: "must be a number from 0 to 1")
        }
        return ratio
    }

    private static func mode(_ text: String) throws -> UInt32 {
        guard let mode = UInt32(text, radix: 8), mode <= 0o777 else {
            throw ConfigurationError(key: "socket.mode", rule: "must be an octal mode such as 660")
        }
        return mode
    }
}

extension Retention {
    fileprivate init(reading config: ConfigReader) throws {
        self.init(
            activityMonths: try ServiceConfiguration.number(
                config, "activity.months", default: 0, in: 0...Self.monthsMax),
            usageMonths: try ServiceConfiguration.number(
                config, "usage.months", default: 0, in: 0...Self.monthsMax))
    }
}

extension ServiceConfiguration.TLS {
    fileprivate init(reading config: ConfigReader, data: String) throws {
        host = config.string(forKey: "host", default: "127.0.0.1")
        port = UInt16(
            try ServiceConfiguration.number(config, "port", default: 7443, in: 0...65_535))
        certificate = config.string(forKey: "cert", default: "\(data)/tls/server.pem")
        key = config.string(forKey: "key", default: "\(data)/tls/server.key")
        ca = config.string(forKey: "ca", default: "\(data)/tls/ca.pem")
        revocationLists = ServiceConfiguration.items(config.string(forKey: "crl", default: ""))
        switch config.string(forKey: "min.version", default: "1.3") {
        case "1.2": minimumVersion = .v1_2
        case "1.3": minimumVersion = .v1_3
        default: throw ConfigurationError(key: "tls.min.version", rule: "must be 1.2 or 1.3")
        }
        switch config.string(forKey: "client.certificate", default: "optional") {
        case "none": clientCertificate = .none
        case "optional": clientCertificate = .optional
        case "required": clientCertificate = .required
        default:
            throw ConfigurationError(
                key: "tls.client.certificate", rule: "must be none, optional or required")
        }
        guard revocationLists.isEmpty || clientCertificate != .none else {
            throw ConfigurationError(
                key: "tls.crl", rule: "needs client certificates, which are none here")
        }
    }
}

/// A setting that cannot be used.
package struct ConfigurationError: Error, CustomStringConvertible {
    /// The setting, as in a configuration file: `tls.port`.
    package var key: String
    /// The rule it breaks, in words.
    package var rule: String

    /// The setting's name in the environment: `TENANCY_TLS_PORT`.
    static func variable(of key: String) -> String {
        "TENANCY_" + key.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// A flag is called what it is.
    package var description: String {
        key.hasPrefix("-") ? "\(key) \(rule)" : "\(key) (\(Self.variable(of: key))): \(rule)"
    }
}
