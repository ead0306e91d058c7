/*
 * listen.c - see listen.h.
 */
#include "http/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static int refuse(char reterr[LISTEN_ERROR_MAX], const char *address, const char *why)
{
    snprintf(reterr, LISTEN_ERROR_MAX, "cannot listen on \"%s\": %s", address, why);
    return 1;
}

/* ---- unix sockets ---------------------------------------------------------------------------- */

/* A socket file that nobody listens on is left over from a process that was killed. */
static bool is_stale(const struct sockaddr_un *name)
{
    struct stat status;
    if (lstat(name->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    int r = connect(fd, (const struct sockaddr *)name, sizeof *name);
    bool stale = r != 0 && errno == ECONNREFUSED;
    close(fd);
    return stale;
}

static int open_unix(const char *address, size_t n, int *ret_fds, char reterr[LISTEN_ERROR_MAX])
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    const char *path = address + strlen("unix:");
    if (path[0] == '\0' || strlen(path) >= sizeof name.sun_path) {
        return refuse(reterr, address, "a unix socket needs a path of 1 to 107 bytes");
    }
    memcpy(name.sun_path, path, strlen(path) + 1);
    if (is_stale(&name)) {
        unlink(path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return refuse(reterr, address, strerror(errno));
    }
    if (bind(fd, (const struct sockaddr *)&name, sizeof name) != 0 || listen(fd, BACKLOG) != 0) {
        int code = errno;
        close(fd);
        return refuse(reterr, address,
                      code == EADDRINUSE ? "another process listens there; stop it, or choose "
                                           "another path with --listen"
                                         : strerror(code));
    }
    ret_fds[0] = fd;
    for (size_t i = 1; i < n; i++) {
        ret_fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (ret_fds[i] < 0) {
            return refuse(reterr, address, strerror(errno));
        }
    }
    return 0;
}

/* ---- TCP ------------------------------------------------------------------------------------- */

static int open_tcp(const struct addrinfo *to, bool shares_port)
{
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!shares_port || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
        (to->ai_family != AF_INET6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
        bind(fd, to->ai_addr, to->ai_addrlen) == 0 && (!shares_port || listen(fd, BACKLOG) == 0)) {
        return fd;
    }
    int code = errno;
    if (fd >= 0) {
        close(fd);
    }
    return -code;
}

/* Would the port be ours alone? Binding without SO_REUSEPORT says so; port 0 always is. */
static int probe(const struct addrinfo *to)
{
    int fd = open_tcp(to, false);
    if (fd < 0) {
        return fd;
    }
    int r = listen(fd, 1) == 0 ? 0 : -errno;
    close(fd);
    return r;
}

static void write_address(int fd, char ret[LISTEN_ADDRESS_MAX])
{
    struct sockaddr_storage name = { 0 };
    socklen_t n = sizeof name;
    char host[NI_MAXHOST] = "?";
    char port[NI_MAXSERV] = "?";
    if (getsockname(fd, (struct sockaddr *)&name, &n) == 0) {
        getnameinfo((struct sockaddr *)&name, n, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    }
    snprintf(ret, LISTEN_ADDRESS_MAX, name.ss_family == AF_INET6 ? "[%.100s]:%s" : "%.100s:%s",
             host, port);
}

/* All sockets of one address; the first one decides what port 0 is. */
static int open_all(const char *address, struct addrinfo *to, size_t n, int *ret_fds,
                    char reterr[LISTEN_ERROR_MAX])
{
    int r = probe(to);
    for (size_t i = 0; r == 0 && i < n; i++) {
        ret_fds[i] = open_tcp(to, true);
        if (ret_fds[i] < 0) {
            r = ret_fds[i];
        } else {
            socklen_t length = to->ai_addrlen;
            r = getsockname(ret_fds[i], to->ai_addr, &length) == 0 ? 0 : -errno;
        }
    }
    if (r == -EADDRINUSE) {
        return refuse(reterr, address,
                      "another process has this port; stop it, or choose another with --listen "
                      "(BACKREF_LISTEN), for example 127.0.0.1:8081");
    }
    if (r == -EACCES) {
        return refuse(reterr, address,
                      "ports below 1024 need a privilege; choose another with --listen");
    }
    return r == 0 ? 0 : refuse(reterr, address, strerror(-r));
}

int listen_split(const char *address, char ret_host[LISTEN_HOST_MAX], const char **ret_port)
{
    const char *colon = strrchr(address, ':');
    size_t n = colon == NULL ? 0 : (size_t)(colon - address);
    if (colon == NULL || colon[1] == '\0' || n >= LISTEN_HOST_MAX) {
        return 1;
    }
    if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
        address++;
        n -= 2;
    }
    memcpy(ret_host, address, n);
    ret_host[n] = '\0';
    *ret_port = colon + 1;
    return 0;
}

int listen_open(const char *address, size_t n, int *ret_fds, char ret_address[LISTEN_ADDRESS_MAX],
                char reterr[LISTEN_ERROR_MAX])
{
    snprintf(ret_address, LISTEN_ADDRESS_MAX, "%s", address);
    if (strncmp(address, "unix:", 5) == 0) {
        return open_unix(address, n, ret_fds, reterr);
    }
    char host[LISTEN_HOST_MAX];
    const char *port;
    if (listen_split(address, host, &port) != 0) {
        return refuse(reterr, address,
                      "an address is HOST:PORT, [IPV6]:PORT or unix:/path, such as 127.0.0.1:8080");
    }
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found;
    int r = getaddrinfo(host[0] == '\0' ? NULL : host, port, &hints, &found);
    if (r != 0) {
        return refuse(reterr, address, gai_strerror(r));
    }
    r = open_all(address, found, n, ret_fds, reterr);
    freeaddrinfo(found);
    if (r == 0) {
        write_address(ret_fds[0], ret_address);
    }
    return r;
}

bool listen_is_local(int fd)
{
    struct sockaddr_storage name = { 0 };
    socklen_t n = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &n) != 0) {
        return false;
    }
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&name;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)&name;
    return name.ss_family == AF_UNIX ||
           (name.ss_family == AF_INET && ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET) ||
           (name.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr));
}

void listen_forget(const char *address)
{
    if (strncmp(address, "unix:", 5) == 0) {
        unlink(address + 5);
    }
}
