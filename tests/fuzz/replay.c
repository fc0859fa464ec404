/* SPDX-License-Identifier: MIT */
/*
 * replay.c - main() for a target where there is no libFuzzer: runs each file it is given, and each file of each folder, once.
 * Takes the same arguments as the fuzzer does for that, so what repeats a finding is the same words for both.
 */
#include "fuzz.h"

#include <dirent.h>
#include <file.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { LARGEST = 64 << 20 };

extern int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static unsigned n_inputs;
static const char *volatile current; /* for a debugger: what is being run */

static int run_file(const char *path)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf bytes;
    uint8_t *exact = NULL;
    int ok = 0;
    buf_init(&bytes, LARGEST);
    current = path;
    if (file_read(path, &bytes, &err)) {
        fprintf(stderr, "%s\n", err.message);
        goto out;
    }
    /* of exactly this size, so that a sanitizer sees a step beyond it */
    exact = malloc(bytes.len ? bytes.len : 1);
    if (!exact) {
        fprintf(stderr, "%s: out of memory\n", path);
        goto out;
    }
    memcpy(exact, buf_cstr(&bytes), bytes.len);
    fprintf(stderr, "%s\n", path); /* the last line before a crash names the input */
    LLVMFuzzerTestOneInput(exact, bytes.len);
    n_inputs++;
    ok = 1;
out:
    free(exact);
    buf_finish(&bytes);
    return ok;
}

static int run_folder(const char *path)
{
    struct dirent **names = NULL;
    int n = scandir(path, &names, NULL, alphasort), ok = n >= 0;
    if (n < 0) {
        perror(path);
    }
    for (int i = 0; i < n; i++) {
        struct buf file;
        buf_init(&file, 4096);
        path_join(&file, path, names[i]->d_name);
        if (names[i]->d_name[0] != '.') {
            ok &= run_file(buf_cstr(&file));
        }
        buf_finish(&file);
        free(names[i]);
    }
    free(names);
    return ok;
}

int main(int argc, char **argv)
{
    struct stat st;
    int ok = 1;
    for (int i = 1; i < argc; i++) { /* before a target goes to a folder of its own */
        char *path = realpath(argv[i], NULL);
        argv[i] = path ? path : argv[i]; /* one that is not there is told by its own name */
    }
    if (LLVMFuzzerInitialize) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    for (int i = 1; i < argc; i++) {
        ok &= stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? run_folder(argv[i])
                                                             : run_file(argv[i]);
    }
    fprintf(stderr, "%u inputs\n", n_inputs);
    return ok && n_inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
