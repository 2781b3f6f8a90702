internal import Testing

@testable internal import Tenancy

@Suite struct AccountIndexTests {
    @Test("Agrees with a dictionary, whatever is put in and taken out")
    func likeADictionary() throws {
        var index = AccountIndex()
        var model: [QuotaAccount: Int32] = [:]
        var random = SystemRandomNumberGenerator()
        for step in 0..<20_000 {
            let tenant = try #require(TenantID(Int64.random(in: 1...300, using: &random)))
            let meter = try #require(QuotaMeter.allCases.randomElement(using: &random))
            let account = QuotaAccount(
                tenant: tenant, meter: meter, subject: meter == .keyCalls ? "7" : "")
            if Bool.random(using: &random) {
                index[account] = Int32(step)
                model[account] = Int32(step)
            } else {
                index[account] = nil
                model[account] = nil
            }
            #expect(index[account] == model[account])
            if step % 1_000 == 0 {
                #expect(index.count == model.count)
                #expect(model.allSatisfy { index[$0.key] == $0.value })
                let subjects = model.filter { $0.key.tenant == tenant && !$0.key.subject.isEmpty }
                #expect(Set(index.places(ofSubjectsOf: tenant)) == Set(subjects.values))
            }
        }
    }
}
