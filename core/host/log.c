/* SPDX-License-Identifier: MIT */
/*
 * log.c - messages for people, to stderr, one line each. Everybody calls it, plugins through
 * log_service(). A line is redacted first and escaped then, so that neither a secret nor a test's
 * name with a line break in it gets through; it leaves with one write, so that processes that
 * share a terminal do not mix their lines.
 */
#include "log.h"

#include "log_file.h"
#include "secrets.h"

#include <file.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { LONGEST = 64 * 1024, SHOWN = 8 * 1024 };

static atomic_uint chosen = FERRY_LOG_INFO;
static atomic_int colored = 0;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local struct buf *kept; /* where this thread's lines go */

static int variable_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

int color_wanted(int choice, int fd)
{
    const char *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
    if (choice >= 0) {
        return choice;
    }
    if (variable_set("NO_COLOR")) {
        return 0;
    }
    if (force && *force && strcmp(force, "0") != 0) {
        return 1;
    }
    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

void log_setup(uint32_t level, int color)
{
    atomic_store(&chosen, level);
    atomic_store(&colored, color_wanted(color, STDERR_FILENO));
}

int log_enabled(uint32_t level)
{
    return level <= atomic_load(&chosen);
}

static struct {
    int on;
    const char *part;
} script = {0, "ferry"};

void log_as_script(const char *file)
{
    pthread_mutex_lock(&lock);
    script.on = 1;
    log_file_name(file);
    pthread_mutex_unlock(&lock);
}

void log_part(const char *part)
{
    pthread_mutex_lock(&lock);
    script.part = part;
    pthread_mutex_unlock(&lock);
}

/* "[WARN] "; what such a script has no word for is information, too. */
static void put_bracket(struct buf *line, uint32_t level)
{
    buf_puts(line, level == FERRY_LOG_ERROR  ? "[ERROR] "
                   : level == FERRY_LOG_WARN ? "[WARN] "
                                             : "[INFO] ");
}

static void put_level(struct buf *line, uint32_t level)
{
    static const struct {
        const char *word, *color;
    } levels[] = {[FERRY_LOG_ERROR] = {"error", "\033[1;31m"},
                  [FERRY_LOG_WARN] = {"warning", "\033[1;33m"},
                  [FERRY_LOG_INFO] = {NULL, NULL},
                  [FERRY_LOG_DEBUG] = {"debug", "\033[2m"},
                  [FERRY_LOG_TRACE] = {"trace", "\033[2m"}};
    if (level >= sizeof levels / sizeof *levels || !levels[level].word) {
        return;
    }
    if (atomic_load(&colored)) {
        buf_printf(line, "%s%s:\033[0m ", levels[level].color, levels[level].word);
    } else {
        buf_printf(line, "%s: ", levels[level].word);
    }
}

/* One message at a time is made and written in these: to say that memory is out must need none. */
static struct {
    char text[LONGEST + 1], clean[4 * LONGEST], line[8 * SHOWN];
} room;

/* Where stderr is gone there is nobody to tell. The lock is held. */
static void to_stderr(struct ferry_str lines)
{
    struct ferry_error unheard;
    fd_write(STDERR_FILENO, "stderr", lines, &unheard);
}

void log_keep(struct buf *lines)
{
    kept = lines;
}

void log_show(struct buf *lines)
{
    if (lines->len > 0) {
        pthread_mutex_lock(&lock);
        to_stderr(buf_str(lines));
        pthread_mutex_unlock(&lock);
        buf_reset(lines);
    }
}

/* Without the line's end. */
static void make_line(struct buf *line, uint32_t level, const char *plugin,
                      struct ferry_str message)
{
    struct buf clean;
    buf_borrow(&clean, room.clean, sizeof room.clean);
    secrets_redact(&clean, message);
    if (script.on) {
        put_bracket(line, level);
    } else {
        buf_puts(line, "ferry: ");
        put_level(line, level);
    }
    size_t text = line->len;
    if (plugin) {
        buf_printf(line, "%s: ", plugin);
    }
    if (clean.failed) {
        buf_puts(line, "a message that is too long to be shown");
    } else {
        text_show(line, buf_str(&clean), SHOWN);
    }
    if (script.on && level == FERRY_LOG_ERROR) {
        log_file_add(plugin ? plugin : script.part, str_sub(buf_str(line), text, line->len));
    }
}

static void write_line(uint32_t level, const char *plugin, struct ferry_str message)
{
    struct buf line;
    buf_borrow(&line, room.line, sizeof room.line);
    make_line(&line, level, plugin, message);
    buf_putc(&line, '\n');
    if (!kept) {
        to_stderr(buf_str(&line));
    } else if (buf_put(kept, buf_str(&line)) != FERRY_OK) { /* in its order all the same */
        to_stderr(buf_str(kept));
        buf_reset(kept);
        to_stderr(buf_str(&line));
    }
}

void log_write(uint32_t level, const char *format, ...)
{
    va_list args;
    if (!log_enabled(level)) {
        return;
    }
    pthread_mutex_lock(&lock);
    va_start(args, format);
    int n = vsnprintf(room.text, sizeof room.text, format, args);
    va_end(args);
    write_line(level, NULL,
               n >= 0 && (size_t)n < sizeof room.text
                   ? (struct ferry_str){room.text, (uint64_t)n}
                   : FERRY_LIT("a message that is too long to be shown"));
    pthread_mutex_unlock(&lock);
}

void log_failure(uint32_t level, const struct ferry_error *err)
{
    int memory = err->status == FERRY_E_NO_MEMORY;
    const char *said = err->message[0] ? err->message : ferry_status_text(err->status);
    const char *where = memory && !strstr(said, ": ") ? err->where : "";
    log_write(level, "%s%s%s%s", where, *where ? ": " : "", said,
              memory && !strstr(said, "; ") ? "; end other programs and run again" : "");
}

/* --- the service ------------------------------------------------------------- */

static int32_t service_enabled(void *self, uint32_t level)
{
    (void)self;
    return log_enabled(level);
}

static void service_write(void *self, uint32_t level, struct ferry_str message)
{
    if (level < FERRY_LOG_ERROR || level > FERRY_LOG_TRACE) {
        level = FERRY_LOG_TRACE;
    }
    if (log_enabled(level)) {
        /* A longer one is cut when shown; the rest would only cost time in the filter. */
        pthread_mutex_lock(&lock);
        write_line(level, self, str_sub(message, 0, LONGEST));
        pthread_mutex_unlock(&lock);
    }
}

struct ferry_log log_service(const char *plugin_id)
{
    /* self is handed back as it was given; nothing writes through it. */
    return (struct ferry_log){
        .self = (void *)(uintptr_t)plugin_id, .enabled = service_enabled, .write = service_write};
}
