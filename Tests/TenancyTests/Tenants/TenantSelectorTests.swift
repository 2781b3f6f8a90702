internal import Tenancy
internal import Testing

@Suite struct TenantSelectorTests {
    @Test("A tenant is named by its code or by its number")
    func either() throws {
        #expect(try TenantSelector(code: "axis", id: 0) == .code(#require(TenantCode("axis"))))
        #expect(try TenantSelector(code: "", id: 2) == .id(#require(TenantID(2))))
    }

    @Test(
        "Neither, both, and names that no tenant can have are refused",
        arguments: [("", 0), ("axis", 2), ("Axis", 0), ("", -1), ("", Int64.min)])
    func refused(_ code: String, _ id: Int64) {
        #expect(throws: DomainError.self) { try TenantSelector(code: code, id: id) }
    }
}
