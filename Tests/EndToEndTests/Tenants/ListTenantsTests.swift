internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("ListTenants", .timeLimit(.minutes(5)))
struct ListTenantsTests {
    /// All pages of a list.
    private static func all(
        _ services: Services, _ request: ListTenantsRequest
    ) async throws -> [Tenant] {
        var request = request
        var tenants: [Tenant] = []
        repeat {
            let page = try await services.tenants.listTenants(request)
            #expect(page.success)
            tenants += page.tenants
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return tenants
    }

    @Test("finds tenants by the beginning of code or name, page by page", arguments: Way.allCases)
    func query(over way: Way) async throws {
        try await Deployment.shared().withServices(over: way) { services in
            let prefix = Examples.code("list")
            for index in 0..<5 {
                var request = Examples.newTenant(code: "\(prefix)-\(index)")
                request.tenantType = index == 3 ? .bank : .fintech
                _ = try await services.tenants.createTenant(request)
            }
            var named = Examples.newTenant(code: Examples.code("other"))
            named.tenantName = "\(prefix.uppercased()) Bank"
            _ = try await services.tenants.createTenant(named)
            try await TenantMove.suspend(services, "\(prefix)-1")

            for pageSize in [1, 2, 100] as [Int32] {
                let found = try await Self.all(
                    services, ListTenantsRequest(pageSize: pageSize, query: prefix))
                #expect(
                    found.map(\.tenantCode)
                        == (0..<5).map { "\(prefix)-\($0)" } + [named.tenantCode])
            }
            let suspended = try await Self.all(
                services, ListTenantsRequest(pageSize: 1, status: .suspended, query: prefix))
            #expect(suspended.map(\.tenantCode) == ["\(prefix)-1"])
            let banks = try await Self.all(
                services, ListTenantsRequest(tenantType: .bank, query: prefix))
            #expect(banks.map(\.tenantCode) == ["\(prefix)-3"])
            #expect(
                try await Self.all(services, ListTenantsRequest(query: "\(prefix)-%")).isEmpty)
        }
    }

    @Test("without a query is in the order of ids, whatever is added meanwhile")
    func order() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let first = try await services.createTenant("order")
            var request = ListTenantsRequest(pageSize: 3)
            var ids: [Int64] = []
            var codes: Set<String> = []
            repeat {
                let page = try await services.tenants.listTenants(request)
                ids += page.tenants.map(\.id)
                codes.formUnion(page.tenants.map(\.tenantCode))
                request.pageToken = page.nextPageToken
                if ids.count == 3 { _ = try await services.createTenant("order") }
            } while !request.pageToken.isEmpty && !codes.contains(first)
            #expect(ids == ids.sorted() && Set(ids).count == ids.count)
            #expect(codes.contains(first))
            #expect(
                try await services.tenants.listTenants(
                    ListTenantsRequest(pageSize: 1, status: .active, tenantType: .enterprise)
                ).tenants.map(\.tenantCode) == ["default"])
        }
    }

    @Test("names what is wrong with a request")
    func invalid() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            // Not the last page: there is the default tenant too.
            _ = try await services.createTenant("invalid")
            let page = try await services.tenants.listTenants(
                ListTenantsRequest(pageSize: 1, status: .active))
            let token = page.nextPageToken
            let wrong: [(ListTenantsRequest, [String])] = [
                (ListTenantsRequest(pageSize: -1), ["page_size"]),
                (ListTenantsRequest(pageToken: "x"), ["page_token"]),
                (ListTenantsRequest(pageToken: token), ["page_token"]),
                (ListTenantsRequest(pageToken: token, status: .suspended), ["page_token"]),
                (
                    ListTenantsRequest(pageToken: token, status: .active, query: "a"),
                    ["page_token"]
                ),
                (ListTenantsRequest(query: "a\u{7}"), ["query"]),
                (
                    ListTenantsRequest(
                        pageSize: -1, pageToken: "x",
                        query: String(repeating: "x", count: 201)),
                    ["page_size", "query", "page_token"]
                ),
                (ListTenantsRequest(status: TenantStatus(rawValue: 9)), ["status"]),
                (ListTenantsRequest(tenantType: TenantType(rawValue: 9)), ["tenant_type"]),
            ]
            for (request, fields) in wrong {
                let error = try await expectFailure(.invalidArgument) {
                    try await services.tenants.listTenants(request)
                }
                #expect(try error.violatedFields == fields)
            }
        }
    }

    @Test("is for platform administrators alone")
    func callers() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("list") { callers in
            let code = try await callers.administrator.createTenant("list")
            try await deployment.insertUsers([("boss", "admin")], in: code)
            for options in [CallOptions.defaults, .acting(as: "boss")] {
                try await expectFailure(.permissionDenied) {
                    try await callers.service.tenants.listTenants(.init(), options: options)
                }
            }
            try await expectFailure(.unauthenticated) {
                try await callers.anonymous.tenants.listTenants(.init())
            }
        }
    }
}
