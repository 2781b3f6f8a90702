/// What an API key may do, as it was said: the two scopes "read" and "write", or permissions of the
/// catalog by their names.
package struct KeyScopes: Sendable, Hashable {
    package static let countMax = 64

    /// As they are stored and shown: sorted, each once.
    package let names: [String]
    /// What the names come to.
    package let permissions: Set<Permission>

    private static let scopes: [String: Set<Permission>] = {
        // To look is what everyone may who is not in charge.
        let read = Role.user.permissions.filter { $0.rawValue.hasPrefix("view_") }
        return [
            "read": read,
            "write": read.union([.consume, .manageConfiguration, .manageUsers]),
        ]
    }()

    /// What is stored. A name that this program no longer knows gives nothing.
    package init(stored names: [String]) {
        self.names = names
        permissions = names.reduce(into: []) { permissions, name in
            permissions.formUnion(Self.permissions(named: name) ?? [])
        }
    }

    package init?(_ names: [String], field: String, violations: inout FieldViolations) {
        guard 1...Self.countMax ~= names.count else {
            violations.add(field, "must be 1 to \(Self.countMax)")
            return nil
        }
        guard names.allSatisfy({ Self.permissions(named: $0) != nil }) else {
            violations.add(field, "must be read, write or permissions of the catalog")
            return nil
        }
        self.init(stored: Set(names).sorted())
    }

    /// The first of the names that comes to this permission.
    package func name(giving permission: Permission) -> String? {
        names.first { Self.permissions(named: $0)?.contains(permission) ?? false }
    }

    private static func permissions(named name: String) -> Set<Permission>? {
        scopes[name] ?? Permission(rawValue: name).map { [$0] }
    }
}
