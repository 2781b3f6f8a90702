/* TLS 1.3 on the connection's descriptor, and the bytes of a connection with or without it. */
#include "internal.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

SSL_CTX *tls_context(const tenancy_options *options, const char **why) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    *why = "TLS cannot be set up";
    if (!context) return NULL;
    /* 6 bytes: the length of the name, and the name. */
    static const uint8_t alpn[] = {5, 't', 't', 'r', 'p', 'c'};
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
    bool is_good = SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1
        && SSL_CTX_set_alpn_protos(context, alpn, sizeof alpn) == 0;
    if (is_good) {
        *why = "the file of trusted roots cannot be used";
        is_good = options->ca_file && SSL_CTX_load_verify_file(context, options->ca_file) == 1;
    }
    if (is_good && options->cert_file) {
        *why = "the client's certificate or its key cannot be used";
        is_good = options->key_file
            && SSL_CTX_use_certificate_chain_file(context, options->cert_file) == 1
            && SSL_CTX_use_PrivateKey_file(context, options->key_file, SSL_FILETYPE_PEM) == 1
            && SSL_CTX_check_private_key(context) == 1;
    }
    ERR_clear_error();
    if (is_good) return context;
    SSL_CTX_free(context);
    return NULL;
}

/* OpenSSL's own BIO of a socket writes with write(2), which may raise SIGPIPE; a library has no say
 * in a program's signals. */
static int bio_write(BIO *bio, const char *bytes, int count) {
    tenancy_client *client = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t written = send(client->fd, bytes, (size_t)count, MSG_NOSIGNAL);
    if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        BIO_set_retry_write(bio);
    }
    return (int)written;
}

static int bio_read(BIO *bio, char *bytes, int count) {
    tenancy_client *client = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t read = recv(client->fd, bytes, (size_t)count, 0);
    if (read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        BIO_set_retry_read(bio);
    }
    return (int)read;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method;
static pthread_once_t bio_once = PTHREAD_ONCE_INIT;

static void make_bio_method(void) {
    bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bfc-tenancy socket");
    if (!bio_method) return;
    BIO_meth_set_write(bio_method, bio_write);
    BIO_meth_set_read(bio_method, bio_read);
    BIO_meth_set_ctrl(bio_method, bio_control);
}

bool tls_begin(tenancy_client *client) {
    pthread_once(&bio_once, make_bio_method);
    client->ssl = SSL_new(client->tls);
    BIO *bio = bio_method ? BIO_new(bio_method) : NULL;
    if (!client->ssl || !bio) {
        BIO_free(bio);
        return false;
    }
    BIO_set_data(bio, client);
    BIO_set_init(bio, 1);
    SSL_set_bio(client->ssl, bio, bio);
    SSL_set_hostflags(client->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(client->ssl, client->host) == 1
        && SSL_set_tlsext_host_name(client->ssl, client->host) == 1;
}

/* 0 when an operation that did not succeed waits, and then whether for the socket to be writable;
 * -1 when it failed. That a write waits for something to be read needs no note: reading is always
 * waited for, and each turn writes again. */
static int would_block(tenancy_client *client, int result, bool *wants_write) {
    int error = SSL_get_error(client->ssl, result);
    ERR_clear_error();
    *wants_write = error == SSL_ERROR_WANT_WRITE;
    return *wants_write || error == SSL_ERROR_WANT_READ ? 0 : -1;
}

int tls_handshake(tenancy_client *client) {
    ERR_clear_error();
    int result = SSL_connect(client->ssl);
    client->read_wants_write = false;
    return result == 1 ? 1 : would_block(client, result, &client->read_wants_write);
}

ssize_t link_read(tenancy_client *client, uint8_t *bytes, size_t count) {
    if (client->ssl) {
        ERR_clear_error();
        size_t read = 0;
        int result = SSL_read_ex(client->ssl, bytes, count, &read);
        client->read_wants_write = false;
        return result == 1 ? (ssize_t)read
                           : would_block(client, result, &client->read_wants_write);
    }
    ssize_t read = recv(client->fd, bytes, count, 0);
    if (read > 0) return read;
    if (read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return 0;
    return -1;
}

ssize_t link_write(tenancy_client *client, const uint8_t *bytes, size_t count) {
    if (client->ssl) {
        ERR_clear_error();
        size_t written = 0;
        int result = SSL_write_ex(client->ssl, bytes, count, &written);
        client->write_wants_write = true;
        return result == 1 ? (ssize_t)written
                           : would_block(client, result, &client->write_wants_write);
    }
    ssize_t written = send(client->fd, bytes, count, MSG_NOSIGNAL);
    if (written >= 0) return written;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}
