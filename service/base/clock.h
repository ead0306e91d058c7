/*
 * clock.h - time that only goes forward, for deadlines and for how long something took.
 */
#ifndef BACKREF_BASE_CLOCK_H
#define BACKREF_BASE_CLOCK_H

#include <stdint.h>

/* clock_now_ms() - milliseconds since some fixed moment; unmoved by changes of the date. Any
 * thread. */
uint64_t clock_now_ms(void);

/* clock_sleep_ms() - block the calling thread for `ms` milliseconds; for commands, never a worker.
 */
void clock_sleep_ms(uint32_t ms);

#endif
