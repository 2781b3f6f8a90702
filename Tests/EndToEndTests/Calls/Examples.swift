internal import Glibc
internal import TenancyAPI

/// Requests of the documented example, and of tenants that only one test knows.
enum Examples {
    /// The documented example's request, as JSON.
    static let axisSecuritiesJSON = """
        {
          "tenantCode": "axis-securities",
          "tenantName": "Axis Securities Ltd",
          "tenantType": "TENANT_TYPE_BROKER",
          "status": "TENANT_STATUS_ACTIVE",
          "domain": "axis.vyomo.in",
          "logoUrl": "https://cdn.vyomo.in/axis/logo.png",
          "primaryColor": "#800080",
          "secondaryColor": "#FFA500",
          "adminEmail": "admin@axissecurities.com",
          "supportEmail": "support@axissecurities.com",
          "regulatoryBody": "SEBI",
          "licenseNumber": "INZ000000000",
          "settings": {},
          "features": { "trading": true, "banking": false }
        }
        """

    /// What the documented example answers to a new tenant.
    static let createdJSON = #"{ "success": true, "tenantId": 2 }"#

    /// What the documented example answers after its month.
    static let quotasJSON = """
        {
          "success": true,
          "quotas": {
            "users": { "available": true, "current": 3, "max": 10, "percentage": 30.0 },
            "apiCalls": {
              "available": true, "current": 2547, "max": 10000, "percentage": 25.47
            },
            "storage": { "available": true, "current": 1.2, "max": 5, "percentage": 24.0 },
            "transactions": {
              "available": true, "current": 156, "max": 1000, "percentage": 15.6
            }
          }
        }
        """

    /// The example's month, in the units of Consume.
    static let month: [(resource: Resource, amount: UInt64)] = [
        (.users, 3), (.apiCalls, 2547), (.storage, 1_200_000_000), (.transactions, 156),
    ]

    /// A code that no other test uses.
    static func code(_ name: String) -> String {
        "\(name)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    /// A valid new tenant with nothing but what is required.
    static func newTenant(code: String) -> CreateTenantRequest {
        CreateTenantRequest(
            tenantCode: code, tenantName: "Test Tenant", tenantType: .fintech,
            adminEmail: "admin@example.com")
    }
}
