internal import Testing

@testable internal import Tenancy

extension KeyTerms {
    /// Of a key for good, from anywhere, as often as any.
    static let unbounded = KeyTerms(expiresAt: nil, addresses: [], rateLimit: 1_000_000_000)
}

@Suite("Whoever gives, gives no more than they are")
struct KeyTermsTests {
    private static let now = Timestamp(microseconds: 1_000)
    private static let ends: [Timestamp?] = [
        nil, Timestamp(microseconds: 2_000), Timestamp(microseconds: 3_000),
    ]
    private static let networks = ["10.0.0.0/8", "10.1.0.0/16", "10.1.0.7", "2001:db8::/32"]

    /// Whether a network is in another, as far as the ones above go.
    private static func isInside(_ inner: String, _ outer: String) -> Bool {
        inner == outer || outer == "10.0.0.0/8" && inner.hasPrefix("10.")
            || outer == "10.1.0.0/16" && inner == "10.1.0.7"
    }

    private static func isUntil(_ end: Timestamp?, _ own: Timestamp?) -> Bool {
        own.map { own in end.map { $0 <= own } ?? false } ?? true
    }

    private static func ranges(_ texts: [String]) throws -> [AddressRange] {
        try texts.map { try #require(AddressRange($0)) }
    }

    @Test("by a key: no permission, no day, no address and no call an hour beyond its own")
    func keys() throws {
        let lists = [[]] + Self.networks.map { [$0] } + [["10.1.0.7", "2001:db8::/32"]]
        let permissions: [Set<Permission>] = [[.consume], [.consume, .manageAPIKeys]]
        for own in permissions {
            for ownEnd in Self.ends {
                for ownList in lists {
                    let powers = Powers(
                        permissions: own,
                        of: KeyTerms(
                            expiresAt: ownEnd, addresses: try Self.ranges(ownList), rateLimit: 10))
                    for given in permissions {
                        for end in Self.ends {
                            for list in lists {
                                for rate in [1, 10, 11] as [Int64] {
                                    let isLess =
                                        given.isSubset(of: own) && Self.isUntil(end, ownEnd)
                                        && rate <= 10
                                        && (ownList.isEmpty
                                            || !list.isEmpty
                                                && list.allSatisfy { inner in
                                                    ownList.contains { Self.isInside(inner, $0) }
                                                })
                                    let ranges = try Self.ranges(list)
                                    let isAllowed =
                                        (try? powers.checkKey(
                                            permissions: given, until: end, addresses: ranges,
                                            rateLimit: rate)) != nil
                                    #expect(
                                        isAllowed == isLess,
                                        "\(ownList) until \(ownEnd): \(list) until \(end)")
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("by a key: no place among the members, and no grant, that lasts longer than itself")
    func members() throws {
        let own = Role.manager.permissions
        for ownEnd in Self.ends {
            let powers = Powers(
                permissions: own,
                of: KeyTerms(expiresAt: ownEnd, addresses: [], rateLimit: 10))
            for end in Self.ends {
                let isRank = (try? powers.checkGrant(of: .user, until: end)) != nil
                #expect(isRank == Self.isUntil(end, ownEnd))
                let isGrant =
                    (try? powers.checkGrant(permissions: [.consume], until: end)) != nil
                #expect(isGrant == Self.isUntil(end, ownEnd))
            }
            // What it takes away is not given, and what somebody holds already is not either.
            try powers.checkRemoval(from: .manager, permissions: own)
            #expect(powers.reaches(.manager) && !powers.reaches(.admin))
            #expect(throws: DomainError.self) { try powers.checkGrant(of: .admin) }
            let member = try MemberUpdateTests.member(.manager)
            for (role, isGiven) in [(Role.user, false), (.manager, false), (.admin, true)] {
                let update = try MemberUpdateTests.update(mask: ["role"], role: role)
                #expect(((try? update.check(powers, on: member)) == nil) == isGiven)
            }
        }
    }

    @Test("by a user: no permission and no day beyond their own; where from is not theirs to say")
    func users() throws {
        for ownEnd in Self.ends {
            let powers = Powers(
                Membership(
                    role: .viewer,
                    grants: [
                        MemberGrant(role: nil, permissions: [.consume], expiresAt: ownEnd)
                    ]), at: Self.now)
            for end in Self.ends {
                for given in [[.consume], [.viewUsage], [.manageAPIKeys]] as [Set<Permission>] {
                    let isAllowed =
                        (try? powers.checkKey(
                            permissions: given, until: end, addresses: [], rateLimit: 1_000)) != nil
                    let isHeld =
                        given == [.viewUsage] || given == [.consume] && Self.isUntil(end, ownEnd)
                    #expect(isAllowed == isHeld, "\(given) until \(end)")
                }
            }
        }
        try Powers.unlimited.checkKey(
            permissions: Set(Permission.allCases), until: nil, addresses: [], rateLimit: .max)
    }

    @Test("A token is its key in this, however short its own life")
    func tokens() throws {
        let tenant = try #require(TenantID(2))
        let terms = KeyTerms(
            expiresAt: Timestamp(microseconds: 5), addresses: [], rateLimit: 1, tokenGeneration: 3,
            signingKey: "kid")
        let principal = Principal.apiKey(tenant, keyID: 7, permissions: [.consume], terms: terms)
        #expect(CallingKey(principal)?.id == 7)
        #expect(CallingKey(principal)?.tokenGeneration == 3)
        #expect(CallingKey(principal)?.signingKey == "kid")
        #expect(CallingKey(.anonymous) == nil)
    }
}
