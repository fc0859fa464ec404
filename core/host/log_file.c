/* SPDX-License-Identifier: MIT */
/*
 * log_file.c - see log_file.h. The file is opened for each line: errors are few, and whoever moves the file away gets a new one. What may
 * lie at its place is whatever a repository put there, so no link is followed and nothing but a regular file is written to.
 */
#include "log_file.h"

#include "clock.h"

#include <calendar.h>
#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    const char *name;
    int told; /* that it cannot be written */
    char line[9 * 1024];
} out;

void log_file_name(const char *file)
{
    out.name = file;
    out.told = 0;
}

/* "2026-11-20 12:31:07,250" */
static void put_time(struct buf *line)
{
    char text[TIME_TEXT];
    struct clock clock = clock_real();
    time_text(clock.now_ms(&clock), text);
    text[10] = ' ';
    text[19] = ',';
    text[23] = '\0';
    buf_puts(line, text);
}

static const char *write_line(struct ferry_str line)
{
    struct ferry_error ignored;
    struct stat st;
    const char *why = NULL;
    int fd =
        open(out.name,
             O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
    if (fd < 0) {
        return errno == ELOOP ? "a link lies there; remove it or name another file"
                              : "it cannot be opened; check its folder and mode";
    }
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        why = "it is no regular file; name another one";
    } else if (fd_write(fd, out.name, line, &ignored)) {
        why = "it cannot be written; check the disk";
    }
    close(fd);
    return why;
}

void log_file_add(const char *part, struct ferry_str text)
{
    struct ferry_error unheard;
    struct buf line;
    if (!out.name) {
        return;
    }
    buf_borrow(&line, out.line, sizeof out.line);
    put_time(&line);
    buf_printf(&line, " - ERROR - %s - ", part);
    buf_put(&line, text);
    buf_putc(&line, '\n');
    const char *why = line.failed ? "a line is too long for it" : write_line(buf_str(&line));
    if (why && !out.told) {
        out.told = 1;
        buf_borrow(&line, out.line, sizeof out.line);
        buf_printf(&line, "[WARN] errors are not kept in %s: %s\n", out.name, why);
        fd_write(STDERR_FILENO, "stderr", buf_str(&line), &unheard);
    }
}
