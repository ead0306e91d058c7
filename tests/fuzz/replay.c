/*
 * Gives a fuzz target the inputs named on the command line, one after the other, without libFuzzer.
 *
 * Prints "ok <file>" after each, so that of a run that dies the next file is the one to blame. Each
 * input is copied to a block of exactly its size, so that a sanitizer sees a read one byte past its
 * end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        return -1;
    }
    long size = ftell(file);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    rewind(file);
    if (size < 0 || data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        fclose(file);
        free(data);
        return -1;
    }
    fclose(file);
    int r = LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    return r;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (replay(argv[i]) < 0) {
            return 1;
        }
        printf("ok %s\n", argv[i]);
        fflush(stdout);
    }
    return 0;
}
