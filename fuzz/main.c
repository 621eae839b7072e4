/* SPDX-License-Identifier: MIT */
/*
 * main: runs a harness without libFuzzer: once for each file named (the replay
 * of the seeds), or for what comes on stdin (AFL++; with its compiler in one
 * process many times).
 */
#include "fuzz/fuzz.h"

#include <unistd.h>

#define INPUT_MAX (1u << 20)

static uint8_t input[INPUT_MAX];

/* A copy of the very size, so that a read behind its end is noticed. */
static void run(size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    must(copy != NULL);
    memcpy(copy, input, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_stdin(void)
{
    ssize_t size = read(STDIN_FILENO, input, INPUT_MAX);

    run(size > 0 ? (size_t)size : 0);
}

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    if (!file) {
        perror(path);
        return 1;
    }
    size = fread(input, 1, INPUT_MAX, file);
    fclose(file);
    run(size);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++)
        status |= run_file(argv[i]);
    if (argc > 1)
        return status;
#ifdef __AFL_LOOP
    while (__AFL_LOOP(1000))
        run_stdin();
#else
    run_stdin();
#endif
    return 0;
}
