#!/bin/bash
# Client certificates for the tests, most of them bad, each in its own way: NAME.pem (the leaf),
# NAME.chain (its authorities), NAME.key. Besides them roots.pem, the trust bundle, and lists.pem,
# the revocation lists of every authority that a chain may need one of.
# Usage: certificates.sh FOLDER
set -euo pipefail
umask 077
cd "$1"
exec 2>log

id=spiffe://bfc-vyomo/service/client
usage=("basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature")
identifiers=(subjectKeyIdentifier=hash authorityKeyIdentifier=keyid:always)
client=("${usage[@]}" "${identifiers[@]}" extendedKeyUsage=clientAuth)
authority=("keyUsage=critical,keyCertSign,cRLSign" "${identifiers[@]}")
ec=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)

# What the next certificates are made with.
issuer=root
digest=sha256

key() {
    [[ -e $1.key ]] || openssl genpkey -quiet "${@:2}" -out "$1.key"
}

# A request for NAME's key, with the subject that -subj would take.
request() {
    openssl req -new -key "$1.key" -subj "${2-/CN=$1}" -out "$1.csr"
}

# sign NAME EXTENSION...: by $issuer. The chain are the issuer and its own chain, without the root.
sign() {
    openssl x509 -req -in "$1.csr" -CA "$issuer.pem" -CAkey "$issuer.key" -days 2 "-$digest" \
        -set_serial "0x$(openssl rand -hex 8)" -out "$1.pem" -extfile <(printf '%s\n' "${@:2}")
    chain "$1"
}

chain() {
    : >"$1.chain"
    [[ $issuer == root* || $issuer == stranger || $issuer == impostor* ]] \
        || cat "$issuer.pem" "$issuer.chain" >"$1.chain"
}

# leaf NAME EXTENSION...
leaf() {
    key "$1" "${ec[@]}"
    request "$1"
    sign "$@"
}

# A leaf that is good but for its names: named NAME ALTERNATIVE_NAMES
named() {
    leaf "$1" "${client[@]}" "subjectAltName=$2"
}

good=("${client[@]}" "subjectAltName=URI:$id")

# root NAME SUBJECT EXTENSION...
root() {
    key "$1" "${ec[@]}"
    openssl req -x509 -new -key "$1.key" -days 2 -subj "$2" -out "$1.pem" \
        -config <(printf '%s\n' "[req]" "distinguished_name=n" "[n]" "[e]" \
            "basicConstraints=critical,CA:TRUE" "keyUsage=critical,keyCertSign,cRLSign" \
            "${@:3}") -extensions e
}

# authority NAME BASIC_CONSTRAINTS [EXTENSION...]: below the root, or below $issuer
authority() {
    key "$1" "${ec[@]}"
    request "$1"
    sign "$1" "basicConstraints=critical,$2" "${authority[@]}" "${@:3}"
}

# The files that `openssl ca` keeps books in.
books() {
    : >"$1.index"
    echo 01 >"$1.number"
    printf '%s\n' "[ca]" "default_ca=a" "[a]" "database=$1.index" "crlnumber=$1.number" \
        "default_md=sha256" "default_crl_days=2" "rand_serial=yes" "new_certs_dir=." "policy=p" "[p]" \
        "commonName=supplied" >"$1.cnf"
}

authority_do() {
    openssl ca -batch -config "$1.cnf" -cert "$1.pem" -keyfile "$1.key" "${@:2}"
}

# dated NAME START END: from the root
dated() {
    key "$1" "${ec[@]}"
    request "$1"
    authority_do root -in "$1.csr" -notext -startdate "$2" -enddate "$3" \
        -out "$1.pem" -extfile <(printf '%s\n' "${@:4}")
    chain "$1"
}

# The revocation list of an authority, added to all.
list() {
    authority_do "$1" -gencrl >>lists.pem
}

root root /CN=root subjectKeyIdentifier=hash
books root
key root-rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
root root-rsa /CN=root-rsa subjectKeyIdentifier=hash
books root-rsa

# ---- good ones

named good "URI:$id"
key rsa-2048 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
leaf rsa-2048 "${good[@]}"
key ed25519 -algorithm ED25519
leaf ed25519 "${good[@]}"
authority middle CA:TRUE,pathlen:0
books middle
issuer=middle
leaf below-middle "${good[@]}"
leaf chain-missing "${good[@]}"
: >chain-missing.chain
leaf revoked-below-middle "${good[@]}"
authority path-length CA:TRUE
issuer=path-length
leaf path-too-long "${good[@]}"
issuer=root

# ---- time, authority, signature

dated expired 20200101000000Z 20200102000000Z "${good[@]}"
dated not-yet-valid 20980101000000Z 20990101000000Z "${good[@]}"
dated old 20200101000000Z 20200102000000Z basicConstraints=critical,CA:TRUE "${authority[@]}"
books old
issuer=old
leaf issuer-expired "${good[@]}"

root stranger /CN=stranger subjectKeyIdentifier=hash
issuer=stranger
leaf other-authority "${good[@]}"
# The root's name with a key of its own; and with the root's key identifier on top.
root impostor /CN=root subjectKeyIdentifier=hash
issuer=impostor
leaf issuer-name-only "${good[@]}"
identifier=$(openssl x509 -in root.pem -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' :')
root impostor-2 /CN=root "subjectKeyIdentifier=$identifier"
issuer=impostor-2
leaf issuer-name-and-identifier "${good[@]}"
issuer=root

key self-signed "${ec[@]}"
openssl req -x509 -new -key self-signed.key -days 2 -subj /CN=self -out self-signed.pem \
    -config <(printf '%s\n' "[req]" "distinguished_name=n" "[n]" "[e]" "${usage[@]}" \
        extendedKeyUsage=clientAuth "subjectAltName=URI:$id") -extensions e
: >self-signed.chain

# damage NAME OFFSET: good's DER with one byte changed there, from the end.
damage() {
    local hex at
    hex=$(openssl x509 -in good.pem -outform DER | od -An -v -tx1 | tr -d ' \n')
    at=$((${#hex} - 2 * $2))
    printf '%s%02x%s' "${hex:0:at}" $((0x${hex:at:2} ^ 1)) "${hex:at+2}" \
        | while read -r -n 2 byte; do printf '%b' "\\x$byte"; done \
        | openssl x509 -inform DER -out "$1.pem"
    cp good.key "$1.key"
    : >"$1.chain"
}
damage signature-tampered 2
# Some way before the signature's 70 bytes: in the last extension, the alternative names.
damage name-tampered 90

# The certificate of good with the key of another: a file that says that the other key's public
# part is good's.
private=$(openssl ec -in root.key -text -noout | sed -n '/priv:/,/pub:/{/^ /p}' | tr -d ' :\n')
public=$(openssl ec -in good.key -text -noout | sed -n '/pub:/,/ASN1/{/^ /p}' | tr -d ' :\n')
openssl asn1parse -noout -out wrong.der -genconf <(printf '%s\n' asn1=SEQUENCE:k "[k]" \
    version=INTEGER:1 "private=FORMAT:HEX,OCTETSTRING:$private" \
    params=EXPLICIT:0,OID:prime256v1 "public=EXPLICIT:1,FORMAT:HEX,BITSTRING:$public")
{
    echo "-----BEGIN EC PRIVATE KEY-----"
    openssl base64 -in wrong.der
    echo "-----END EC PRIVATE KEY-----"
} >wrong-key.key
cp good.pem wrong-key.pem
: >wrong-key.chain

# ---- strength

key rsa-1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
leaf rsa-1024 "${good[@]}"
issuer=root-rsa
leaf below-rsa "${good[@]}"
# ECDSA knows no MD5.
digest=md5
leaf md5 "${good[@]}"
issuer=root
digest=sha1
leaf sha1 "${good[@]}"
authority authority-sha1 CA:TRUE
digest=sha256
books authority-sha1
issuer="authority-sha1"
leaf issuer-sha1 "${good[@]}"
issuer=root
key authority-rsa-1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
authority authority-rsa-1024 CA:TRUE
books authority-rsa-1024
issuer="authority-rsa-1024"
leaf issuer-rsa-1024 "${good[@]}"
issuer=root
key weak-curve -algorithm EC -pkeyopt ec_paramgen_curve:P-192
leaf weak-curve "${good[@]}"
openssl genpkey -quiet -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 \
    -pkeyopt dsa_paramgen_q_bits:224 -out dsa.parameters
openssl genpkey -quiet -paramfile dsa.parameters -out dsa.key
leaf dsa "${good[@]}"

# ---- use

names="subjectAltName=URI:$id"
leaf for-servers "${usage[@]}" "${identifiers[@]}" extendedKeyUsage=serverAuth "$names"
leaf for-code "${usage[@]}" "${identifiers[@]}" extendedKeyUsage=codeSigning "$names"
leaf for-anything "${usage[@]}" "${identifiers[@]}" extendedKeyUsage=anyExtendedKeyUsage "$names"
leaf use-unsaid "${usage[@]}" "${identifiers[@]}" "$names"
leaf no-signing basicConstraints=critical,CA:FALSE keyUsage=critical,keyEncipherment \
    "${identifiers[@]}" extendedKeyUsage=clientAuth "$names"
leaf is-authority basicConstraints=critical,CA:TRUE \
    keyUsage=critical,digitalSignature,keyCertSign "${identifiers[@]}" \
    extendedKeyUsage=clientAuth "$names"
leaf unknown-critical "${good[@]}" 1.3.6.1.4.1.99999.1=critical,DER:05:00
leaf no-authority-identifier "${usage[@]}" subjectKeyIdentifier=hash \
    authorityKeyIdentifier=none extendedKeyUsage=clientAuth "$names"
key version-1 "${ec[@]}"
request version-1
openssl x509 -req -in version-1.csr -CA root.pem -CAkey root.key -days 2 -set_serial 77 \
    -out version-1.pem
: >version-1.chain

# ---- authorities that may not be

authority no-authority CA:FALSE
issuer=no-authority
leaf issuer-no-authority "${good[@]}"
issuer=root
key cannot-sign "${ec[@]}"
request cannot-sign
sign cannot-sign basicConstraints=critical,CA:TRUE keyUsage=critical,cRLSign "${identifiers[@]}"
issuer=cannot-sign
leaf issuer-cannot-sign "${good[@]}"
issuer=root
key use-open "${ec[@]}"
request use-open
sign use-open basicConstraints=critical,CA:TRUE "${identifiers[@]}"
books use-open
issuer=use-open
leaf issuer-use-unsaid "${good[@]}"
issuer=root
key plain "${ec[@]}"
request plain
sign plain keyUsage=critical,keyCertSign,cRLSign "${identifiers[@]}"
books plain
issuer=plain
leaf issuer-without-constraints "${good[@]}"
issuer=root
authority elsewhere CA:TRUE "nameConstraints=critical,permitted;URI:somewhere-else"
books elsewhere
issuer=elsewhere
leaf name-not-permitted "${good[@]}"
issuer=root
authority not-here CA:TRUE "nameConstraints=critical,excluded;URI:bfc-vyomo"
books not-here
issuer=not-here
leaf name-excluded "${good[@]}"
issuer=root
authority unlisted CA:TRUE
issuer=unlisted
leaf issuer-without-list "${good[@]}"
issuer=root
authority withdrawn CA:TRUE
books withdrawn
issuer=withdrawn
leaf issuer-revoked "${good[@]}"
issuer=root
authority stale CA:TRUE
books stale
issuer=stale
leaf list-expired "${good[@]}"
issuer=root

# ---- names

named revoked "URI:$id"
named two-uris "URI:$id,URI:spiffe://bfc-vyomo/admin/client"
named dns-only DNS:client.example
named address-only IP:127.0.0.1
named mail-only email:client@example.com
leaf no-names "${client[@]}"
key nobody "${ec[@]}"
request nobody /
sign nobody "${client[@]}"
key no-subject "${ec[@]}"
request no-subject /
sign no-subject "${good[@]}"
named other-scheme URI:https://bfc-vyomo/service/client
named scheme-case URI:SPIFFE://bfc-vyomo/service/client
named other-domain URI:spiffe://somewhere-else/service/client
named domain-case URI:spiffe://BFC-vyomo/service/client
named no-domain URI:spiffe:///service/client
named port URI:spiffe://bfc-vyomo:443/service/client
named user URI:spiffe://admin@bfc-vyomo/service/client
named query "URI:spiffe://bfc-vyomo/service/client?a=b"
printf '%s\n' "subjectAltName=@n" "[n]" "URI=spiffe://bfc-vyomo/service/client\\#a" >fragment.names
leaf fragment "${client[@]}" "$(<fragment.names)"
named escape URI:spiffe://bfc-vyomo/service/cl%69ent
named empty-segment URI:spiffe://bfc-vyomo//service/client
named trailing-slash URI:spiffe://bfc-vyomo/service/client/
named dot-segment URI:spiffe://bfc-vyomo/admin/../service/client
named no-path URI:spiffe://bfc-vyomo
named other-path URI:spiffe://bfc-vyomo/robot/client
named long-path URI:spiffe://bfc-vyomo/service/client/more
named too-long "URI:spiffe://bfc-vyomo/service/$(printf 'a%.0s' {1..2048})"
named domain-too-long "URI:spiffe://$(printf 'a%.0s' {1..256})/service/client"
# A sequence of one name of the kind 6 (URI), with bytes that text cannot have.
raw() {
    local hex
    hex=$(printf '%s' "$2" | od -An -v -tx1 | tr -d ' \n')$3
    printf 'subjectAltName=DER:30%02x86%02x%s' $((${#hex} / 2 + 2)) $((${#hex} / 2)) "$hex"
}
leaf nul-in-name "${client[@]}" "$(raw nul "$id" 002e6576696c)"
leaf space-in-name "${client[@]}" "$(raw space "$id" 2078)"
leaf empty-name "${client[@]}" "$(raw empty '' '')"

# ---- lists

authority_do root -revoke revoked.pem
authority_do root -revoke withdrawn.pem
authority_do middle -revoke revoked-below-middle.pem
: >lists.pem
for name in root root-rsa middle old authority-sha1 authority-rsa-1024 use-open plain elsewhere not-here \
    withdrawn; do
    list "$name"
done
authority_do stale -gencrl -crl_lastupdate 20200101000000Z -crl_nextupdate 20200102000000Z \
    >>lists.pem
cat root.pem root-rsa.pem >roots.pem
