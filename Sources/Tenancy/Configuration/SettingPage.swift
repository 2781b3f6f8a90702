/// A part of the settings of a tenant.
package struct SettingPage: Sendable, Hashable {
    package var settings: [Setting]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(settings: [Setting], nextPageToken: String) {
        self.settings = settings
        self.nextPageToken = nextPageToken
    }
}
