/*
 * credentials.c - see credentials.h. Only the TLS library can tell whether certificate and key are
 * good and belong together, so a daemon without a socket is started with them, for the time of
 * asking.
 */
#include "http/credentials.h"

#include <microhttpd.h>
#include <string.h>

#include "base/file.h"

enum {
    LARGEST_FILE = 1 << 20,
    BUDGET = 8 * LARGEST_FILE, /* a file is read into a buffer that grows */
    REASON_BYTES = 160,
};

const char *credentials_priorities(void)
{
    return "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";
}

static int refuse(char reterr[CREDENTIALS_ERROR_MAX], const char *path, const char *reason)
{
    snprintf(reterr, CREDENTIALS_ERROR_MAX, "%s: %s", path, reason);
    return 1;
}

static int read_file(struct arena *a, const char *path, const char **ret,
                     char reterr[CREDENTIALS_ERROR_MAX])
{
    struct text text;
    const char *reason = NULL;
    if (file_read(a, path, LARGEST_FILE, &text, &reason) != 0) {
        snprintf(reterr, CREDENTIALS_ERROR_MAX, "%s", reason == NULL ? "out of memory" : reason);
        return 1;
    }
    *ret = text.at;
    return 0;
}

/* Keeps the library's first words. */
PRINTF_LIKE(2, 0) static void keep_reason(void *cls, const char *format, va_list arguments)
{
    char *reason = cls;
    if (reason[0] == '\0') {
        vsnprintf(reason, REASON_BYTES, format, arguments);
        reason[strcspn(reason, "\n")] = '\0';
    }
}

/* The library decides how many parameters its handler has. */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result answer_nobody(void *cls, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version,
                                     const char *upload_data, size_t *upload_data_size,
                                     void **request)
{
    (void)cls, (void)connection, (void)url, (void)method, (void)version;
    (void)upload_data, (void)upload_data_size, (void)request;
    return MHD_NO;
}

static int check(const struct credentials *c, const char *path, const char *key_path,
                 char reterr[CREDENTIALS_ERROR_MAX])
{
    char reason[REASON_BYTES] = "";
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
        return refuse(reterr, path, "this libmicrohttpd was built without TLS");
    }
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_TLS | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL, NULL,
                         answer_nobody, NULL, MHD_OPTION_EXTERNAL_LOGGER, keep_reason, reason, //
                         MHD_OPTION_HTTPS_MEM_CERT, c->certificate,                            //
                         MHD_OPTION_HTTPS_MEM_KEY, c->key,                                     //
                         MHD_OPTION_HTTPS_PRIORITIES, credentials_priorities(),                //
                         MHD_OPTION_END);
    if (daemon == NULL) {
        snprintf(reterr, CREDENTIALS_ERROR_MAX,
                 "%s and %s cannot be used: %s (both are PEM files, the key without a password)",
                 path, key_path, reason[0] == '\0' ? "the TLS library refuses them" : reason);
        return 1;
    }
    MHD_stop_daemon(daemon);
    return 0;
}

int credentials_read(const char *certificate_path, const char *key_path,
                     struct credentials **ret_credentials, char reterr[CREDENTIALS_ERROR_MAX])
{
    struct arena *a = arena_new(BUDGET);
    struct credentials *c = a == NULL ? NULL : arena_zalloc(a, 1, sizeof *c);
    if (c == NULL) {
        arena_free(a);
        return refuse(reterr, certificate_path, "out of memory");
    }
    c->arena = a;
    if (read_file(a, certificate_path, &c->certificate, reterr) != 0 ||
        read_file(a, key_path, &c->key, reterr) != 0 ||
        check(c, certificate_path, key_path, reterr) != 0) {
        credentials_free(c);
        return 1;
    }
    *ret_credentials = c;
    return 0;
}

bool credentials_equal(const struct credentials *a, const struct credentials *b)
{
    return strcmp(a->certificate, b->certificate) == 0 && strcmp(a->key, b->key) == 0;
}

struct credentials *credentials_free(struct credentials *c)
{
    if (c != NULL) {
        arena_free(c->arena);
    }
    return NULL;
}
