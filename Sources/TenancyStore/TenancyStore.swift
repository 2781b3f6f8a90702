internal import Postgres
package import Reactor
internal import Synchronization
package import Tenancy

/// The domain's data in Postgres.
///
/// Every call is one transaction and, with its scope, one round trip. It connects as the
/// application's role, which row-level security binds: a statement that forgot its tenant would see
/// nothing.
package final class TenancyStore: Sendable {
    /// How often a call is tried when concurrent changes get in its way, the first time included.
    package static let attemptsMax = 4

    /// How many tenants are remembered by their codes and numbers, some of them twice.
    static let tenantsMax = 2_000_000
    /// How many users' standings, and grants in them, are remembered.
    static let standingsMax = 200_000
    /// How many answers whether a tenant has a feature are remembered.
    static let featuresMax = 100_000
    /// How much memory the keys that are remembered take: some 50,000 of them.
    static let apiKeysBytesMax = 64 << 20
    /// How many keys that tokens are of are remembered.
    static let tokenSubjectsMax = 50_000

    let url: String
    let platformLook: BrandingLayer
    let client: PostgresClient
    /// What follows the database beside the calls, on connections of its own: calls that wait for
    /// a connection must not make the caches lose their trust, which would mean more such calls.
    let followers: PostgresClient
    let loops: EventLoopGroup
    let changes = ChangeFeed()
    let directory = TenantDirectory(tenantsMax: tenantsMax)
    /// By user.
    let standings = TenantCache<String, TenantStanding>(costMax: standingsMax)
    /// Secrets on them are sealed.
    let settingPages = TenantCache<SettingListRequest, SettingPage>(costMax: settingPagesBytesMax)
    let looks = TenantCache<LookKey, TenantLook>(costMax: looksBytesMax)
    /// Whether a flag among a tenant's features is on, by its name.
    let features = TenantCache<String, Bool>(costMax: featuresMax)
    /// By the SHA-256 of the key.
    let apiKeys = TenantCache<CredentialDigest, StoredKey>(costMax: apiKeysBytesMax)
    /// By the number of the API key.
    let tokenSubjects = TenantCache<Int64, TokenSubject>(costMax: tokenSubjectsMax)
    let exportsUnderWay = Mutex(ExportsUnderWay())
    /// Who of this server holds units, if anybody does.
    let quotaHolder = Mutex<(any QuotaHolder)?>(nil)

    package init(configuration: StoreConfiguration, loops: EventLoopGroup) {
        var postgres = PostgresConfiguration(url: configuration.url)
        postgres.connectionsMax = configuration.connectionsMax
        postgres.acquireTimeMax = configuration.acquireTimeMax
        url = configuration.url
        platformLook = configuration.platformLook
        client = PostgresClient(configuration: postgres, loops: loops)
        postgres.applicationName = "tenancyd follow"
        postgres.connectionsMax = 1
        followers = PostgresClient(configuration: postgres, loops: loops)
        self.loops = loops
        changes.add(directory)
        changes.add(standings)
        changes.add(settingPages)
        changes.add(looks)
        changes.add(features)
        changes.add(apiKeys)
        changes.add(tokenSubjects)
    }

    /// Fails what waits and what is under way, and closes every connection.
    package func shutdown() async {
        await followers.shutdown()
        await client.shutdown()
    }

    /// Whether the database answers.
    ///
    /// - Throws: `unavailable`.
    package func ping() async throws(DomainError) {
        do throws(PostgresError) {
            _ = try await client.query("SELECT 1")
        } catch {
            throw DomainError(error)
        }
    }

    /// The number of the tenant that is named, or nil when there is none. A number is taken at its
    /// word: the statement that follows finds out. A code is looked up once, since neither it nor
    /// its number ever changes; that there is no such code is not remembered, as there may be soon.
    ///
    /// - Throws: `unavailable`.
    package func tenantID(of selector: TenantSelector) async throws(DomainError) -> TenantID? {
        switch selector {
        case .id(let id): return id
        case .code(let code):
            if let id = directory.id(of: code) { return id }
            let rows = try await read(
                in: .platform,
                "SELECT tenant_id FROM tenant_codes WHERE tenant_code = \(code.text)")
            guard let row = rows.first else { return nil }
            let id = try row.tenantID("tenant_id")
            directory.keep(id, code)
            return id
        }
    }

    // MARK: - Round trips

    /// Reads in one round trip. A read that met a lost connection is tried again, as it has no
    /// effect that could be doubled.
    func read(in scope: Scope, _ statement: SQL) async throws(DomainError) -> [Row] {
        var settings = TransactionSettings(scope: scope)
        settings.isReadOnly = true
        return try await attempt(settings, statement) {
            DomainError.isConflict($0) || $0.code == .connectionLost
        }
    }

    /// Changes in one round trip, under the name of who asked for it.
    ///
    /// - Parameter confirmation: What comes last in the transaction, and fails it.
    func write(
        in scope: Scope, context: AuditContext, _ statement: SQL, confirmation: SQL? = nil
    ) async throws(DomainError) -> [Row] {
        try await attempt(
            TransactionSettings(scope: scope, context: context), statement, confirmation,
            DomainError.isConflict)
    }

    private func attempt(
        _ settings: TransactionSettings, _ statement: SQL, _ confirmation: SQL? = nil,
        _ isWorthAnother: (PostgresError) -> Bool
    ) async throws(DomainError) -> [Row] {
        var attempts = 1
        while true {
            do throws(PostgresError) {
                let statements = [statement] + (confirmation.map { ["SELECT \(sql: $0)"] } ?? [])
                return try await client.pipeline(in: settings, statements).first ?? []
            } catch {
                guard attempts < Self.attemptsMax, isWorthAnother(error) else {
                    throw DomainError(error)
                }
                attempts += 1
            }
        }
    }
}
