/// A part of the settings of a tenant.
package struct SettingPage: Sendable, Hashable {
    package var settings: [Setting]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(settings: [Setting], nextPageToken: String) {
        self.settings = settings
        self.nextPageToken = nextPageToken
    }

    /// About how much memory it takes.
    package var memoryBytes: Int {
        settings.reduce(256) { bytes, setting in
            bytes + 512 + (setting.value?.text.utf8.count ?? 0)
                + (setting.sealedValue?.count ?? 0) + setting.description.utf8.count
        }
    }
}
