"""Judges what testssl.sh has found: usage: testssl.py FINDINGS.json"""

import json
import re
import sys

# What is let through above INFO: each by its name and by what is found, since another finding of
# the same name is another thing.
ALLOWED = {
    # Clients are given the root by hand, so it stands in the chain and no public authority signs.
    "cert_chain_of_trust": r"failed \(self signed CA in chain\)\.",
    # The server's own certificate is replaced, not revoked.
    "cert_revocation": r"Neither CRL nor OCSP URI provided",
    # About the program that looks: Debian's openssl knows no GOST ciphers to offer. The server has
    # TLS 1.3 alone, which is checked below, and so none of them.
    "engine_problem": r"No engine or GOST support via engine with your \S*openssl",
}
FINDINGS_MIN = 100
OLD_PROTOCOLS = ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2")


def is_allowed(finding):
    """Whether a finding above INFO is one that is explained."""
    rule = ALLOWED.get(finding["id"].split(" ")[0])
    return rule is not None and re.fullmatch(rule, finding["finding"].strip()) is not None


def judge(findings):
    """The sentences that fail the run, and how many findings are above INFO."""
    if len(findings) < FINDINGS_MIN:
        return [f"only {len(findings)} findings: it did not get through"], 0
    above = [f for f in findings if f["severity"] not in ("OK", "INFO", "DEBUG")]
    bad = [
        f"{f['severity']}: {f['id']}: {f['finding']}" for f in above if not is_allowed(f)
    ]
    offered = {f["id"]: f["finding"] for f in findings}
    if not offered.get("TLS1_3", "").startswith("offered"):
        bad.append("TLS 1.3 is not offered")
    for old in OLD_PROTOCOLS:
        if not offered.get(old, "").startswith("not offered"):
            bad.append(f"{old}: {offered.get(old)}")
    return bad, len(above)


def main():
    """Prints what is wrong, and fails then."""
    with open(sys.argv[1], encoding="utf-8") as file:
        findings = json.load(file)
    bad, above = judge(findings)
    for sentence in bad:
        print(f"testssl: {sentence}", file=sys.stderr)
    if bad:
        sys.exit(1)
    print(f"testssl: {len(findings)} findings, {above} above INFO, each of them explained")


main()
