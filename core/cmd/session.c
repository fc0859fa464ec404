/* SPDX-License-Identifier: MIT */
/* session.c - see session.h. */
#include "session.h"

#include <paper.h>

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

/* --- opening -------------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int32_t make_scratch(struct session *s, struct ferry_error *err)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(s->scratch, sizeof s->scratch, "%s/ferry-dry-run-XXXXXX",
             tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (!mkdtemp(s->scratch)) {
        int32_t rc = file_fail(err, s->scratch, "cannot create the folder in TMPDIR", errno);
        s->scratch[0] = '\0';
        return rc;
    }
    return FERRY_OK;
}

/* Flags that stand for keys of the configuration. */
static int32_t take_flags(struct app *app, const struct args *args, struct ferry_error *err)
{
    static const struct {
        const char *option, *path, *flag;
    } flags[] = {{"deadline", "delivery.deadline", "--deadline"},
                 {"exchange_log", "exchange_log_dir", "--exchange-log"},
                 {"jobs", "delivery.jobs", "--jobs"}};
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < sizeof flags / sizeof *flags && rc == FERRY_OK; i++) {
        if (args_has(args, flags[i].option)) {
            rc = config_set_flag(app->config, flags[i].path, flags[i].flag,
                                 args_get(args, flags[i].option), err);
        }
    }
    return rc;
}

/* Who looks on. Of a dry run there is nothing to log. */
static int32_t open_lookers(struct session *s, const struct args *args, struct ferry_error *err)
{
    struct engine *e = &s->engine;
    const struct config *c = s->app->config;
    struct ferry_str file = args_get(args, "events"), folder = config_get(c, "exchange_log_dir");
    int32_t rc = FERRY_OK;
    if (file.ptr) {
        rc = events_open(&e->events, file.ptr, e->clock, e->journal.db, err);
    }
    if (rc == FERRY_OK && args_has(args, "out")) {
        rc = paper_open(&e->paper, args_get(args, "out").ptr, err);
    }
    if (rc == FERRY_OK && folder.len && !s->dry_run) {
        rc = exchanges_open(&e->exchanges, folder.ptr,
                            str_is(config_get(c, "exchange_log_bodies"), "true"), e->clock,
                            e->journal.db, err);
    }
    return rc;
}

int32_t session_open(struct session *s, struct app *app, const struct args *args,
                     struct ferry_error *err)
{
    memset(s, 0, sizeof *s);
    s->app = app;
    s->json = args_flag(args, "json");
    s->dry_run = args_flag(args, "dry_run");
    s->lanes = calloc(SESSION_LANES, sizeof *s->lanes);
    if (!s->lanes) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "%s: out of memory", app->state);
    }
    int32_t rc = take_flags(app, args, err);
    if (rc == FERRY_OK && args_has(args, "out") && !s->dry_run) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "out",
                        "--out writes what a dry run would send; give --dry-run as well");
    }
    rc = rc || !s->dry_run ? rc : make_scratch(s, err);
    rc = rc ? rc
            : engine_open(&s->engine, app->config, app->plugins, &app->clock,
                          s->dry_run ? s->scratch : app->state, &app_interrupted, err);
    if (rc == FERRY_OK) {
        s->engine.state =
            app->state; /* what is served in process is the real thing, also in a dry run: it is only read */
    }
    return rc ? rc : open_lookers(s, args, err);
}

void session_close(struct session *s)
{
    events_close(s->engine.events);
    paper_free(s->engine.paper);
    exchanges_close(s->engine.exchanges);
    engine_close(&s->engine);
    keys_close(s->keys);
    inputs_finish(&s->inputs);
    readers_finish(&s->readers);
    free(s->lanes);
    while (s->n_streams > 0) {
        unlink(s->streams[--s->n_streams]);
        free(s->streams[s->n_streams]);
    }
    if (s->scratch[0]) {
        nftw(s->scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    memset(s, 0, sizeof *s);
}

/* --- reading ------------------------------------------------------------------------------------ */

int32_t session_keys(const struct app *app, struct keys **out, struct ferry_error *err)
{
    enum { NAMES = 32 };
    const struct config *c = app->config;
    struct ferry_str names[NAMES];
    struct ferry_str list = config_get(c, "automation_key.properties");
    struct keys_config kc = {
        .properties = names,
        .pattern = config_get(c, "automation_key.pattern"),
        .map_file = config_get(c, "automation_key.map"),
        .issues_file = config_get(c, "jira.map"),
        .use_class_name = (uint32_t)!str_is(config_get(c, "automation_key.fallback"), "none")};
    while (kc.n_properties < NAMES && str_split(&list, '\n', &names[kc.n_properties])) {
        kc.n_properties += names[kc.n_properties].len > 0;
    }
    return keys_open(out, &kc, err);
}

/* Stdin and pipes can be read once, and are needed twice: to know which run it is, and to read it. */
static int is_stream(const struct input *in)
{
    struct stat st;
    return !in->path || (stat(in->path, &st) == 0 &&
                         (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode) || S_ISSOCK(st.st_mode)));
}

static int32_t copy_stream(int from, int to, const char *name, struct ferry_error *err)
{
    enum { PIECE = 256 * 1024 };
    char *piece = malloc(PIECE);
    int64_t n = 1;
    int32_t rc =
        piece ? FERRY_OK : ferry_fail(err, FERRY_E_NO_MEMORY, "", "%s: out of memory", name);
    while (rc == FERRY_OK && n != 0) {
        n = fd_read_stream(from, piece, PIECE, &app_interrupted);
        if (n > 0) {
            rc = fd_write(to, name, (struct ferry_str){piece, (uint64_t)n}, err);
        } else if (n < 0) {
            rc = app_interrupted
                     ? ferry_fail(err, FERRY_E_STOP, "", "%s: interrupted while reading it", name)
                     : file_fail(err, name, "cannot read", errno);
        }
    }
    free(piece);
    return rc;
}

static int32_t keep_stream(struct session *s, struct input *in, struct ferry_error *err)
{
    char path[512];
    /* what a process that is killed leaves there is swept by the spool */
    snprintf(path, sizeof path, "%s/tmp/stream-XXXXXX", spool_folder(s->engine.journal.spool));
    int to = mkostemp(path, O_CLOEXEC);
    if (to < 0) {
        return file_fail(err, path, "cannot create", errno);
    }
    char *kept = s->n_streams < SESSION_STREAMS ? strdup(path) : NULL;
    if (!kept) {
        unlink(path);
        close(to);
        return ferry_fail(err, FERRY_E_TOO_LARGE, "",
                          "more than %d pipes, or out of memory; write them to files",
                          SESSION_STREAMS);
    }
    s->streams[s->n_streams++] = kept;
    int from = in->path ? file_open_stream(in->path) : STDIN_FILENO;
    int32_t rc = from < 0 ? file_fail(err, in->shown, "cannot open", errno)
                          : copy_stream(from, to, in->shown, err);
    if (from > STDIN_FILENO) {
        close(from);
    }
    close(to);
    in->path = kept;
    in->is_copy = 1;
    return rc;
}

int32_t session_inputs(struct session *s, const struct args *args, uint32_t *missing,
                       struct ferry_error *err)
{
    readers_init(&s->readers);
    int32_t rc = readers_add_all(&s->readers, s->app->plugins, NULL, 0, err);
    rc = rc ? rc : session_keys(s->app, &s->keys, err);
    rc = rc ? rc : inputs_expand(&s->inputs, args->rest, args->n_rest, s->readers.globs, err);
    for (size_t i = 0; i < s->inputs.n && rc == FERRY_OK; i++) {
        rc = is_stream(&s->inputs.list[i]) ? keep_stream(s, &s->inputs.list[i], err) : FERRY_OK;
    }
    *missing = 0;
    for (size_t i = 0; i < s->inputs.n_notes && rc == FERRY_OK; i++) {
        const struct input_note *note = &s->inputs.notes[i];
        if (note->status) {
            log_error("%s", note->message);
            (*missing)++;
        } else {
            log_warn("%s", note->message);
        }
    }
    return rc;
}

void session_read_call(struct session *s, struct read_call *call)
{
    int64_t max = 0;
    str_int64(config_get(s->app->config, "attachments.max_size"), &max);
    *call = (struct read_call){.readers = &s->readers,
                               .spool = s->engine.journal.spool,
                               .max_attachment = (uint64_t)max,
                               .interrupted = &app_interrupted};
}

struct ferry_str session_title(struct session *s, struct arena *arena, struct ferry_str given,
                               struct ferry_str name)
{
    char when[TIME_TEXT];
    time_text(s->app->clock.now_ms(&s->app->clock), when);
    when[10] = ' ';
    when[16] = '\0';
    name = name.len ? name : ferry_cstr(path_base(config_folder(s->app->config)));
    return given.len ? given : arena_printf(arena, "%.*s %s", STR_ARG(name), when);
}

/* --- going and telling ---------------------------------------------------------------------------- */

void session_go(struct session *s, int64_t lane, uint32_t flags)
{
    if (s->n_lanes < SESSION_LANES) {
        struct road_lane *road = &s->lanes[s->n_lanes];
        road_go(&s->engine, lane, flags | (s->dry_run ? ROAD_DRY_RUN : 0), road);
        s->n_lanes += road->id != 0;
    }
}

/* The last line in words. */
static const char *outcome(int code)
{
    switch (code) {
    case RECEIPT_DONE:
    case RECEIPT_TESTS_FAILED: /* of the tests, not of ferry */
        return "complete";
    case RECEIPT_PARTLY_READ:
        return "what was read has arrived, but not every report could be read to its end";
    case RECEIPT_CONTRADICTION:
        return "what was read has arrived, but a report counts failures or tests that it does not hold";
    case RECEIPT_REJECTED:
        return "the tracker rejected some results; they are named above";
    case RECEIPT_AUDIT:
        return "the audit found a difference; it is named above";
    case RECEIPT_USAGE:
        return "not everything could be planned; mend what is said above, then \"ferry resume\"";
    default:
        return app_interrupted
                   ? "interrupted; everything is kept, \"ferry resume\" goes on"
                   : "not everything has arrived; everything is kept, \"ferry resume\" goes on";
    }
}

int32_t session_failed(const struct session *s, struct ferry_error *err)
{
    return db_failed(s->engine.journal.db, err);
}

static void tell_lanes(const struct session *s, uint32_t level)
{
    for (uint32_t i = 0; i < s->n_lanes; i++) {
        if (s->lanes[i].rc) {
            log_failure(level, &s->lanes[i].error);
        }
    }
}

/* Also of a disk that was full there is something to tell: what can be read again. */
static int32_t write_receipt(struct session *s, struct receipt *r, int shown, struct buf *text,
                             struct ferry_error *err)
{
    struct db *db = s->engine.journal.db;
    db_forgive(db);
    int32_t rc = s->json ? receipt_json(r, shown, text, err) : receipt_text(r, text, err);
    return rc ? name_failure(rc, err, "the receipt") : db_failed(db, err);
}

int session_receipt(struct session *s, const struct captured *captured, uint32_t flags)
{
    enum { LONGEST = 256 << 20 };
    struct ferry_error err = {.size = sizeof err}, machine = {.size = sizeof machine};
    struct receipt r = {.e = &s->engine,
                        .captured = captured,
                        .lanes = s->lanes,
                        .n = s->n_lanes,
                        .dry_run = s->dry_run,
                        .interrupted = app_interrupted != 0,
                        .tests_failed = (flags & SESSION_TESTS_FAILED) != 0};
    struct buf text;
    buf_init(&text, LONGEST);
    struct paper *paper = s->engine.paper;
    int failed = session_failed(s, &machine) != FERRY_OK ||
                 (paper && paper_close(paper, &machine) != FERRY_OK);
    int code = receipt_code(&r);
    r.lenient = (flags & SESSION_LENIENT) != 0;
    int shown = failed ? EXIT_SYSTEM : receipt_code(&r);
    shown = r.interrupted ? 128 + app_interrupted : shown;
    int32_t rc = write_receipt(s, &r, shown, &text, &err);
    tell_lanes(s, shown == code || failed ? FERRY_LOG_ERROR : FERRY_LOG_WARN);
    if (rc || failed) {
        log_failure(FERRY_LOG_ERROR, failed ? &machine : &err);
    }
    if (rc) {
        shown = EXIT_SYSTEM;
    } else {
        if (!s->json) {
            buf_printf(&text, "receipt: %s, exit %d\n",
                       s->dry_run ? "dry run, nothing was sent" : outcome(failed ? shown : code),
                       shown);
        }
        cmd_out(buf_str(&text));
    }
    buf_finish(&text);
    return shown;
}
