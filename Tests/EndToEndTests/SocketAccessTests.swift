internal import Foundation
internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("The Unix socket", .timeLimit(.minutes(5)))
struct SocketAccessTests {
    @Test("has the owner, the group and the mode of the settings, and tells groups apart")
    func ownerAndGroup() async throws {
        // Whoever is not root can give a file to themselves alone.
        let group = getuid() == 0 ? 12_345 : getgid()
        let deployment = try await Deployment(settings: [
            "TENANCY_SOCKET_OWNER": String(getuid()), "TENANCY_SOCKET_GROUP": String(group),
            "TENANCY_SOCKET_MODE": "640", "TENANCY_ADMIN_UIDS": "4294967294",
            "TENANCY_SERVICE_GIDS": "\(getgid())=grouped",
        ])
        var status = stat()
        #expect(stat(deployment.socket, &status) == 0)
        #expect(status.st_uid == getuid())
        #expect(status.st_gid == group)
        #expect(status.st_mode & 0o777 == 0o640)
        // The user is nobody in particular; the group is a service, which may not create tenants.
        try await deployment.withServices(over: .unix) { services in
            _ = try await services.subscriptions.listPlans(.init())
            try await expectFailure(.permissionDenied) {
                try await services.tenants.createTenant(
                    Examples.newTenant(code: Examples.code("grouped")))
            }
        }
        try await deployment.shutdown()
    }

    @Test("knows a service by its user, which says more than its group")
    func userBeforeGroup() async throws {
        let deployment = try await Deployment(settings: [
            "TENANCY_SERVICE_UIDS": "\(getuid())=desk", "TENANCY_ADMIN_GIDS": "\(getgid())",
            "TENANCY_ADMIN_UIDS": "4294967294", "TENANCY_SERVICE_CALLS": "desk=ListPlans",
        ])
        try await deployment.withServices(over: .unix) { services in
            _ = try await services.subscriptions.listPlans(.init())
            // By its group alone it would be an administrator, and by another name it had no list.
            try await expectFailure(.permissionDenied) {
                try await services.tenants.createTenant(
                    Examples.newTenant(code: Examples.code("desk")))
            }
            try await expectFailure(.permissionDenied) {
                try await services.users.listUsers(.init(tenantCode: "default"))
            }
        }
        try await deployment.shutdown()
    }
}
