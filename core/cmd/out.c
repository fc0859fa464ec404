/* SPDX-License-Identifier: MIT */
/*
 * out.c - what a command says: results to stdout, errors through the log, and the exit code that
 * a status means. Whoever pipes ferry into a file must learn that the disk was full.
 */
#include "cmd.h"

#include <errno.h>
#include <secrets.h>
#include <stdlib.h>
#include <unistd.h>

static int32_t gone(struct ferry_error *err)
{
    static const struct {
        int number;
        const char *text;
    } causes[] = {{EBADF, "it is closed; leave it open, or send it to /dev/null"},
                  {EPIPE, "its reader is gone; keep it running to the end"},
                  {ENOSPC, "disk full; free some space and run again"}};
    int number = errno;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        if (causes[i].number == number) {
            return ferry_fail(err, FERRY_E_IO, "stdout", "stdout: cannot write: %s",
                              causes[i].text);
        }
    }
    return ferry_fail(err, FERRY_E_IO, "stdout", "stdout: cannot write: %s; check where it goes",
                      strerror(number));
}

int32_t cmd_flush(struct ferry_error *err)
{
    errno = EIO;
    return fflush(stdout) == 0 && !ferror(stdout) ? FERRY_OK : gone(err);
}

int32_t cmd_write(struct ferry_str bytes, struct ferry_error *err)
{
    struct buf clean;
    size_t written;
    if (bytes.len == 0) {
        return FERRY_OK;
    }
    buf_init(&clean, SIZE_MAX / 2);
    if (secrets_found(bytes)) {
        secrets_redact(&clean, bytes);
        if (clean.failed) {
            buf_finish(&clean);
            return ferry_fail(err, clean.failed, "stdout", "stdout: out of memory");
        }
        bytes = buf_str(&clean);
    }
    errno = 0;
    written = fwrite(bytes.ptr, 1, (size_t)bytes.len, stdout);
    if (written < bytes.len) {
        int32_t rc = gone(err);
        buf_finish(&clean);
        return rc;
    }
    buf_finish(&clean);
    return isatty(STDOUT_FILENO) ? cmd_flush(err) : FERRY_OK;
}

void cmd_out(struct ferry_str bytes)
{
    struct ferry_error err = {.size = sizeof err};
    if (cmd_write(bytes, &err)) {
        /* _exit: another flush of stdout would fail once more. What matters is in the journal. */
        _exit(cmd_fail(&err));
    }
}

int cmd_fail(const struct ferry_error *err)
{
    static const struct {
        int32_t status;
        int code;
    } codes[] = {{FERRY_E_INPUT, EXIT_PARTLY_READ}, {FERRY_E_CONFIG, EXIT_USAGE},
                 {FERRY_E_TOO_LARGE, EXIT_SYSTEM},  {FERRY_E_PROTOCOL, EXIT_UNREACHABLE},
                 {FERRY_E_UNSUPPORTED, EXIT_USAGE}, {FERRY_E_UNREACHABLE, EXIT_UNREACHABLE},
                 {FERRY_E_REFUSED, EXIT_REJECTED}};
    if (err->message[0] || !app_interrupted) {
        log_failure(FERRY_LOG_ERROR, err);
    }
    if (app_interrupted) {
        log_error("interrupted; what was captured before is kept, run the same command again");
        return 128 + app_interrupted;
    }
    if (err->status == FERRY_E_REFUSED && strcmp(err->where, "credentials") == 0) {
        return EXIT_CREDENTIALS; /* of a question; nothing was given to be rejected */
    }
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i].status == err->status) {
            return codes[i].code;
        }
    }
    return EXIT_SYSTEM;
}
