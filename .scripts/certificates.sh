#!/bin/bash
# Development certificates: an authority, the server's, and a platform administrator's.
# Usage: certificates.sh FOLDER
# What is there and good for another 30 days stays; what is not is made anew.
set -euo pipefail
umask 077

valid_days=825
renew_before_seconds=$((30 * 86400))
trust_domain=spiffe://bfc-vyomo

new_key() {
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# True when certificate $1 lasts, belongs to key $2 and was signed by authority $3.
is_good() {
    [[ -s $1 && -s $2 && -s $3 ]] \
        && openssl x509 -in "$1" -noout -checkend "$renew_before_seconds" >/dev/null \
        && openssl verify -CAfile "$3" "$1" >/dev/null 2>&1 \
        && cmp -s <(openssl x509 -in "$1" -noout -pubkey) <(openssl pkey -in "$2" -pubout)
}

# The key first, the certificate last: an interruption leaves a pair that is_good refuses.
put() {
    mv "$1.key.new" "$1.key"
    mv "$1.pem.new" "$1.pem"
}

make_authority() {
    new_key ca.key.new
    openssl req -x509 -new -key ca.key.new -days "$valid_days" -out ca.pem.new \
        -subj "/O=BFC tenancy/CN=Development authority" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -addext "keyUsage=critical,keyCertSign,cRLSign"
    put ca
    echo "certificates: made $PWD/ca.pem"
}

# make_leaf NAME USAGE ALTERNATIVE_NAMES
make_leaf() {
    new_key "$1.key.new"
    openssl req -new -key "$1.key.new" -subj "/O=BFC tenancy/CN=$1" \
        | openssl x509 -req -CA ca.pem -CAkey ca.key -days "$valid_days" -out "$1.pem.new" \
            -extfile <(printf '%s\n' "basicConstraints=critical,CA:FALSE" \
                "keyUsage=critical,digitalSignature" "extendedKeyUsage=$2" \
                "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid" \
                "subjectAltName=$3") 2>/dev/null
    put "$1"
    echo "certificates: made $PWD/$1.pem"
}

install -d -m 0700 "$1"
cd "$1"
is_good ca.pem ca.key ca.pem || make_authority
is_good server.pem server.key ca.pem \
    || make_leaf server serverAuth \
        "DNS:localhost,IP:127.0.0.1,IP:::1,URI:$trust_domain/service/tenancyd"
is_good admin.pem admin.key ca.pem \
    || make_leaf admin clientAuth "URI:$trust_domain/admin/dev"
