/* OpenSSL as Swift sees it: the headers, and a function for each macro Swift cannot import. */
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* SSL_CTX and SSL: macros over SSL_CTX_ctrl and SSL_ctrl. */

static inline long COpenSSL_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_mode(context, mode);
}

static inline int COpenSSL_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline int COpenSSL_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_max_proto_version(context, version);
}

static inline long COpenSSL_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}

static inline long COpenSSL_SSL_CTX_set_max_cert_list(SSL_CTX *context, long bytes) {
    return SSL_CTX_set_max_cert_list(context, bytes);
}

static inline long COpenSSL_SSL_CTX_set_read_ahead(SSL_CTX *context, long enabled) {
    return SSL_CTX_set_read_ahead(context, enabled);
}

static inline int COpenSSL_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline int COpenSSL_SSL_CTX_set1_client_sigalgs_list(SSL_CTX *context, const char *list) {
    return (int)SSL_CTX_set1_client_sigalgs_list(context, list);
}

static inline int COpenSSL_SSL_set_tlsext_host_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

/* Options are 64-bit shifts behind a cast, which Swift does not import. */

static inline uint64_t COpenSSL_options_base(void) {
    return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT;
}

static inline uint64_t COpenSSL_option_no_ticket(void) {
    return SSL_OP_NO_TICKET;
}

/* BIO: macros over flags and BIO_ctrl. */

static inline void COpenSSL_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void COpenSSL_BIO_set_retry_write(BIO *bio) { BIO_set_retry_write(bio); }
static inline void COpenSSL_BIO_clear_retry_flags(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline long COpenSSL_BIO_get_mem_data(BIO *bio, char **bytes) {
    return BIO_get_mem_data(bio, bytes);
}

/* Stacks: typed accessors are macros or inline functions over an untyped core. */

static inline int COpenSSL_general_names_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

static inline GENERAL_NAME *COpenSSL_general_name(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}

static inline int COpenSSL_key_usages_count(const EXTENDED_KEY_USAGE *usages) {
    return sk_ASN1_OBJECT_num(usages);
}

static inline ASN1_OBJECT *COpenSSL_key_usage(const EXTENDED_KEY_USAGE *usages, int index) {
    return sk_ASN1_OBJECT_value(usages, index);
}

static inline int COpenSSL_chain_count(const STACK_OF(X509) *chain) {
    return sk_X509_num(chain);
}

static inline X509 *COpenSSL_chain_certificate(const STACK_OF(X509) *chain, int index) {
    return sk_X509_value(chain, index);
}

/* The format of names in logs and errors: RFC 2253, escaped. */
static inline unsigned long COpenSSL_name_format(void) { return XN_FLAG_RFC2253; }

/* Keys. */

static inline EVP_PKEY *COpenSSL_generate_ed25519(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static inline EVP_PKEY *COpenSSL_generate_p256(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

#endif
