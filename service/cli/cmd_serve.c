/*
 * cmd_serve.c - see cmd_serve.h. The main thread loads the model, opens the listening sockets and
 * starts the workers; afterwards it only waits for signals.
 */
#include "cli/cmd_serve.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "cli/cli.h"
#include "cli/listeners.h"
#include "cli/load_model.h"
#include "pg/pooler.h"
#include "worker/worker.h"

enum { BUDGET = 64 << 20, MOST_DESCRIPTORS = 65536 };

struct serving {
    const struct settings *settings;
    struct log own_log;
    const struct log *log; /* the same */
    struct arena *arena;
    struct service *service;
    struct service *replaced;        /* by later ones, and perhaps still in use */
    struct credentials *credentials; /* NULL: no TLS */
    struct listeners listeners;
    struct worker **workers;
    size_t n_workers;
};

/* Signals are taken by sigwait() on the main thread; the workers inherit the mask. */
static sigset_t block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of write(), not a signal */
    return signals;
}

/* Each client is a descriptor; the usual limit of 1024 is meant for programs that use select(). */
static void raise_descriptor_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return;
    }
    rlim_t wanted = files.rlim_max < MOST_DESCRIPTORS ? files.rlim_max : MOST_DESCRIPTORS;
    if (files.rlim_cur < wanted) {
        files.rlim_cur = wanted;
        setrlimit(RLIMIT_NOFILE, &files); /* refused: the limit stays as it is */
    }
}

static int start_workers(struct serving *s)
{
    size_t n = s->listeners.n;
    s->workers = arena_zalloc(s->arena, s->settings->workers, sizeof(struct worker *));
    for (size_t i = 0; s->workers != NULL && i < s->settings->workers; i++) {
        s->workers[i] =
            worker_start(s->arena, s->service, i, s->listeners.at + i * n, n, s->credentials);
        if (s->workers[i] == NULL) {
            log_line(s->log, LOG_ERROR,
                     "worker %zu cannot be started: threads, descriptors or "
                     "memory are short (see ulimit -a)",
                     i);
            return 1;
        }
        s->n_workers++;
    }
    listeners_announce(&s->listeners, s->settings, s->log);
    return s->workers == NULL ? 1 : 0;
}

static void stop_workers(struct serving *s)
{
    for (size_t i = 0; i < s->n_workers; i++) {
        worker_stop(s->workers[i]);
    }
}

/* A second signal means: now. Nothing is waited for then. */
static void *hurry(void *signals)
{
    int signal_number;
    do {
        sigwait(signals, &signal_number);
    } while (signal_number != SIGTERM && signal_number != SIGINT);
    _exit(CLI_FAILED);
}

/* Frees the services that were replaced and that no request uses any longer. */
static void reap(struct serving *s, bool all)
{
    struct service **at = &s->replaced;
    while (*at != NULL) {
        struct service *service = *at;
        if (all || !service_is_used(service)) {
            *at = service->next;
            service_free(service);
        } else {
            at = &service->next;
        }
    }
}

static bool all_have_switched(const struct serving *s)
{
    for (size_t i = 0; i < s->n_workers; i++) {
        if (!worker_has_switched(s->workers[i])) {
            return false;
        }
    }
    return true;
}

/* A worker takes its orders at every turn of its loop. */
static void wait_for_workers(const struct serving *s)
{
    while (!all_have_switched(s)) {
        clock_sleep_ms(1);
    }
}

/* SIGHUP: certificate and key are read again; what is wrong with them changes nothing. */
static void renew(struct serving *s)
{
    struct credentials *credentials;
    char error[CREDENTIALS_ERROR_MAX];
    if (s->credentials == NULL) {
        return;
    }
    if (credentials_read(s->settings->tls_certificate, s->settings->tls_key, &credentials, error) !=
        0) {
        log_line(s->log, LOG_ERROR,
                 "the certificate is not renewed, the one before is shown on: %s", error);
        return;
    }
    if (credentials_equal(credentials, s->credentials)) {
        credentials_free(credentials);
        return;
    }
    for (size_t i = 0; i < s->n_workers; i++) {
        worker_renew(s->workers[i], credentials);
    }
    wait_for_workers(s);
    credentials_free(s->credentials);
    s->credentials = credentials;
    log_line(s->log, LOG_INFO, "the certificate is renewed");
}

/* SIGHUP: model file and catalog are read again; what is wrong with them changes nothing. */
static void reload(struct serving *s)
{
    struct model *model;
    if (load_model(s->settings, s->log, &model) != 0) {
        atomic_store(&s->service->is_kept, true);
        log_line(s->log, LOG_ERROR, "the model is not reloaded; the one before is served on");
        return;
    }
    struct service *service =
        service_new(s->settings, s->log, model, backref_version, s->service->metrics);
    if (service == NULL) {
        model_free(model);
        log_line(s->log, LOG_ERROR, "there is not enough memory to reload the model");
        return;
    }
    for (size_t i = 0; i < s->n_workers; i++) {
        worker_serve(s->workers[i], service);
    }
    wait_for_workers(s);
    s->service->next = s->replaced;
    s->replaced = s->service;
    s->service = service;
    log_line(s->log, LOG_INFO, "the model is reloaded");
}

/* SIGUSR1, SIGUSR2: one level more of the log, or one less. */
static void change_log_level(struct serving *s, bool more)
{
    enum log_level level = s->own_log.level;
    if (more && level > LOG_DEBUG) {
        level--;
    } else if (!more && level < LOG_ERROR) {
        level++;
    }
    s->own_log.level = level;
    log_line(s->log, level, "the log level is %s", log_level_name(level));
}

/* Waits for the signal that ends the service; reloads on the way. */
static int wait_for_end(struct serving *s, const sigset_t *signals)
{
    static const struct timespec a_second = { .tv_sec = 1 };
    for (;;) {
        int signal_number = s->replaced == NULL ? sigwaitinfo(signals, NULL)
                                                : sigtimedwait(signals, NULL, &a_second);
        if (signal_number == SIGHUP) {
            renew(s);
            reload(s);
        } else if (signal_number == SIGUSR1 || signal_number == SIGUSR2) {
            change_log_level(s, signal_number == SIGUSR1);
        } else if (signal_number > 0) {
            return signal_number;
        }
        reap(s, false);
    }
}

static void wait_and_stop(struct serving *s, sigset_t *signals)
{
    int signal_number = wait_for_end(s, signals);
    log_line(s->log, LOG_INFO, "%s: finishing what is in flight", strsignal(signal_number));
    pthread_t impatient;
    bool has_thread = pthread_create(&impatient, NULL, hurry, signals) == 0;
    stop_workers(s);
    for (size_t i = 0; i < s->n_workers; i++) {
        worker_join(s->workers[i]);
    }
    if (has_thread) {
        pthread_cancel(impatient);
        pthread_join(impatient, NULL);
    }
    listeners_forget(&s->listeners);
    log_line(s->log, LOG_INFO, "stopped");
}

static int read_credentials(struct serving *s)
{
    char error[CREDENTIALS_ERROR_MAX];
    if (s->settings->tls_certificate == NULL ||
        credentials_read(s->settings->tls_certificate, s->settings->tls_key, &s->credentials,
                         error) == 0) {
        return 0;
    }
    log_line(s->log, LOG_ERROR, "%s", error);
    return 1;
}

/* With a database that has just answered. */
static int check_pooler(const struct serving *s)
{
    struct session_error e;
    if (pooler_check(s->settings->database, &e) == 0) {
        return 0;
    }
    log_line(s->log, LOG_ERROR, "the database (--database, DATABASE_URL): %s", e.message);
    return 1;
}

static int serve(struct serving *s)
{
    struct metrics *metrics = arena_zalloc(s->arena, s->settings->workers, sizeof *metrics);
    struct model *model;
    if (metrics == NULL || read_credentials(s) != 0 ||
        load_model(s->settings, s->log, &model) != 0) {
        return CLI_FAILED;
    }
    if (check_pooler(s) != 0) {
        model_free(model);
        return CLI_FAILED;
    }
    s->service = service_new(s->settings, s->log, model, backref_version, metrics);
    if (s->service == NULL) {
        model_free(model);
        log_line(s->log, LOG_ERROR, "there is not enough memory for the model");
        return CLI_FAILED;
    }
    int status = CLI_FAILED;
    sigset_t signals =
        block_signals(); /* not before: while it waits for the database, they end it */
    raise_descriptor_limit();
    if (listeners_open(s->settings, s->log, s->arena, &s->listeners) == 0) {
        if (start_workers(s) != 0) {
            _exit(CLI_FAILED); /* those that run already would have to be waited for */
        }
        wait_and_stop(s, &signals);
        status = CLI_OK;
    }
    reap(s, true);
    s->service = service_free(s->service);
    return status;
}

int cmd_serve(const struct settings *settings, const struct log *log)
{
    struct serving s = { .settings = settings, .own_log = *log, .arena = arena_new(BUDGET) };
    s.log = &s.own_log;
    if (s.arena == NULL) {
        return CLI_FAILED;
    }
    int status = serve(&s);
    credentials_free(s.credentials);
    arena_free(s.arena);
    return status;
}
