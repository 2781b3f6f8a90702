internal import Tenancy
internal import Testing

@Suite struct BrandingTests {
    @Test("Each field is the one of the first layer that has it")
    func layers() throws {
        var draft = TenantDraftTests.axis()
        draft.secondaryColor = ""
        draft.supportEmail = ""
        var own = BrandingLayer()
        own.companyName = "Axis"
        own.settings = JSONObjectText(trusted: #"{"theme": "dark"}"#)
        let branding = Branding([own, BrandingLayer(try draft.validated()), .platform])
        #expect(branding.companyName == "Axis")
        #expect(branding.domain == "axis.vyomo.in")
        #expect(branding.logoURL == "https://cdn.vyomo.in/axis/logo.png")
        #expect(branding.primaryColor == "#800080")
        #expect(branding.secondaryColor == BrandingLayer.platform.secondaryColor)
        #expect(branding.favicon == BrandingLayer.platform.favicon)
        #expect(branding.supportEmail == BrandingLayer.platform.supportEmail)
        #expect(branding.settings.text == #"{"theme": "dark", "showPoweredBy": true}"#)
    }

    @Test("The platform's own look follows the rules of a tenant's")
    func platform() throws {
        let layer = BrandingLayer.platform
        for url in [layer.logoURL, layer.favicon] {
            #expect(Syntax.isHTTPSURL(try #require(url)))
        }
        for color in [layer.primaryColor, layer.secondaryColor] {
            #expect(Syntax.isColor(try #require(color)))
        }
        #expect(Syntax.isEmail(try #require(layer.supportEmail)))
        #expect(JSONObjectText(try #require(layer.settings).text) != nil)
        #expect(Branding([.platform]).domain.isEmpty)
        #expect(Branding([]).settings == .empty)
    }
}
