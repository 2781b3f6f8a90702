/// One message with every kind of field, as Google's protobuf for Python writes it: an
/// independent reading of the wire format and of proto3 JSON. `Everything.sample` is the same.
enum ReferenceVector {
    /// `SerializeToString(deterministic=True)`, in base64.
    static let wire = """
        CPv//////////wEQgICAgICAgICAARj/////DyD///////////8BKP////8PMAE9BwAAAEH/////////\
        /035////UQAAAAAAAACAXQAAwD9hmpmZmZmZub9oAXItZWluZSBsw6RuZ2VyZSBaZWljaGVua2V0dGUs\
        IOCktuCljeCksOClgCDwn5mPegQAAQL/gAH5//////////8BigEdCgVpbm5lchIOAf7//////////wHg\
        pxIYASICCAP6ARAB////////////Af////8HggILAP///////////wGKAgIBApICDAEAAAACAAAAAwAA\
        AJoCEAAAAAAAANA/AAAAAAAA8H+iAgMBAAGqAgCqAgFhqgIpdGV4dCB0aGF0IGRvZXMgbm90IGZpdCBp\
        bnRvIHNpeHRlZW4gYnl0ZXOyAgCyAgEJugINApIh+f//////////AcICHQoFaW5uZXISDgH+////////\
        //8B4KcSGAEiAggDwgIAqgMdCgVpbm5lchIOAf7//////////wHgpxIYASICCAO6BAUKAWEQAboEDgoB\
        YhD///////////8BugQECgAQAMIEDQj///////////8BEgDCBCEIARIdCgVpbm5lchIOAf7/////////\
        /wHgpxIYASICCAPKBAUKAXgQAdIEBQgBEgEB0gQECAASANoFAWTiBQFu6AUJ
        """

    /// `json_format.MessageToJson`.
    static let json = """
        {
          "fInt32": -5,
          "fInt64": "-9223372036854775808",
          "fUint32": 4294967295,
          "fUint64": "18446744073709551615",
          "fSint32": -2147483648,
          "fSint64": "-1",
          "fFixed32": 7,
          "fFixed64": "18446744073709551615",
          "fSfixed32": -7,
          "fSfixed64": "-9223372036854775808",
          "fFloat": 1.5,
          "fDouble": -0.1,
          "fBool": true,
          "fString": "eine längere Zeichenkette, श्री 🙏",
          "fBytes": "AAEC/w==",
          "fShade": "SHADE_NEGATIVE",
          "fInner": {
            "name": "inner",
            "numbers": [
              1,
              -2,
              300000
            ],
            "mood": "MOOD_CALM",
            "innermost": {
              "depth": 3
            }
          },
          "rInt32": [
            1,
            -1,
            2147483647
          ],
          "rUint64": [
            "0",
            "18446744073709551615"
          ],
          "rSint64": [
            "-1",
            "1"
          ],
          "rFixed32": [
            1,
            2,
            3
          ],
          "rDouble": [
            0.25,
            "Infinity"
          ],
          "rBool": [
            true,
            false,
            true
          ],
          "rString": [
            "",
            "a",
            "text that does not fit into sixteen bytes"
          ],
          "rBytes": [
            "",
            "CQ=="
          ],
          "rShade": [
            "SHADE_DARK",
            4242,
            "SHADE_NEGATIVE"
          ],
          "rInner": [
            {
              "name": "inner",
              "numbers": [
                1,
                -2,
                300000
              ],
              "mood": "MOOD_CALM",
              "innermost": {
                "depth": 3
              }
            },
            {}
          ],
          "cInner": {
            "name": "inner",
            "numbers": [
              1,
              -2,
              300000
            ],
            "mood": "MOOD_CALM",
            "innermost": {
              "depth": 3
            }
          },
          "mCounts": {
            "a": "1",
            "": "0",
            "b": "-1"
          },
          "mInners": {
            "1": {
              "name": "inner",
              "numbers": [
                1,
                -2,
                300000
              ],
              "mood": "MOOD_CALM",
              "innermost": {
                "depth": 3
              }
            },
            "-1": {}
          },
          "mShades": {
            "x": "SHADE_LIGHT"
          },
          "mBlobs": {
            "false": "",
            "true": "AQ=="
          },
          "default": "d",
          "namespace": "n",
          "hashValue": 9
        }
        """
}
