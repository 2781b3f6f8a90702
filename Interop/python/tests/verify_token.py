"""Verifies a tenant token as a stranger does who has nothing of ours: with PyJWT and the key set.

Reads {"key_set", "issuer", "audience", "token"} from standard input; prints the claims, or the name
of PyJWT's error. A program of its own, because PyJWT is the system's and not the tests'.
"""

import json
import sys

import jwt

given = json.load(sys.stdin)
keys = {key.key_id: key for key in jwt.PyJWKSet.from_json(given["key_set"]).keys}
try:
    name = jwt.get_unverified_header(given["token"])["kid"]
    claims = jwt.decode(
        given["token"], keys[name].key, algorithms=["EdDSA"], issuer=given["issuer"],
        audience=given["audience"],
        options={"require": ["iss", "aud", "sub", "iat", "nbf", "exp", "jti"]})
except jwt.PyJWTError as error:
    print(json.dumps({"error": type(error).__name__}))
else:
    print(json.dumps({"claims": claims}))
