/*
 * replay.c - gives a fuzz target the files named on its command line, and each of their beginnings.
 *
 * Beginnings are tried since a cut-off input is what readers trip over first. Prints "ok FILE" per
 * file; a target that aborts ends the process, so that the last file printed is the one before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { LONGEST_CUT = 300 }; /* beginnings of more bytes than this are not tried */

/* A copy of exactly the input's size, so that sanitizers see a read beyond it. */
static void give(const char *bytes, size_t n)
{
    uint8_t *exact = malloc(n == 0 ? 1 : n);
    HOLDS(exact != NULL);
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    HOLDS(fseek(file, 0, SEEK_END) == 0);
    long n = ftell(file);
    HOLDS(n >= 0 && fseek(file, 0, SEEK_SET) == 0);
    char *bytes = malloc((size_t)n + 1);
    HOLDS(bytes != NULL && fread(bytes, 1, (size_t)n, file) == (size_t)n);
    fclose(file);
    for (size_t cut = 0; cut < (size_t)n && cut < LONGEST_CUT; cut++) {
        give(bytes, cut);
    }
    give(bytes, (size_t)n);
    free(bytes);
    printf("ok %s\n", path);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE…\n", argv[0]);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        replay(argv[i]);
    }
    return 0;
}
