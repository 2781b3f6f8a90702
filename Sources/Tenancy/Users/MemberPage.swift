/// A page of the list of a tenant's users.
package struct MemberPage: Sendable, Hashable {
    package let members: [Member]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(members: [Member], nextPageToken: String) {
        self.members = members
        self.nextPageToken = nextPageToken
    }
}
