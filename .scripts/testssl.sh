#!/bin/bash
# Runs testssl.sh (the Debian package) against the TLS port of a server of its own, and fails when
# it finds something above INFO other than what an authority of one's own implies.
# Usage: testssl.sh, after a build
set -euo pipefail
root=$(realpath "$(dirname "$(realpath "$0")")/..")

if [[ -z ${TENANCY_TLS_PORT:-} ]]; then
    exec "$root/.scripts/with-server.sh" "$(realpath "$0")"
fi

# What is there because clients are given the root by hand, and no public authority knows the name:
# no public trust, no place to ask for revocations (the server's own certificate is replaced, not
# revoked), no CAA and no transparency log; no HTTP, so no HSTS.
allowed='cert_(chain_of_trust|trust|trust_wildcard|crlDistributionPoints|ocspURL|revocation)'
allowed+='|cert_certificatePolicies_EV|cert_extlifeSpan|cert_validityPeriod'
allowed+='|certificate_transparency'
allowed+='|DNS_CAArecord|OCSP_stapling|issuer|cert_caIssuers'
# And what is about the program that looks: Debian's openssl knows no GOST ciphers to offer. The
# server has TLS 1.3 alone, which is checked below, and so none of them.
allowed+='|engine_problem'

findings=$(mktemp -d)
trap 'rm -rf "$findings"' EXIT
started=$SECONDS
# Its exit status is a count of what it could not do.
testssl --warnings batch --nodns none --color 0 --quiet --ip 127.0.0.1 \
    --jsonfile "$findings/all.json" "localhost:$TENANCY_TLS_PORT" </dev/null >"$findings/text" \
    || true
[[ -s $findings/all.json ]] || {
    cat "$findings/text"
    echo "testssl: it found no server" >&2
    exit 1
}
/usr/bin/python3 - "$findings/all.json" "$allowed" <<'PROGRAM'
import json
import re
import sys

findings = json.load(open(sys.argv[1]))
allowed = re.compile(f"^({sys.argv[2]})( .*)?$")
if len(findings) < 100:
    sys.exit(f"testssl: only {len(findings)} findings: it did not get through")
above = [f for f in findings if f["severity"] not in ("OK", "INFO", "DEBUG")]
bad = [f for f in above if not allowed.match(f["id"])]
for finding in bad:
    print(f"testssl: {finding['severity']}: {finding['id']}: {finding['finding']}")
offered = {f["id"]: f["finding"] for f in findings}
if not offered.get("TLS1_3", "").startswith("offered"):
    sys.exit("testssl: TLS 1.3 is not offered")
for old in ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2"):
    if not offered.get(old, "").startswith("not offered"):
        sys.exit(f"testssl: {old}: {offered.get(old)}")
if bad:
    sys.exit(1)
print(f"testssl: {len(findings)} findings, {len(above)} above INFO, each of them explained")
PROGRAM
echo "testssl: $((SECONDS - started)) s"
