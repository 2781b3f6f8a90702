/// Some settings of a tenant, one after the other, as of one place in its chain.
package struct WatchedPage: Sendable, Hashable {
    package let settings: [Setting]
    package let position: ChainPosition

    package init(settings: [Setting], position: ChainPosition) {
        self.settings = settings
        self.position = position
    }
}

/// Which settings were sent at the beginning of a watch, and as of when. A watcher may take minutes
/// to read them all, so they are read a page at a time, each as of its own moment; what changed
/// between the first and the last of these moments is sent behind them, unless its page has it.
package struct SettingSnapshot: Sendable {
    private struct Page {
        let lastKey: String
        let sequence: Int64
    }

    private var pages: [Page] = []
    private(set) package var first: ChainPosition?
    private(set) package var last: ChainPosition?

    package init() {}

    /// The key behind which the next page begins.
    package var lastKey: String { pages.last?.lastKey ?? "" }

    /// A page is about to be sent. A page without settings is the last.
    package mutating func take(_ page: WatchedPage) {
        precondition(page.position.sequence >= last?.sequence ?? 0, "a chain only grows")
        if first == nil { first = page.position }
        last = page.position
        guard let key = page.settings.last?.key.text else { return }
        pages.append(Page(lastKey: key, sequence: page.position.sequence))
    }

    /// Whether the page that a changed setting belongs to was read after the change.
    package func holds(_ change: SettingChange) -> Bool {
        let key = change.setting.key.text
        let page = pages.first { key <= $0.lastKey }
        return change.position.sequence <= page?.sequence ?? last?.sequence ?? 0
    }
}
