/*
 * loop.h - one thread's epoll loop: watched descriptors and timers.
 *
 * A watch or a timer belongs to its owner, who embeds it and stops it before freeing it. Callbacks
 * run on the loop's thread, one at a time; they may start and stop any watch or timer.
 */
#ifndef BACKREF_BASE_LOOP_H
#define BACKREF_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"

struct loop;

struct watch {
    int fd;          /* -1 while not watched */
    uint32_t events; /* EPOLLIN, EPOLLOUT, EPOLLRDHUP … */
    void (*on_ready)(struct watch *w, uint32_t events);
    struct loop *loop;
};

struct timer {
    uint64_t due_ms; /* on loop_now_ms()'s clock; 0 while not set */
    void (*on_due)(struct timer *t);
    struct timer *next;
};

/* loop_new() - NULL when the kernel has no descriptor or memory left. */
struct loop *loop_new(void) MUST_CHECK;

/* loop_free() - all watches and timers must be stopped. NULL in, NULL out. */
struct loop *loop_free(struct loop *l);

/*
 * loop_watch() - call w->on_ready when `fd` has one of `events`; level-triggered.
 *
 * w         its on_ready is set; not watched now
 * Returns:  0 | -errno of epoll_ctl()
 */
int loop_watch(struct loop *l, struct watch *w, int fd, uint32_t events) MUST_CHECK;

/* watch_change() - wait for other events; nothing happens when they are the same. */
void watch_change(struct watch *w, uint32_t events);

/* watch_stop() - before the descriptor is closed; a watch that is not watched is fine. */
void watch_stop(struct watch *w);

/* loop_set_timer() - call t->on_due once, `delay_ms` from now; a timer that is set is moved. */
void loop_set_timer(struct loop *l, struct timer *t, uint64_t delay_ms);

/* loop_clear_timer() - a timer that is not set is fine. */
void loop_clear_timer(struct loop *l, struct timer *t);

/* loop_now_ms() - milliseconds of the monotonic clock, as read at the start of this turn. */
uint64_t loop_now_ms(const struct loop *l);

/*
 * loop_turn() - wait until something is ready or due, at most `timeout_ms` (-1: as long as it
 * takes),
 * and run the callbacks.
 */
void loop_turn(struct loop *l, int timeout_ms);

#endif
