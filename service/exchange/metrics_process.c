/*
 * metrics_process.c - see metrics_text.h. The figures that Prometheus' own client libraries
 * give, by the same names, read from /proc; what cannot be read is left out.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "exchange/metrics_text.h"

/* Where fields of /proc/self/stat stand, counted behind the name of the program; see proc(5). */
enum { FIELD_START = 19, FIELD_VIRTUAL_BYTES = 20, FIELD_RESIDENT_PAGES = 21, FIELDS = 22 };

static void write_one(struct buf *b, const char *name, const char *type, const char *help,
                      double value)
{
    buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, type, name, value);
}

/* Whole files of /proc come in one read. */
static bool read_file(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buffer, size - 1);
    if (fd >= 0) {
        close(fd);
    }
    buffer[n < 0 ? 0 : n] = '\0';
    return n > 0;
}

static bool read_stat(uint64_t fields[FIELDS])
{
    char line[1024];
    const char *at = read_file("/proc/self/stat", line, sizeof line) ? strrchr(line, ')') : NULL;
    if (at == NULL || at[1] != ' ' || at[2] == '\0') {
        return false;
    }
    char *end = line + (at - line) + 3; /* behind the state, which is a letter */
    for (size_t i = 1; i < FIELDS; i++) {
        fields[i] = strtoull(end, &end, 10);
    }
    return *end != '\0';
}

/* When the machine started, in seconds since 1970: both clocks go on from there. */
static double boot_time(void)
{
    struct timespec now = { 0 };
    struct timespec up = { 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
}

static void write_memory(struct buf *b)
{
    uint64_t fields[FIELDS] = { 0 };
    if (!read_stat(fields)) {
        return;
    }
    write_one(b, "process_resident_memory_bytes", "gauge", "Memory that is in use",
              (double)fields[FIELD_RESIDENT_PAGES] * (double)sysconf(_SC_PAGESIZE));
    write_one(b, "process_virtual_memory_bytes", "gauge", "Addresses that are in use",
              (double)fields[FIELD_VIRTUAL_BYTES]);
    write_one(b, "process_start_time_seconds", "gauge", "When the process started, since 1970",
              boot_time() + (double)fields[FIELD_START] / (double)sysconf(_SC_CLK_TCK));
}

static void write_descriptors(struct buf *b)
{
    DIR *folder = opendir("/proc/self/fd");
    struct rlimit limit;
    if (folder != NULL) {
        size_t n = 0;
        while (readdir(folder) != NULL) {
            n++;
        }
        closedir(folder);
        write_one(b, "process_open_fds", "gauge", "Descriptors that are open",
                  (double)(n - 3)); /* "." and "..", and the folder itself */
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        write_one(b, "process_max_fds", "gauge", "Descriptors that may be open",
                  (double)limit.rlim_cur);
    }
}

void metrics_write_process(struct buf *b)
{
    struct timespec used;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0) {
        write_one(b, "process_cpu_seconds_total", "counter", "Processor time spent",
                  (double)used.tv_sec + (double)used.tv_nsec / 1e9);
    }
    write_memory(b);
    write_descriptors(b);
}
