/* SPDX-License-Identifier: MIT */
/*
 * attach.c - opens what a report names, below its roots and nowhere else. read.c calls it for each
 * attachment. The kernel keeps the bounds (openat2, RESOLVE_BENEATH); where it cannot, each part
 * of the name is opened by itself and no symbolic link is followed. It must never open anything by
 * a plain path out of a report.
 */
#include "attach.h"

#include <text.h>

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_LONGEST = 4096, RACES = 8 };

struct attach_root {
    int fd;      /* of the folder; owned */
    char *given; /* absolute, as configured or as the report's folder; owned */
    char *real;  /* without symbolic links; owned */
};

const char *attach_code(enum attach_end end)
{
#define ATTACH_CODE_(name, code, text) code,
    static const char *const codes[] = {ATTACH_MAP(ATTACH_CODE_)};
    return codes[end < ATTACH_ENDS ? end : ATTACH_UNREADABLE];
}

const char *attach_text(enum attach_end end)
{
#define ATTACH_TEXT_(name, code, text) text,
    static const char *const texts[] = {ATTACH_MAP(ATTACH_TEXT_)};
    return texts[end < ATTACH_ENDS ? end : ATTACH_UNREADABLE];
}

/* --- roots -------------------------------------------------------------------- */

/* `path` without its trailing slashes, absolute. NULL: no memory, or no working folder. */
static char *absolute(const char *path)
{
    char *out = NULL, *cwd = NULL;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    if (path[0] == '/') {
        return strndup(path, len);
    }
    cwd = getcwd(NULL, 0);
    if (cwd && len == 0) {
        return cwd;
    }
    if (cwd && asprintf(&out, "%s/%.*s", strcmp(cwd, "/") ? cwd : "", (int)len, path) < 0) {
        out = NULL;
    }
    free(cwd);
    return out;
}

/* Takes over nothing; fills *root. The system's errno, or 0. */
static int root_open(struct attach_root *root, const char *folder)
{
    root->fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root->fd < 0) {
        return errno;
    }
    errno = 0;
    root->given = absolute(folder);
    if (!root->given) {
        return errno ? errno : ENOMEM;
    }
    root->real = realpath(folder, NULL);
    return root->real ? 0 : errno ? errno : ENOMEM;
}

static void root_close(struct attach_root *root)
{
    if (root->fd >= 0) {
        close(root->fd);
    }
    free(root->given);
    free(root->real);
    *root = (struct attach_root){.fd = -1};
}

static int32_t root_fail(struct ferry_error *err, const char *folder, const char *why)
{
    char shown[200];
    return ferry_fail(err, FERRY_E_CONFIG, "attachments.roots",
                      "attachments.roots: %s: %s; name an absolute folder that exists",
                      text_show_to(shown, sizeof shown, ferry_cstr(folder)), why);
}

/* The folder of the report, "." where its path has none. NULL: no memory. */
static char *folder_of(const char *report)
{
    const char *slash = strrchr(report, '/');
    if (!slash) {
        return strdup(".");
    }
    return strndup(report, slash == report ? 1 : (size_t)(slash - report));
}

/* Where the folder may not be opened the report has none, as one from stdin; its results still count. */
static int32_t add_report_folder(struct attach *a, const char *report, struct ferry_error *err)
{
    char *folder = folder_of(report);
    int number = folder ? root_open(&a->roots[0], folder) : ENOMEM;
    int32_t rc = file_status(number, FERRY_OK);
    a->n_roots = 1;
    if (rc) {
        rc = file_fail(err, folder ? folder : report, "cannot open the folder", number);
    } else if (number) {
        root_close(&a->roots[0]);
        a->n_roots = 0;
        a->no_folder = 1;
    }
    free(folder);
    return rc;
}

int32_t attach_init(struct attach *a, const char *report, const char *const *roots,
                    uint64_t max_bytes, struct ferry_error *err)
{
    uint32_t n = 0;
    int32_t rc = FERRY_OK;
    while (roots && roots[n]) {
        n++;
    }
    memset(a, 0, sizeof *a);
    a->roots = calloc((size_t)n + 1, sizeof *a->roots);
    if (!a->roots) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "attachments", "out of memory");
    }
    for (uint32_t i = 0; i <= n; i++) {
        a->roots[i].fd = -1;
    }
    a->max_bytes = max_bytes ? max_bytes : ATTACH_MAX_DEFAULT;
    a->no_folder = !report;
    if (report) {
        rc = add_report_folder(a, report, err);
    }
    for (uint32_t i = 0; i < n && !rc; i++) {
        int number;
        if (roots[i][0] != '/') {
            rc = root_fail(err, roots[i], "is not absolute");
            break;
        }
        number = root_open(&a->roots[a->n_roots++], roots[i]);
        if (number) {
            const char *why = strerrordesc_np(number);
            rc = file_status(number, FERRY_OK)
                     ? file_fail(err, roots[i], "cannot open", number)
                     : root_fail(err, roots[i], why ? why : "cannot be opened");
        }
    }
    if (rc) {
        attach_finish(a);
    }
    return rc;
}

void attach_finish(struct attach *a)
{
    for (uint32_t i = 0; i < a->n_roots; i++) {
        root_close(&a->roots[i]);
    }
    free(a->roots);
    memset(a, 0, sizeof *a);
}

/* --- one name ----------------------------------------------------------------- */

/* A scheme of two characters or more and a colon: "https:", "data:". One letter would be a drive. */
static int is_address(struct ferry_str name)
{
    uint64_t i = 0;
    while (i < name.len && ((name.ptr[i] | 0x20) >= 'a' && (name.ptr[i] | 0x20) <= 'z')) {
        i++;
    }
    return i > 1 && i < name.len && name.ptr[i] == ':' &&
           (str_starts(str_sub(name, i, 3), "://") || str_starts(name, "data:"));
}

static int has_control(struct ferry_str name)
{
    for (uint64_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c < 0x20 || c == 0x7f) {
            return 1;
        }
    }
    return 0;
}

/* What the absolute `name` is below `folder`, or NULL. */
static const char *below(const char *name, const char *folder)
{
    size_t n = folder ? strlen(folder) : 0;
    if (n == 1) { /* "/": everything is below it */
        n = 0;
    } else if (n == 0 || strncmp(name, folder, n) != 0 || name[n] != '/') {
        return NULL;
    }
    name += n + strspn(name + n, "/");
    return *name ? name : NULL;
}

static long open_beneath(int root, const char *name)
{
    struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long fd = -1;
    /* EAGAIN: something was renamed while the kernel looked, so it cannot say what lies beneath. */
    for (int i = 0; i < RACES; i++) {
        fd = syscall(SYS_openat2, root, name, &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN) {
            break;
        }
    }
    return fd;
}

/* One part after the other, never through a link, never up. Refusals are told as the kernel tells them. */
static int open_by_walk(int root, const char *name)
{
    char part[256];
    int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
    while (fd >= 0) {
        size_t n = strcspn(name, "/");
        const char *rest = name + n + strspn(name + n, "/");
        int folder = name[n] == '/'; /* also at the end: "a.png/" is no file */
        int next, number;
        if (n >= sizeof part) {
            close(fd);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(part, name, n);
        part[n] = '\0';
        if (strcmp(part, "..") == 0) {
            close(fd);
            errno = EXDEV;
            return -1;
        }
        next = openat(fd, *part ? part : ".",
                      (folder ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK | O_NOCTTY) |
                          O_NOFOLLOW | O_CLOEXEC);
        number = errno;
        if (next < 0 && number == ENOTDIR && folder) {
            struct stat st;
            if (fstatat(fd, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)) {
                number = ELOOP;
            }
        }
        close(fd);
        errno = number;
        fd = next;
        if (!*rest) {
            return fd;
        }
        name = rest;
    }
    return fd;
}

static enum attach_end end_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        return ATTACH_MISSING;
    case EXDEV:
    case EAGAIN:
        return ATTACH_OUTSIDE;
    case ELOOP:
        return ATTACH_LINK;
    case ENXIO: /* a socket, a device without a driver */
    case ENODEV:
        return ATTACH_NOT_A_FILE;
    default:
        return file_status(number, FERRY_OK) ? ATTACH_MACHINE : ATTACH_UNREADABLE;
    }
}

/* Opens `name` below one root and looks at what it is. */
static enum attach_end open_in(const struct attach *a, int root, const char *name, int *fd,
                               uint64_t *bytes)
{
    struct stat st;
    long got = a->by_walk ? open_by_walk(root, name) : open_beneath(root, name);
    if (got < 0 && !a->by_walk && (errno == ENOSYS || errno == EPERM || errno == EINVAL)) {
        got = open_by_walk(root, name); /* an old kernel, or a sandbox that refuses new calls */
    }
    if (got < 0) {
        return end_of(errno);
    }
    if (fstat((int)got, &st) != 0 || !S_ISREG(st.st_mode)) {
        close((int)got);
        return ATTACH_NOT_A_FILE;
    }
    if ((uint64_t)st.st_size > a->max_bytes) {
        close((int)got);
        return ATTACH_TOO_LARGE;
    }
    *fd = (int)got;
    *bytes = (uint64_t)st.st_size;
    return ATTACH_OK;
}

/*
 * Where a relative name leads from the report's folder, with "." and ".." taken as text: an
 * absolute path, or 0 where it does not fit. Only a proposal; what may be opened is still the
 * kernel's word.
 */
static int resolve(const char *folder, const char *name, char *out, size_t size)
{
    size_t len = strlen(folder);
    int as_folder = 0; /* ends with a slash, and means no file */
    if (len >= size) {
        return 0;
    }
    memcpy(out, folder, len + 1);
    len = len == 1 ? 0 : len;
    while (*name) {
        size_t n = strcspn(name, "/");
        as_folder = name[n] == '/';
        if (n == 2 && memcmp(name, "..", 2) == 0) {
            while (len > 0 && out[--len] != '/') {
            }
        } else if (n > 0 && !(n == 1 && name[0] == '.')) {
            if (n + 2 > size - len) {
                return 0;
            }
            out[len] = '/';
            memcpy(out + len + 1, name, n);
            len += n + 1;
        }
        name += n + strspn(name + n, "/");
    }
    if (as_folder && len > 0) {
        if (len + 2 > size) {
            return 0;
        }
        out[len++] = '/';
    }
    out[len] = '\0';
    return len > 0;
}

/* The absolute `name` in the first root that it is below; OUTSIDE where there is none. */
static enum attach_end open_absolute(const struct attach *a, const char *name, int *fd,
                                     uint64_t *bytes)
{
    for (uint32_t i = 0; i < a->n_roots; i++) {
        const char *inside = below(name, a->roots[i].given);
        inside = inside ? inside : below(name, a->roots[i].real);
        if (inside) {
            return open_in(a, a->roots[i].fd, inside, fd, bytes);
        }
    }
    return ATTACH_OUTSIDE;
}

/* Root by root: a name that is missing in one may be in the next; any other word is the last. */
static enum attach_end open_relative(const struct attach *a, const char *name, int *fd,
                                     uint64_t *bytes)
{
    enum attach_end end = ATTACH_MISSING;
    char path[NAME_LONGEST];
    for (uint32_t i = 0; i < a->n_roots && end == ATTACH_MISSING; i++) {
        end = open_in(a, a->roots[i].fd, name, fd, bytes);
        if (end == ATTACH_OUTSIDE && i == 0 && !a->no_folder &&
            resolve(a->roots[0].real, name, path, sizeof path)) {
            end = open_absolute(a, path, fd, bytes);
        }
    }
    return end == ATTACH_MISSING && a->no_folder ? ATTACH_NO_FOLDER : end;
}

enum attach_end attach_open(const struct attach *a, struct ferry_str name, int *fd, uint64_t *bytes)
{
    char text[NAME_LONGEST];
    *fd = -1;
    *bytes = 0;
    if (str_empty(str_trim(name))) {
        return ATTACH_NO_NAME;
    }
    if (has_control(name)) {
        return ATTACH_BAD_NAME;
    }
    if (is_address(name)) {
        return ATTACH_ADDRESS;
    }
    if (name.len >= sizeof text) {
        return ATTACH_MISSING;
    }
    memcpy(text, name.ptr, (size_t)name.len);
    text[name.len] = '\0';
    return text[0] == '/' ? open_absolute(a, text, fd, bytes) : open_relative(a, text, fd, bytes);
}
