package import Tenancy

/// How the store reaches its database.
package struct StoreConfiguration: Sendable {
    /// A libpq URL of the application's role. It may hold a password and is never logged.
    package var url: String
    /// How many connections each loop may hold.
    package var connectionsMax: Int
    /// How long a call waits for a connection: long enough for a restart of a pooler, short enough
    /// for a caller to hear of an outage and turn elsewhere.
    package var acquireTimeMax = Duration.seconds(1)

    /// What a tenant looks like that says nothing about it.
    package var platformLook = BrandingLayer.platform

    package init(url: String, connectionsMax: Int = 8) {
        self.url = url
        self.connectionsMax = connectionsMax
    }
}
