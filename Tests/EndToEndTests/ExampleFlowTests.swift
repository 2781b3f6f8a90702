internal import Foundation
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("The documented example, on a new deployment", .timeLimit(.minutes(5)))
struct ExampleFlowTests {
    /// The socket that the tenant is created and its units are taken through; the answers are read
    /// through both.
    @Test("gives the documented ids, quotas and percentages", arguments: Way.allCases)
    func flow(over way: Way) async throws {
        let deployment = try await Deployment()
        let created = try await deployment.control(
            way,
            ["call", "bfc.tenancy.v1.TenantService/CreateTenant", Examples.axisSecuritiesJSON])
        #expect(created.status == 0, "\(created.errors)")
        #expect(try JSONAnswer(created.output).contains(JSONAnswer(Examples.createdJSON)))

        try await deployment.withServices(over: way) { services in
            for (resource, amount) in Examples.month {
                let answer = try await services.consume(amount, resource, of: "axis-securities")
                #expect(answer.allowed)
                #expect(answer.current == amount)
                #expect(answer.remaining == answer.max - amount)
            }
        }

        for reader in Way.allCases {
            try await deployment.withServices(over: reader) { services in
                try await expectExampleQuotas(services)
            }
            let printed = try await deployment.control(
                reader,
                [
                    "call", "bfc.tenancy.v1.QuotaService/GetQuotas",
                    #"{"tenantCode": "axis-securities"}"#,
                ])
            #expect(printed.status == 0, "\(printed.errors)")
            #expect(
                try JSONAnswer(printed.output).contains(JSONAnswer(Examples.quotasJSON)),
                "\(printed.output)")
        }
        try await expectRowsOfNewTenant(deployment)
        try await deployment.shutdown()
    }

    private func expectExampleQuotas(_ services: Services) async throws {
        let answer = try await services.quotas.getQuotas(GetQuotasRequest(tenantId: 2))
        #expect(answer.success)
        let quotas = try #require(answer.quotas)
        // How much a server has in hand depends on what came before.
        var (users, apiCalls, transactions) = (quotas.users, quotas.apiCalls, quotas.transactions)
        var storage = quotas.storage
        users?.reserved = 0
        apiCalls?.reserved = 0
        transactions?.reserved = 0
        storage?.reserved = 0
        #expect(
            users
                == QuotaStatus(
                    available: true, current: 3, max: 10, percentage: 30, limitVersion: 1))
        #expect(
            apiCalls
                == QuotaStatus(
                    available: true, current: 2547, max: 10_000, percentage: 25.47,
                    limitVersion: 1))
        #expect(
            storage
                == StorageQuotaStatus(
                    available: true, current: 1.2, max: 5, percentage: 24,
                    currentBytes: 1_200_000_000, maxBytes: 5_000_000_000, limitVersion: 1))
        #expect(
            transactions
                == QuotaStatus(
                    available: true, current: 156, max: 1000, percentage: 15.6, limitVersion: 1))
        let tenant = try await services.tenants.getTenant(
            GetTenantRequest(tenantCode: "axis-securities")
        ).tenant
        #expect(tenant?.id == 2)
        #expect(tenant?.tenantType == .broker)
        #expect(tenant?.status == .active)
        #expect(tenant?.timeZone == "Asia/Kolkata")
    }

    /// What CreateTenant makes beside the tenant.
    private func expectRowsOfNewTenant(_ deployment: Deployment) async throws {
        let subscription = try await deployment.query(
            """
            SELECT plan, status, max_users, max_api_calls, max_storage_bytes, max_transactions,
                trial_ends_at - created_at BETWEEN interval '29 days 23 hours'
                    AND interval '30 days 1 hour'
            FROM tenant_subscriptions WHERE tenant_id = 2
            """)
        #expect(subscription == ["starter|trial|10|10000|5000000000|1000|t"])
        let activity = try await deployment.query(
            """
            SELECT action, entity_type, entity_id FROM tenant_activity_logs
            WHERE tenant_id = 2 AND action = 'tenant_created'
            """)
        #expect(activity == ["tenant_created|tenant|2"])
    }
}
