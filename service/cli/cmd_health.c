/*
 * cmd_health.c - see cmd_health.h. One request over a socket that blocks, with a time limit: an
 * image needs no shell and no HTTP client for its health check.
 */
#include "cli/cmd_health.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/listen.h"

enum {
    LIMIT_MS = 3000,
    ANSWER_BYTES = 4096, /* enough for the status line and for what an error says */
};

static const char question[] = "GET /readyz HTTP/1.1\r\n"
                               "Host: localhost\r\n"
                               "Connection: close\r\n"
                               "\r\n";

static int fail(const char *address, const char *reason)
{
    fprintf(stderr, "backref: %s is not ready: %s\n", address, reason);
    return CLI_FAILED;
}

/* A socket on which no call blocks longer than the limit; a connection is such a call, too. */
static int open_socket(int family)
{
    const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    return fd;
}

/* Returns the connected socket, or -1 with errno set. */
static int connect_to(const struct sockaddr *name, socklen_t n)
{
    int fd = open_socket(name->sa_family);
    if (fd >= 0 && connect(fd, name, n) != 0) {
        int code = errno;
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof name.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name.sun_path, path, strlen(path) + 1);
    return connect_to((const struct sockaddr *)&name, sizeof name);
}

/* Who listens on all addresses is found on the loopback interface. */
static int connect_tcp(const char *address)
{
    char host[LISTEN_HOST_MAX];
    const char *port;
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
    struct addrinfo *found;
    errno = EINVAL;
    if (listen_split(address, host, &port) != 0) {
        return -1;
    }
    const char *name = host[0] == '\0' || strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1"
                       : strcmp(host, "::") == 0                       ? "::1"
                                                                       : host;
    if (getaddrinfo(name, port, &hints, &found) != 0) {
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *to = found; fd < 0 && to != NULL; to = to->ai_next) {
        fd = connect_to(to->ai_addr, to->ai_addrlen);
    }
    freeaddrinfo(found);
    return fd;
}

/* Reads until the other side closes, the buffer is full or time is up; NUL-terminated. */
static void read_answer(int fd, char answer[ANSWER_BYTES])
{
    uint64_t end_ms = clock_now_ms() + LIMIT_MS;
    size_t n = 0;
    ssize_t got = 1;
    while (got > 0 && n + 1 < ANSWER_BYTES && clock_now_ms() < end_ms) {
        got = recv(fd, answer + n, ANSWER_BYTES - 1 - n, 0);
        n += got > 0 ? (size_t)got : 0;
    }
    answer[n] = '\0';
}

static int judge(const char *address, const char *answer)
{
    static const char version[] = "HTTP/1.1 ";
    if (strncmp(answer, version, sizeof version - 1) != 0) {
        return fail(address, answer[0] == '\0' ? "it did not answer in time"
                                               : "what answers there is not HTTP");
    }
    const char *status = answer + sizeof version - 1;
    if (strncmp(status, "200 ", 4) == 0) {
        printf("ready\n");
        return CLI_OK;
    }
    const char *body = strstr(answer, "\r\n\r\n");
    return fail(address, body == NULL || body[4] == '\0' ? status : body + 4);
}

int cmd_health(const struct cli_call *call)
{
    const struct settings *settings = &call->config->settings;
    bool has_admin = settings->admin_listen != NULL;
    const char *address = has_admin ? settings->admin_listen : settings->listen[0];
    bool is_unix = strncmp(address, "unix:", 5) == 0;
    if (!has_admin && !is_unix && settings->tls_certificate != NULL) {
        return fail(address, "it speaks TLS, which this command does not; let --admin-listen "
                             "(BACKREF_ADMIN_LISTEN) name an address, which never does");
    }
    int fd = is_unix ? connect_unix(address + 5) : connect_tcp(address);
    if (fd < 0) {
        return fail(address, errno == EINPROGRESS ? "it did not answer in time" : strerror(errno));
    }
    char answer[ANSWER_BYTES] = "";
    ssize_t sent = send(fd, question, sizeof question - 1, MSG_NOSIGNAL);
    if (sent == sizeof question - 1) {
        read_answer(fd, answer);
    }
    close(fd);
    return judge(address, answer);
}
