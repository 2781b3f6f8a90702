internal import Foundation
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient

/// A new tenant with users of every rank, on which one scenario plays.
struct Stage {
    let deployment: Deployment
    /// The administrator's.
    let client: TenancyClient
    let code: String
    /// The fields of all answers so far, the latest of each name, and the tenant's `code`.
    private var values: [String: String]

    init(in deployment: Deployment, client: TenancyClient) async throws {
        self.deployment = deployment
        self.client = client
        code = try await Services(client).createTenantWithEveryRank("stage")
        values = ["code": code]
    }

    mutating func perform(_ steps: [SoundCall.Step]) async throws {
        for step in steps {
            switch step {
            case .call(let method, let fields):
                _ = try await answer(try Self.call(method), fields)
            case .sql(let sql):
                _ = try await deployment.query(
                    sql.replacing(
                        ":tenant",
                        with: "(SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)')"))
            }
        }
    }

    /// Makes a call of the administrator's that succeeds, and answers with its answer.
    mutating func answer(_ call: SchemaCall, _ fields: String) async throws -> String {
        let text = try await call.answer(request(call, fields), through: client)
        learn(try JSONSerialization.jsonObject(with: Data(text.utf8)))
        return text
    }

    /// Calls as the administrator, or as somebody else.
    func outcome(
        _ call: SchemaCall, _ fields: String, through other: TenancyClient? = nil,
        options: CallOptions = .defaults
    ) async throws -> SchemaCall.Outcome? {
        try await call.outcome(
            request(call, fields), through: other ?? client, options: options)
    }

    /// The request with these fields, about the stage's tenant or another.
    func request(_ call: SchemaCall, _ fields: String, of tenant: String? = nil) -> String {
        var parts = [fields]
        if !MatrixRequests.notOfATenant.contains(call.name) {
            parts.insert(#""tenantCode":"\#(tenant ?? code)""#, at: 0)
        }
        return "{\(filled(parts.filter { !$0.isEmpty }.joined(separator: ",")))}"
    }

    func filled(_ text: String) -> String {
        var text = text
        for (name, value) in values { text.replace("${\(name)}", with: value) }
        return text
    }

    /// A value of an answer before.
    func value(_ name: String) -> String? { values[name] }

    static func call(_ name: String) throws -> SchemaCall {
        guard let call = SchemaCall.all.first(where: { $0.name == name }) else {
            throw DeploymentError("no such method: \(name)")
        }
        return call
    }

    private mutating func learn(_ answer: Any) {
        if let items = answer as? [Any] {
            for item in items { learn(item) }
        } else if let members = answer as? [String: Any] {
            for (name, value) in members {
                if let text = value as? String {
                    values[name] = text
                } else if let number = value as? NSNumber {
                    values[name] = number.stringValue
                } else {
                    learn(value)
                }
            }
        }
    }
}
