"""Tenant tokens, verified with the key set alone by a library that is not ours."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

from bfc_tenancy import TenancyClient, UnixTarget, v1

PROGRAM = Path(__file__).with_name("verify_token.py")


def verify(keys: v1.GetKeySetResponse, token: str, audience: str) -> dict:
    """What PyJWT makes of the token."""
    given = {
        "key_set": keys.json, "issuer": keys.issuer, "audience": audience, "token": token}
    done = subprocess.run(
        ["/usr/bin/python3", PROGRAM], input=json.dumps(given), text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def part(token: str, index: int) -> dict:
    text = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def encoded(value: dict) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def test_a_token_is_good_to_pyjwt_and_a_tampered_one_is_not(
    unix: UnixTarget, tenant: str
) -> None:
    with TenancyClient(unix) as tenancy:
        key = tenancy.api_keys.create_api_key(
            v1.CreateApiKeyRequest(
                tenant_code=tenant, key_name="pyjwt", permissions=["view_usage"]))
        answer = tenancy.tokens.exchange_api_key(v1.ExchangeApiKeyRequest(api_key=key.api_key))
        keys = tenancy.tokens.get_key_set(v1.GetKeySetRequest())
    token = answer.access_token
    header, claims, signature = token.split(".")
    said = part(token, 1)

    seen = verify(keys, token, said["aud"])
    assert seen == {"claims": said}
    assert said["iss"] == keys.issuer and said["sub"] == f"api_key:{key.key_id}"
    assert said["tenant"] == tenant and said["scope"] == "view_usage"
    assert 0 < said["exp"] - said["iat"] <= 300

    assert verify(keys, token, "somebody-else") == {"error": "InvalidAudienceError"}
    other = keys.issuer
    keys.issuer = "https://somebody.example"
    assert verify(keys, token, said["aud"]) == {"error": "InvalidIssuerError"}
    keys.issuer = other
    more = encoded({**said, "tenant": "somebody-else"})
    assert verify(keys, f"{header}.{more}.{signature}", said["aud"]) == {
        "error": "InvalidSignatureError"}
    place = len(signature) // 2
    broken = signature[:place] + ("A" if signature[place] != "A" else "B") + signature[place + 1:]
    assert verify(keys, f"{header}.{claims}.{broken}", said["aud"]) == {
        "error": "InvalidSignatureError"}
    unsigned = encoded({**part(token, 0), "alg": "none"})
    assert verify(keys, f"{unsigned}.{claims}.", said["aud"]) == {"error": "InvalidAlgorithmError"}
