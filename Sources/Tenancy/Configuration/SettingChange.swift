/// One change of a setting, at its place in the tenant's chain.
package struct SettingChange: Sendable, Hashable {
    package let position: ChainPosition
    package let isDeletion: Bool
    /// As it was after the change; of a deleted one, as it was before. A secret without its value.
    package let setting: Setting

    package init(position: ChainPosition, isDeletion: Bool, setting: Setting) {
        self.position = position
        self.isDeletion = isDeletion
        self.setting = setting
    }
}
