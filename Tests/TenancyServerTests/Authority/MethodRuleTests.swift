internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import Testing

@Suite("Every method of the interface")
struct MethodRuleTests {
    /// An operation without a row in `AuthorityTests` does not compile; so a method that is new in
    /// Protos/ can be overlooked nowhere.
    @Test("is an operation with a rule of who may ask for it")
    func complete() {
        let operations = Set(Operation.allCases.map(\.methodName))
        for service in TenancyServices.all where service.name.hasPrefix("bfc.tenancy.") {
            for method in service.methods {
                #expect(operations.contains(method.name), "\(service.name)/\(method.name)")
            }
        }
    }
}
