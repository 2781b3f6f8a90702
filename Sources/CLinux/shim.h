// What the Glibc module leaves out: readiness, wake-ups, peer credentials.
#ifndef BFC_CLINUX_SHIM_H
#define BFC_CLINUX_SHIM_H

#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

// Declared here because the headers hide them behind _GNU_SOURCE, which would give this module
// another view of <sys/select.h> than the Glibc module has.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);

// struct ucred, likewise hidden: what SO_PEERCRED answers.
struct peer_credentials {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

#endif
