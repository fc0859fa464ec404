/* SPDX-License-Identifier: MIT */
/* exchanges_file.c - the files of the exchange log, read back and written; see exchanges.h. */
#include "exchanges_private.h"

#include "plan_show.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { ARENA_MAX = 256 << 20 };

/* --- entries and parts -------------------------------------------------------------------------- */

struct entry *exchanges_entry(struct part *p)
{
    struct entry *n = arena_new(&p->file->arena, struct entry);
    if (n) {
        buf_init(&n->attempts, EXCHANGES_FILE_MAX);
        p->last = p->first ? (p->last->next = n) : (p->first = n);
    }
    return n;
}

static struct part *new_part(struct log_file *f, struct ferry_str destination,
                             struct ferry_str role)
{
    struct part *p = arena_new(&f->arena, struct part);
    if (p) {
        struct part **end = &f->parts;
        p->file = f;
        p->destination = arena_str(&f->arena, destination);
        p->role = arena_str(&f->arena, role);
        buf_init(&p->raw, EXCHANGES_FILE_MAX);
        while (*end) {
            end = &(*end)->next;
        }
        *end = p;
    }
    return p;
}

static struct part *find_part(struct log_file *f, struct ferry_str destination,
                              struct ferry_str role)
{
    struct part *p = f->parts;
    while (p && !(ferry_eq(p->destination, destination) && ferry_eq(p->role, role))) {
        p = p->next;
    }
    return p;
}

void exchanges_forget(struct log_file *f)
{
    for (struct part *p = f->parts; p; p = p->next) {
        for (struct entry *n = p->first; n; n = n->next) {
            buf_finish(&n->attempts);
        }
        buf_finish(&p->raw);
    }
    arena_finish(&f->arena);
    free(f->path);
    free(f);
}

/* --- reading back ---------------------------------------------------------------------------------- */

static int64_t number(const struct cJSON *v, const char *name)
{
    int64_t n = 0;
    return json_int(json_get(v, name), &n) ? n : 0;
}

static void read_entry(struct part *p, const struct cJSON *v)
{
    struct entry *n = exchanges_entry(p);
    struct arena *a = &p->file->arena;
    if (!n) {
        return;
    }
    n->request = number(v, "request");
    n->op = number(v, "operation");
    n->items = number(v, "items");
    n->done = number(v, "done");
    n->rejected = number(v, "rejected");
    n->kind = arena_str(a, json_str(json_get(v, "kind")));
    n->method = arena_str(a, json_str(json_get(v, "method")));
    n->target = arena_str(a, json_str(json_get(v, "target")));
    n->status = arena_str(a, json_str(json_get(v, "status")));
    n->task = arena_str(a, json_str(json_get(v, "task_id")));
    n->error = arena_str(a, json_str(json_get(v, "error")));
    json_each (attempt, json_get(v, "attempts")) {
        struct json_out j = json_to(&n->attempts);
        if (n->n_attempts++) {
            buf_putc(&n->attempts, ',');
        }
        json_put_value(&j, attempt);
    }
}

/* All that stands there is kept as it is; what turns out to be ours is taken apart later. */
static void take_parts(struct log_file *f, const struct cJSON *root)
{
    json_each (v, json_get(root, "destinations")) {
        struct ferry_str label = json_str(json_get(v, "destination")),
                         role = json_str(json_get(v, "role"));
        struct part *p = find_part(f, label, role);
        p = p ? p : new_part(f, label, role);
        if (p && !p->lane) {
            struct json_out j = json_to(&p->raw);
            j.pretty = 1;
            buf_reset(&p->raw);
            json_put_value(&j, v);
        }
    }
}

static void remember(struct log_file *f, const struct stat *st)
{
    f->device = (int64_t)st->st_dev;
    f->inode = (int64_t)st->st_ino;
    f->changed_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* What others wrote since it was looked at last. One that cannot be read is put aside, not lost. */
static void read_back(struct log_file *f)
{
    struct stat st;
    struct buf text, aside;
    struct json_doc doc = {0};
    struct log_file before = *f;
    struct ferry_error err = {.size = sizeof err};
    if (stat(f->path, &st) != 0) {
        return;
    }
    remember(f, &st);
    if (f->device == before.device && f->inode == before.inode &&
        f->changed_ns == before.changed_ns) {
        return;
    }
    buf_init(&text, EXCHANGES_FILE_MAX);
    int32_t rc = file_read(f->path, &text, &err);
    rc = rc ? rc : json_parse(&doc, buf_str(&text), JSON_STRICT, f->path, &err);
    if (rc == FERRY_OK) {
        take_parts(f, doc.root);
    } else {
        buf_init(&aside, 8192);
        buf_printf(&aside, "%s.old", f->path);
        int kept = rename(f->path, buf_cstr(&aside)) == 0;
        log_warn("exchange log: %s; a new one is begun%s%s", err.message,
                 kept ? ", the old one is " : "", kept ? buf_cstr(&aside) : "");
        buf_finish(&aside);
    }
    json_finish(&doc);
    buf_finish(&text);
}

static struct log_file *file_of(struct exchanges *e, struct ferry_str key, struct ferry_str title)
{
    char job[EXCHANGES_NAME];
    struct log_file *f = e->files;
    struct buf path;
    exchanges_name(key, job);
    while (f && strcmp(f->job, job) != 0) {
        f = f->next;
    }
    if (f) {
        return f;
    }
    f = calloc(1, sizeof *f);
    buf_init(&path, 8192);
    buf_printf(&path, "%s/%s.json", e->folder, job);
    if (f && !path.failed) {
        f->path = strdup(buf_cstr(&path));
    }
    buf_finish(&path);
    if (!f || !f->path) {
        free(f);
        return NULL;
    }
    arena_init(&f->arena, ARENA_MAX);
    memcpy(f->job, job, sizeof f->job);
    f->run_key = arena_str(&f->arena, key);
    f->run_title = arena_str(&f->arena, title);
    f->next = e->files;
    e->files = f;
    read_back(f);
    return f;
}

/* --- by the journal ----------------------------------------------------------------------------------- */

/* What the journal knows of a request and the log does not: whoever wrote it died too early. */
static void add_unsaid(struct exchanges *e, struct part *p)
{
    struct db_rows rows = {0};
    char kind[40];
    int32_t rc =
        db_query(e->db, &rows, NULL,
                 "SELECT id, kind, items FROM request WHERE lane_id = ? AND (settled = 0 OR "
                 "done + rejected > 0) ORDER BY id",
                 "i", p->lane);
    while (rc == FERRY_OK && db_step(&rows) > 0) {
        struct entry *n = p->first;
        while (n && n->request != db_int(&rows, 0)) {
            n = n->next;
        }
        n = n ? NULL : exchanges_entry(p);
        if (n) {
            n->request = db_int(&rows, 0);
            n->items = db_int(&rows, 2);
            n->kind = arena_str(&p->file->arena,
                                ferry_cstr(plan_kind_text((uint32_t)db_int(&rows, 1), kind)));
            n->status = FERRY_LIT("Running");
        }
    }
    db_done(&rows);
}

static void refresh(struct exchanges *e, struct part *p, struct entry *n)
{
    struct db_rows rows = {0};
    int32_t rc = db_query(e->db, &rows, NULL,
                          "SELECT settled, done, rejected, token, error FROM request WHERE id = ?",
                          "i", n->request);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        struct arena *a = &p->file->arena;
        n->done = db_int(&rows, 1);
        n->rejected = db_int(&rows, 2);
        if (db_str(&rows, 3).len && !ferry_eq(n->task, db_str(&rows, 3))) {
            n->task = arena_str(a, db_str(&rows, 3));
        }
        if (db_str(&rows, 4).len && !n->error.len) {
            n->error = arena_str(a, db_str(&rows, 4));
        }
        n->status = !db_int(&rows, 0)            ? FERRY_LIT("Running")
                    : n->done + n->rejected == 0 ? FERRY_LIT("Again")
                    : n->rejected == 0           ? FERRY_LIT("Success")
                    : n->done > 0                ? FERRY_LIT("Warning")
                                                 : FERRY_LIT("Failed");
    }
    db_done(&rows);
}

/* --- the part of a lane ---------------------------------------------------------------------------------- */

static struct part *part_of(struct log_file *f, int64_t lane, struct ferry_str destination,
                            struct ferry_str role)
{
    struct json_doc doc = {0};
    struct part *p = find_part(f, destination, role);
    p = p ? p : new_part(f, destination, role);
    if (!p) {
        return NULL;
    }
    p->lane = lane;
    if (p->raw.len && json_parse(&doc, buf_str(&p->raw), JSON_STRICT, NULL, NULL) == FERRY_OK) {
        json_each (v, json_get(doc.root, "requests")) {
            read_entry(p, v);
        }
    }
    json_finish(&doc);
    return p;
}

struct part *exchanges_part(struct exchanges *e, int64_t lane)
{
    struct db_rows rows = {0};
    struct part *p = NULL;
    for (struct log_file *f = e->files; f; f = f->next) {
        for (p = f->parts; p; p = p->next) {
            if (p->lane == lane) {
                return p;
            }
        }
    }
    int32_t rc = db_query(
        e->db, &rows, NULL,
        "SELECT r.key, r.title, d.label, CASE l.role WHEN 2 THEN 'mirror' ELSE 'primary' END"
        " FROM lane l JOIN run r ON r.id = l.run_id JOIN dest d ON d.id = l.dest_id WHERE l.id = ?",
        "i", lane);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        struct log_file *f = file_of(e, db_str(&rows, 0), db_str(&rows, 1));
        p = f ? part_of(f, lane, db_str(&rows, 2), db_str(&rows, 3)) : NULL;
    }
    db_done(&rows);
    if (p) {
        add_unsaid(e, p);
    }
    return p;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static void put_entry(const struct entry *n, struct json_out *j)
{
    json_open(j, '{');
    if (n->request) {
        json_member_int(j, "request", n->request);
        json_member_int(j, "operation", n->op);
    }
    json_member(j, "kind", n->kind);
    if (n->request) {
        json_member_int(j, "items", n->items);
    }
    json_member(j, "method", n->method);
    json_member(j, "target", n->target);
    json_member(j, "status", n->status);
    json_member(j, "task_id", n->task);
    if (n->request) {
        json_member_int(j, "done", n->done);
        json_member_int(j, "rejected", n->rejected);
    }
    json_member(j, "error", n->error);
    json_key(j, "attempts");
    json_open(j, '[');
    if (n->attempts.len) {
        json_put_raw(j, buf_str(&n->attempts));
        buf_puts(j->buf, n->x ? "}" : "");
    }
    json_close(j, ']');
    json_close(j, '}');
}

/* What its requests come to: nothing is a success that is still under way, or was broken off. */
static const char *status_of(const struct part *p)
{
    int done = 0, bad = 0, open = !p->ended;
    for (const struct entry *n = p->first; n; n = n->next) {
        open |= n->request && (str_is(n->status, "Running") || str_is(n->status, "Again"));
        bad |= n->request && (str_is(n->status, "Warning") || str_is(n->status, "Failed"));
        done |= n->request && !str_is(n->status, "Failed");
    }
    return p->failed ? "Failed" : open ? "Running" : !bad ? "Success" : done ? "Warning" : "Failed";
}

static void put_part(struct exchanges *e, struct part *p, struct json_out *j)
{
    for (struct entry *n = p->first; n; n = n->next) {
        if (n->request && !n->x && str_is(n->status, "Running")) {
            refresh(e, p, n);
        }
    }
    json_open(j, '{');
    json_member(j, "destination", p->destination);
    json_member(j, "role", p->role);
    json_member(j, "status", ferry_cstr(status_of(p)));
    json_member(j, "error", p->error);
    json_key(j, "waits");
    json_open(j, '[');
    for (uint32_t i = 0; i < p->n_waits; i++) {
        json_open(j, '{');
        json_member(j, "reason", ferry_cstr(p->waits[i].reason));
        json_member_int(j, "count", p->waits[i].count);
        json_member_int(j, "ms", p->waits[i].ms);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_key(j, "requests");
    json_open(j, '[');
    for (struct entry *n = p->first; n; n = n->next) {
        put_entry(n, j);
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void put_file(struct exchanges *e, struct log_file *f, struct buf *out)
{
    struct json_out j = json_to(out);
    char time[TIME_TEXT];
    time_text(e->clock->now_ms(e->clock), time);
    j.pretty = 1;
    json_open(&j, '{');
    json_member_int(&j, "schema_version", 1);
    json_member(&j, "job_id", ferry_cstr(f->job));
    json_member(&j, "run_key", f->run_key);
    json_member(&j, "run_title", f->run_title);
    json_member(&j, "written", ferry_cstr(time));
    json_key(&j, "destinations");
    json_open(&j, '[');
    for (struct part *p = f->parts; p; p = p->next) {
        if (p->lane) {
            put_part(e, p, &j);
        } else {
            json_put_raw(&j, buf_str(&p->raw));
        }
    }
    json_close(&j, ']');
    json_close(&j, '}');
    buf_putc(out, '\n');
}

/* Others may write their parts of the same file: one after the other, each with what it finds. */
static int lock_folder(const struct exchanges *e)
{
    int fd = open(e->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    return fd;
}

void exchanges_write(struct exchanges *e, struct log_file *f)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf plain, clean;
    struct stat st;
    buf_init(&plain, EXCHANGES_FILE_MAX);
    buf_init(&clean, EXCHANGES_FILE_MAX);
    int fd = lock_folder(e);
    read_back(f);
    put_file(e, f, &plain);
    secrets_redact(&clean, buf_str(&plain));
    int32_t rc = f->arena.failed ? f->arena.failed : plain.failed ? plain.failed : clean.failed;
    rc = rc ? name_failure(rc, &err, f->path) : file_write(f->path, buf_str(&clean), 0600, &err);
    if (rc == FERRY_OK && stat(f->path, &st) == 0) {
        remember(f, &st);
    }
    if (fd >= 0) {
        close(fd);
    }
    f->changed = 0;
    if (rc) {
        e->broken = 1;
        log_warn("exchange log: %s; it is not written any more, the delivery goes on", err.message);
    }
    buf_finish(&plain);
    buf_finish(&clean);
}
