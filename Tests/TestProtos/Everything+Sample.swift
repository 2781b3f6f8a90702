extension Everything {
    /// A message with every field set, limits and unknown enumeration values among them.
    public static let sample: Everything = {
        let inner = Everything.Inner(
            name: "inner", numbers: [1, -2, 300_000], mood: .calm,
            innermost: Everything.Innermost(depth: 3))
        return Everything(
            fInt32: -5, fInt64: .min, fUint32: .max, fUint64: .max, fSint32: .min, fSint64: -1,
            fFixed32: 7, fFixed64: .max, fSfixed32: -7, fSfixed64: .min, fFloat: 1.5,
            fDouble: -0.1, fBool: true, fString: "eine längere Zeichenkette, श्री 🙏",
            fBytes: [0, 1, 2, 255], fShade: .negative, fInner: inner, rInt32: [1, -1, .max],
            rUint64: [0, .max], rSint64: [-1, 1], rFixed32: [1, 2, 3],
            rDouble: [0.25, .infinity], rBool: [true, false, true],
            rString: ["", "a", "text that does not fit into sixteen bytes"],
            rBytes: [[], [9]], rShade: [.dark, Shade(rawValue: 4242), .negative],
            rInner: [inner, Everything.Inner()], choice: .cInner(inner),
            mCounts: ["a": 1, "b": -1, "": 0], mInners: [1: inner, -1: Everything.Inner()],
            mShades: ["x": .light], mBlobs: [true: [1], false: []], default: "d",
            namespace: "n", hashValue_: 9)
    }()
}
