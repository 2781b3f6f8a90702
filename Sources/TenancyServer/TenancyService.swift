internal import Glibc
internal import Instrumentation
package import Logging
internal import OpenSSL
internal import Reactor
internal import ServiceLifecycle
package import Systemd
internal import TTRPC
internal import TTRPCInstrumentation
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore
internal import Tracing

/// The whole server: loops, database, services, listeners, put together and ended in order.
package struct TenancyService: Service {
    /// How often the database is asked whether it is there, for the health answer.
    private static let healthInterval = Duration.seconds(1)

    /// What lives as long as the server does.
    private struct Parts {
        let store: TenancyStore
        let sealing: Sealing
        let keeper: QuotaKeeper
        let keys: KeyVerifier
        let tokens: Tokens
        let watches: WatchHub
        let health: HealthService
        let failures: AuthenticationFailures
    }

    private let configuration: ServiceConfiguration
    private let inherited: [InheritedSocket]
    private let status: ServerStatus
    private let reload: ReloadSignal
    private let logger: Logger
    private let onReady: @Sendable ([String]) -> Void

    /// - Parameters:
    ///   - inherited: Listening sockets that were handed to the process.
    ///   - status: What the service tells of itself while it runs.
    ///   - reload: Asks for certificates and master keys to be read anew.
    ///   - onReady: Called once every listener answers, with their addresses.
    package init(
        configuration: ServiceConfiguration, inherited: [InheritedSocket], status: ServerStatus,
        reload: ReloadSignal, logger: Logger, onReady: @escaping @Sendable ([String]) -> Void
    ) {
        self.configuration = configuration
        self.inherited = inherited
        self.status = status
        self.reload = reload
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until a graceful shutdown is asked for, then drains: calls in flight finish, new ones
    /// are refused, the database is let go last.
    ///
    /// - Throws: `RuntimeError` when a listener cannot be opened, `DomainError` when the database
    ///   does not answer at the start.
    package func run() async throws {
        let group = try EventLoopGroup(
            count: configuration.loops, name: "tenancyd", busyPoll: configuration.busyPoll,
            shares: PartyShareRule(percent: configuration.tenantSharePercent))
        var storing = StoreConfiguration(
            url: configuration.databaseURL, connectionsMax: configuration.databaseConnectionsMax)
        storing.acquireTimeMax = configuration.databaseAcquireTimeMax
        storing.platformLook = configuration.platformLook
        let store = TenancyStore(configuration: storing, loops: group)
        do {
            try await store.ping()
        } catch {
            logger.critical("the database does not answer", metadata: ["error": "\(error)"])
            await store.shutdown()
            throw error
        }
        let health = HealthService(services: TenancyServices.all.map(\.name), status: status)
        let parts: Parts
        let server: TTRPCServer
        do {
            let sealing = Sealing(masterKeys: try masterKeys(), store: store)
            let keeper = QuotaKeeper(
                store: store, loops: group, server: "tenancyd-\(getpid())", logger: logger)
            let keys = KeyVerifier(
                store: store, hasher: KeyHasher(peppers: try peppers()), keeper: keeper)
            let tokenKeys = TokenKeys(
                store: store, sealing: sealing, plan: configuration.tokens.plan, logger: logger)
            parts = Parts(
                store: store, sealing: sealing,
                keeper: keeper, keys: keys,
                tokens: Tokens(
                    rules: configuration.tokens.rules, keys: tokenKeys, apiKeys: keys,
                    store: store),
                watches: WatchHub(store: store, watchesMax: configuration.watchesMax),
                health: health,
                failures: AuthenticationFailures(
                    logger: logger, perSecond: configuration.authenticationFailuresPerSecond))
            server = try makeServer(parts, group: group)
        } catch {
            await store.shutdown()
            throw error
        }
        do {
            // Before the first call can come: behind a socket that was handed over, callers wait.
            health.setServing(true)
            let addresses = try await server.start()
            status.watch(group.loops) { server.connectionCount }
            onReady(addresses.map(\.description))
        } catch {
            await store.shutdown()
            throw error
        }
        // Until the last call has its answer: it lives longer than what is done beside the calls.
        async let kept: Void = parts.keeper.run()
        await untilShutdown(parts, server)
        health.setServing(false)
        status.setDraining()
        try? await Task.sleep(for: configuration.drainNotice)
        health.shutDown()
        parts.watches.shutDown()
        logger.info("draining", metadata: ["connections": "\(server.connectionCount)"])
        await server.drain()
        status.unwatch()
        parts.keeper.end()
        await kept
        try? await parts.keys.noteUses()
        await store.shutdown()
        logger.info("stopped")
    }

    /// - Throws: `ConfigurationError` when the file that was named cannot be used: to start without
    ///   its keys would be to lose sight of every secret.
    private func masterKeys() throws -> MasterKeys? {
        guard let path = configuration.encryptionKeyFile else { return nil }
        do {
            return try MasterKeys(path: path)
        } catch {
            throw ConfigurationError(
                key: "encryption.key.file", rule: "must name a file of master keys: \(error)")
        }
    }

    /// - Throws: `ConfigurationError` when the file that was named cannot be used: to start without
    ///   its peppers would be to know none of the keys that were stored with them.
    private func peppers() throws -> MasterKeys? {
        guard let path = configuration.keyPepperFile else { return nil }
        do {
            return try MasterKeys(path: path, mayStandBy: true)
        } catch {
            throw ConfigurationError(
                key: "api.key.pepper.file", rule: "must name a file of peppers: \(error)")
        }
    }

    private func makeServer(_ parts: Parts, group: EventLoopGroup) throws -> TTRPCServer {
        let store = parts.store
        let access = TenantAccess(
            store: store, keys: parts.keys, tokens: parts.tokens, failures: parts.failures,
            sealing: parts.sealing)
        var router = Router()
        TenantService(access: access, store: store).register(on: &router)
        UserService(access: access, store: store).register(on: &router)
        SubscriptionService(access: access, store: store).register(on: &router)
        AccessService(access: access, store: store).register(on: &router)
        let apiKeys = ApiKeyService(
            access: access, store: store, keys: parts.keys, leaks: LeakAlert(logger: logger))
        apiKeys.register(on: &router)
        apiKeys.registerAtOnce(on: &router)
        TokenService(
            access: access, store: store, apiKeys: parts.keys, tokens: parts.tokens
        ).register(on: &router)
        let watches = WatchServer(access: access, store: store, hub: parts.watches)
        let quota = QuotaService(
            access: access, store: store, keeper: parts.keeper, watches: watches)
        quota.register(on: &router)
        quota.registerAtOnce(on: &router)
        ConfigurationService(access: access, store: store, watches: watches)
            .register(on: &router)
        ActivityService(access: access, store: store, watches: watches).register(on: &router)
        parts.health.register(on: &router)
        try ReflectionService.register(on: &router)
        // Watches are the bidirectional calls. Their clients hold a token to go on from.
        for service in TenancyServices.all {
            for method in service.methods where method.kind == .bidirectionalStreaming {
                let name = MethodName(service: service.name, method: method.name)
                if router.methodNames.contains(name) { router.endOnDrain(name) }
            }
        }
        // As long as an export lasts, the database keeps for it what was deleted since. A proof of
        // a long chain takes longer than other unary calls may.
        router.limitTime(
            of: MethodName(service: "bfc.tenancy.v1.TenantService", method: "ExportTenant"),
            to: configuration.exportTimeMax)
        router.limitTime(
            of: MethodName(service: "bfc.tenancy.v1.ActivityService", method: "VerifyAudit"),
            to: configuration.proofTimeMax)
        var server = ServerConfiguration(
            listeners: configuration.listeners(inherited: inherited))
        server.limits = configuration.limits
        return TTRPCServer(
            router: router,
            interceptors: interceptors(of: router, parts, access),
            configuration: server, group: group,
            mapError: { error, _ in ErrorMapping.rpcError(for: error) },
            onEvent: { [events = ServerEvents(logger: logger, failures: parts.failures)] in
                events.record($0)
            })
    }

    /// The trace first, for all that follows belongs to it.
    private func interceptors(
        of router: Router, _ parts: Parts, _ access: TenantAccess
    ) -> [any ServerInterceptor] {
        [
            ServerTracing(
                tracer: InstrumentationSystem.tracer,
                beginsTraces: configuration.traceSampleRatio > 0),
            IdentityInterceptor(
                configuration: configuration.identity, failures: parts.failures,
                tenantOfKey: { access.keyAtOnce($0, $1, WallClock.now())?.tenant }),
            ServerMetrics(router: router),
            CallLog(logger: logger),
        ]
    }

    /// Runs what has to be done beside the calls, until the server is asked to stop.
    private func untilShutdown(_ parts: Parts, _ server: TTRPCServer) async {
        let store = parts.store
        let scheduler = Scheduler(
            store: store, logger: logger, interval: configuration.schedulerInterval,
            retention: configuration.retention)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await watchHealth(of: store, parts.health) }
            tasks.addTask { await scheduler.run() }
            tasks.addTask { await store.followChanges() }
            tasks.addTask { await parts.watches.run() }
            tasks.addTask { await parts.keys.run(logger) }
            tasks.addTask { await parts.tokens.keys.run() }
            tasks.addTask {
                await CertificateWatch(configuration.tls, server: server, logger: logger)
                    .run(reload)
            }
            tasks.addTask {
                await MasterKeyWatch(sealing: parts.sealing, logger: logger).run(reload)
            }
            try? await gracefulShutdown()
            tasks.cancelAll()
        }
    }

    /// Asks the database now and then, so that health says what a caller would meet.
    private func watchHealth(of store: TenancyStore, _ health: HealthService) async {
        var wasThere = true
        while !Task.isCancelled {
            let isThere = (try? await store.ping()) != nil
            guard !Task.isCancelled else { return }
            health.setServing(isThere)
            if wasThere, !isThere { logger.error("the database does not answer") }
            if isThere, !wasThere { logger.notice("the database answers again") }
            wasThere = isThere
            try? await Task.sleep(for: Self.healthInterval)
        }
    }
}

/// Brings the schema of a database up to date.
package enum SchemaMigration {
    /// The URL of the role that owns the schema: itself if it holds no password, or what is in a
    /// file.
    ///
    /// - Returns: nil when neither is named.
    /// - Throws: `ConfigurationError`.
    package static func url(_ plain: String?, file: String?) throws -> String? {
        try ConnectionString.refusePasswordVariable(key: "migration.database.url")
        if let plain, !plain.isEmpty {
            guard !ConnectionString.holdsPassword(plain) else {
                throw ConfigurationError(
                    key: "migration.database.url",
                    rule: "must hold no password; one belongs into the file that "
                        + "TENANCY_MIGRATION_DATABASE_URL_FILE names")
            }
            return plain
        }
        guard let file, !file.isEmpty else { return nil }
        return try SecretFile.read(file, key: "migration.database.url.file")
    }

    /// - Parameter url: Of the role that owns the schema.
    /// - Returns: The names of the migrations that were applied.
    package static func run(on url: String) async throws -> [String] {
        try await TenancyStore.migrate(url: url) { text in
            (try? SHA256.hash(Array(text.utf8)).hex) ?? ""
        }
    }
}
