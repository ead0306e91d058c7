/*
 * linger.c - see linger.h.
 */
#include "http/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECE = 16 << 10,
    /* Times the largest body: how much is read and dropped. Ample, and it is the time that ends
     * most: a proxy that is reset in the middle of a body may leave its own client waiting. */
    DROP_FACTOR = 1024,
};

struct lingerer {
    struct watch watch; /* first, so that a watch is its lingerer */
    struct lingerers *list;
    struct lingerer *newer;
    struct lingerer *older; /* of a spare one: the next spare */
    uint64_t since_ms;
    uint64_t heard_ms; /* when its latest bytes came */
    size_t n_dropped;
};

void lingerers_init(struct lingerers *l, struct arena *a, struct loop *loop,
                    const struct settings *settings)
{
    *l = (struct lingerers){
        .loop = loop,
        .arena = a,
        .limit_bytes = settings->max_body_bytes * DROP_FACTOR,
        .limit_ms = settings->body_timeout_ms,
    };
}

static void end(struct lingerer *one)
{
    struct lingerers *l = one->list;
    int fd = one->watch.fd;
    watch_stop(&one->watch);
    close(fd);
    *(one->newer == NULL ? &l->newest : &one->newer->older) = one->older;
    *(one->older == NULL ? &l->oldest : &one->older->newer) = one->newer;
    one->older = l->spare;
    l->spare = one;
    l->n--;
}

/* One piece a turn, so that others have theirs in between. */
static void on_bytes(struct watch *w, uint32_t events)
{
    (void)events;
    struct lingerer *one = (struct lingerer *)(void *)w;
    char dropped[PIECE];
    ssize_t n = recv(w->fd, dropped, sizeof dropped, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    one->n_dropped += n > 0 ? (size_t)n : 0;
    one->heard_ms = loop_now_ms(one->list->loop);
    if (n <= 0 || one->n_dropped > one->list->limit_bytes) {
        end(one);
    }
}

static struct lingerer *take_spare(struct lingerers *l)
{
    struct lingerer *one = l->spare;
    if (one == NULL) {
        return arena_alloc(l->arena, sizeof *one);
    }
    l->spare = one->older;
    return one;
}

void lingerers_add(struct lingerers *l, int fd)
{
    struct lingerer *one = take_spare(l);
    if (one == NULL) {
        return;
    }
    uint64_t now_ms = loop_now_ms(l->loop);
    *one = (struct lingerer){ .watch = { .fd = -1, .on_ready = on_bytes },
                              .list = l,
                              .since_ms = now_ms,
                              .heard_ms = now_ms };
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0 || loop_watch(l->loop, &one->watch, own, EPOLLIN) != 0) {
        if (own >= 0) {
            close(own);
        }
        one->older = l->spare;
        l->spare = one;
        return;
    }
    shutdown(own, SHUT_WR); /* behind the answer: over TLS the library ends only its own layer */
    one->older = l->newest;
    *(l->newest == NULL ? &l->oldest : &l->newest->newer) = one;
    l->newest = one;
    l->n++;
}

void lingerers_expire(struct lingerers *l)
{
    uint64_t now_ms = loop_now_ms(l->loop);
    for (struct lingerer *one = l->oldest; one != NULL;) {
        struct lingerer *newer = one->newer;
        if (now_ms - one->heard_ms >= LINGER_SILENCE_MS || now_ms - one->since_ms >= l->limit_ms) {
            end(one);
        }
        one = newer;
    }
}

void lingerers_trim(struct lingerers *l, size_t most)
{
    while (l->n > most) {
        end(l->oldest);
    }
}
