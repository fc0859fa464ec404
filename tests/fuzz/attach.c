/* SPDX-License-Identifier: MIT */
/*
 * attach - the name of an attachment, as a report gives it. Whatever it is, what is opened is a file of the report's folder or of
 * the configured root, never another; and the kernel's way and the careful one agree.
 */
#include "fuzz.h"

#include <attach.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INSIDE = 4 };

static struct attach by_kernel, by_walk;
static ino_t inside[INSIDE];
static dev_t device;

static ino_t make(const char *path)
{
    struct stat st;
    fuzz_file(path, ferry_cstr(path));
    fuzz_claim(stat(path, &st) == 0, "%s is not there", path);
    device = st.st_dev;
    return st.st_ino;
}

/*
 *   report/ in.xml shot.png sub/log.txt      out -> ../outside.txt  up -> ..  in -> sub/log.txt
 *   root/   more.png                         outside.txt
 */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static char root[4096];
    static const char *roots[] = {root, NULL};
    struct ferry_error err = {.size = sizeof err};
    (void)argc;
    (void)argv;
    snprintf(root, sizeof root, "%s/root", fuzz_folder());
    fuzz_claim(mkdir("report", 0700) == 0 && mkdir("report/sub", 0700) == 0 &&
                   mkdir("root", 0700) == 0,
               "no folders");
    inside[0] = make("report/in.xml");
    inside[1] = make("report/shot.png");
    inside[2] = make("report/sub/log.txt");
    inside[3] = make("root/more.png");
    make("outside.txt");
    fuzz_claim(symlink("../outside.txt", "report/out") == 0 && symlink("..", "report/up") == 0 &&
                   symlink("sub/log.txt", "report/in") == 0 && mkfifo("report/pipe", 0600) == 0,
               "no links");
    fuzz_claim(attach_init(&by_kernel, "report/in.xml", roots, 64, &err) == FERRY_OK, "%s",
               err.message);
    fuzz_claim(attach_init(&by_walk, "report/in.xml", roots, 64, &err) == FERRY_OK, "%s",
               err.message);
    by_walk.by_walk = 1;
    return 0;
}

/* The inode of what was opened; 0: nothing. */
static ino_t open_one(const struct attach *a, struct ferry_str name)
{
    int fd = -1;
    uint64_t bytes = 0;
    struct stat st;
    enum attach_end end = attach_open(a, name, &fd, &bytes);
    fuzz_claim(end < ATTACH_ENDS && attach_code(end)[0] && attach_text(end)[0], "ends with %d",
               (int)end);
    fuzz_claim((end == ATTACH_OK) == (fd >= 0), "%s, and the descriptor is %d", attach_code(end),
               fd);
    if (fd < 0) {
        return 0;
    }
    fuzz_claim(fstat(fd, &st) == 0 && S_ISREG(st.st_mode), "opened what is no file");
    fuzz_claim((uint64_t)st.st_size == bytes && bytes <= 64, "%llu bytes of %llu",
               (unsigned long long)bytes, (unsigned long long)st.st_size);
    close(fd);
    for (int i = 0; i < INSIDE; i++) {
        if (st.st_ino == inside[i] && st.st_dev == device) {
            return st.st_ino;
        }
    }
    fuzz_fail(__FILE__, __LINE__, "opened a file from outside: %.*s", STR_ARG(name));
}

/* ".." is taken as text where the kernel says that it leads out, so a folder in between need not be there. */
static void both(struct ferry_str name)
{
    ino_t kernel = open_one(&by_kernel, name), walk = open_one(&by_walk, name);
    int up = name.len > 1 && memmem(name.ptr, (size_t)name.len, "..", 2);
    fuzz_claim(!walk || up || walk == kernel, "the walk opens what the kernel does not: %.*s",
               STR_ARG(name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str name = {(const char *)data, size};
    struct buf full;
    both(name);
    buf_init(&full, 1 << 20); /* the same, as an absolute path that begins well */
    buf_printf(&full, "%s/report/", fuzz_folder());
    buf_put(&full, name);
    both(buf_str(&full));
    buf_finish(&full);
    return 0;
}
