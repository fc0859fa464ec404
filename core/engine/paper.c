/* SPDX-License-Identifier: MIT */
/* paper.c - see paper.h. */
#include "paper.h"

#include "plan_show.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { LIST_MAX = 256 << 20 };

/* --- the folder ---------------------------------------------------------------------------------- */

static int32_t check_empty(const char *folder, struct ferry_error *err)
{
    DIR *dir = opendir(folder);
    int32_t rc = dir ? FERRY_OK : file_fail(err, folder, "cannot read the folder", errno);
    for (struct dirent *e; rc == FERRY_OK && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            rc = ferry_fail(err, FERRY_E_CONFIG, "out",
                            "--out: %s is not empty, and old requests would stand among new ones; "
                            "name another folder",
                            folder);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return rc;
}

int32_t paper_open(struct paper **out, const char *folder, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct paper *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!p || !(p->folder = strdup(folder))) {
        free(p);
        return ferry_fail(err, FERRY_E_NO_MEMORY, "out", "out of memory");
    }
    buf_init(&p->list, LIST_MAX);
    buf_init(&p->ids, LIST_MAX);
    int32_t rc = file_mkdirs(folder, 0777, &why);
    rc = rc ? ferry_fail(err, rc == FERRY_E_IO ? FERRY_E_CONFIG : rc, "out", "--out: %s",
                         why.message)
            : check_empty(folder, err);
    if (rc) {
        paper_free(p);
    } else {
        *out = p;
    }
    return rc;
}

void paper_free(struct paper *p)
{
    if (p) {
        buf_finish(&p->list);
        buf_finish(&p->ids);
        free(p->folder);
        free(p);
    }
}

static void put_objects(struct json_out *j, const struct buf *objects)
{
    if (objects->len > 0) {
        json_put_raw(j, buf_str(objects));
    }
}

int32_t paper_close(struct paper *p, struct ferry_error *err)
{
    struct buf text, path;
    buf_init(&text, 2 * (size_t)LIST_MAX);
    buf_init(&path, 8192);
    struct json_out j = json_to(&text);
    j.pretty = 1;
    json_open(&j, '{');
    json_member_int(&j, "schema_version", 1);
    json_key(&j, "placeholders");
    json_open(&j, '[');
    put_objects(&j, &p->ids);
    json_close(&j, ']');
    json_key(&j, "requests");
    json_open(&j, '[');
    put_objects(&j, &p->list);
    json_close(&j, ']');
    json_close(&j, '}');
    buf_putc(&text, '\n');
    int32_t rc = path_below(&path, p->folder, "requests.json", err);
    rc = rc ? rc : name_failure(text.failed ? text.failed : p->list.failed, err, "requests.json");
    rc = rc ? rc : file_write(buf_cstr(&path), buf_str(&text), 0666, err);
    buf_finish(&text);
    buf_finish(&path);
    return rc;
}

/* --- a file ------------------------------------------------------------------------------------------ */

struct writing {
    int fd;
    const char *path;
    uint64_t bytes;
    char first; /* of the body: what it is where no header says it */
    struct ferry_error *err;
};

static int32_t on_piece(void *data, struct ferry_str piece)
{
    struct writing *w = data;
    w->bytes += piece.len;
    return fd_write(w->fd, w->path, piece, w->err);
}

static const char *extension(const struct request *r)
{
    struct ferry_str type = request_header(r, "content-type");
    char text[64];
    snprintf(text, sizeof text, "%.*s", STR_ARG(type));
    return strstr(text, "json")        ? "json"
           : strstr(text, "xml")       ? "xml"
           : strstr(text, "multipart") ? "multipart"
           : strstr(text, "text/")     ? "txt"
                                       : "bin";
}

/* "0001-create-result.json" */
static void put_name(struct buf *out, uint32_t number, struct ferry_str kind, const char *ending)
{
    buf_printf(out, "%04u-", number);
    for (uint64_t i = 0; i < kind.len; i++) {
        char c = kind.ptr[i];
        int plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        buf_putc(out, plain ? c : '-');
    }
    buf_printf(out, ".%s", ending);
}

static int32_t write_body(struct paper *p, const struct request *r, struct spool *spool,
                          const char *name, uint64_t *bytes, struct ferry_error *err)
{
    struct buf path;
    buf_init(&path, 8192);
    int32_t rc = path_below(&path, p->folder, name, err);
    if (rc == FERRY_OK) {
        struct writing w = {.path = buf_cstr(&path), .err = err};
        w.fd = open(w.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        rc = w.fd < 0 ? file_fail(err, w.path, "cannot create", errno)
                      : request_body_each(r, spool, on_piece, &w, err);
        if (w.fd >= 0 && close(w.fd) != 0 && rc == FERRY_OK) {
            rc = file_fail(err, w.path, "cannot write", errno);
        }
        *bytes = w.bytes;
    }
    buf_finish(&path);
    return rc;
}

static int is_same(const struct reply_note *a, const struct reply_note *b)
{
    return a->kind == b->kind && ferry_eq(a->field, b->field) && ferry_eq(a->text, b->text);
}

/* What the codec has to say of what it wrote: each thing once, and of how many of the items. */
static void put_notes(struct json_out *j, const struct reply_note *notes, uint32_t items)
{
    json_key(j, "notes");
    json_open(j, '[');
    for (const struct reply_note *one = notes; one; one = one->next) {
        const struct reply_note *other = notes;
        int64_t of = 0;
        while (other != one && !is_same(other, one)) {
            other = other->next;
        }
        for (const struct reply_note *n = other == one ? one : NULL; n; n = n->next) {
            of += n->index < items && is_same(n, one);
        }
        if (of > 0) {
            json_open(j, '{');
            json_member(j, "field", one->field);
            json_member(j, "text", one->text);
            json_member_int(j, "items", of);
            json_close(j, '}');
        }
    }
    json_close(j, ']');
}

static int32_t write_request(struct paper *p, struct deliver *d, const struct flight *f,
                             const struct reply_note *notes)
{
    const struct request *r = &f->request;
    char kind[40];
    struct ferry_str said = f->batch.traits.name;
    struct buf name;
    uint64_t bytes = 0;
    int32_t rc = FERRY_OK;
    said = said.len ? said : ferry_cstr(plan_kind_text(f->batch.act, kind));
    buf_init(&name, 256);
    p->n++;
    if (r->body_size > 0) {
        put_name(&name, p->n, said, extension(r));
        rc = name_failure(name.failed, d->err, "a request");
        rc = rc ? rc : write_body(p, r, d->e->journal.spool, buf_cstr(&name), &bytes, d->err);
    }
    struct json_out j = json_to(&p->list);
    buf_puts(&p->list, p->list.len ? ",\n    " : "");
    json_open(&j, '{');
    json_member_int(&j, "number", p->n);
    json_member(&j, "destination", p->destination);
    json_member(&j, "kind", said);
    json_member_int(&j, "items", f->batch.n);
    json_member(&j, "method", r->method);
    json_member(&j, "target", r->target);
    json_member(&j, "file", buf_str(&name));
    json_member_int(&j, "bytes", (int64_t)bytes);
    if (notes) {
        put_notes(&j, notes, f->batch.n);
    }
    json_close(&j, '}');
    buf_finish(&name);
    return rc ? rc : name_failure(p->list.failed, d->err, "requests.json");
}

/* --- ids that are not there yet ------------------------------------------------------------------------ */

static struct ferry_str placeholder(struct paper *p, struct batch *b, uint32_t i)
{
    const struct ferry_op *op = b->ptrs[i];
    char kind[40];
    const char *noun = strrchr(plan_kind_text(op->kind, kind), ' ');
    struct ferry_str key = op->item->run && op->item->run->title.len ? op->item->run->title
                           : op->item->key.len                       ? op->item->key
                                                                     : b->rows[i].name;
    struct ferry_str what =
        arena_printf(&b->arena, "%s %.*s", noun ? noun + 1 : kind, STR_ARG(utf8_cut(key, 100)));
    p->n_ids++;
    struct ferry_str id =
        p->numbers
            ? arena_printf(&b->arena, "%llu", (unsigned long long)(PAPER_FIRST - 1 + p->n_ids))
            : arena_printf(&b->arena, "<%.*s>", STR_ARG(what));
    if (p->numbers) {
        struct json_out j = json_to(&p->ids);
        buf_puts(&p->ids, p->ids.len ? ",\n    " : "");
        json_open(&j, '{');
        json_member(&j, "id", id);
        json_member(&j, "destination", p->destination);
        json_member(&j, "stands_for", what);
        json_close(&j, '}');
    }
    return id;
}

int32_t paper_take(struct deliver *d, struct flight *f, const struct reply_note *notes)
{
    struct paper *p = d->paper;
    struct batch *b = &f->batch;
    int32_t rc = write_request(p, d, f, notes);
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        struct ferry_outcome done = {.size = sizeof done, .code = FERRY_DONE};
        int makes = b->act >> 16 == FERRY_CREATE && (b->act & 0xffff) != FERRY_RESULT;
        done.id = makes ? placeholder(p, b, i) : done.id;
        rc = b->arena.failed ? b->arena.failed : settle_done(d, &b->rows[i], &done, 0);
    }
    return rc;
}

/* --- all of it ---------------------------------------------------------------------------------------------- */

static int32_t one_pass(struct paper *p, struct engine *e, struct remote *r,
                        struct ferry_error *err)
{
    struct flight *f = calloc(1, sizeof *f);
    struct deliver d = {.e = e, .r = r, .err = err, .first_op = INT64_MAX, .cases = -1, .paper = p};
    int took = 1;
    if (!f) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "out", "out of memory");
    }
    flight_init(f);
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && took && !is_interrupted(e->interrupted)) {
        rc = send_next(&d, f, &took);
    }
    p->refused = d.counts.rejected;
    flight_finish(f);
    free(f);
    return rc;
}

/* What a pass wrote that another one has to write otherwise. */
static void take_back(struct paper *p, uint32_t n, size_t list, size_t ids, uint64_t n_ids)
{
    struct buf path;
    buf_init(&path, 8192);
    DIR *dir = opendir(p->folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char *end = NULL;
        unsigned long number = strtoul(entry->d_name, &end, 10);
        if (end != entry->d_name && *end == '-' && number > n &&
            path_below(&path, p->folder, entry->d_name, NULL) == FERRY_OK) {
            unlink(buf_cstr(&path));
        }
    }
    if (dir) {
        closedir(dir);
    }
    buf_finish(&path);
    p->n = n;
    p->n_ids = n_ids;
    buf_cut(&p->list, list);
    buf_cut(&p->ids, ids);
}

/*
 * First with placeholders that people can read. Where the codec does not take them it says so of the operations that have them, and they are
 * written with numbers; what it does not take even then is not theirs.
 */
int32_t paper_write(struct paper *p, struct engine *e, struct remote *r, struct ferry_error *err)
{
    uint32_t n = p->n;
    size_t list = p->list.len, ids = p->ids.len;
    uint64_t n_ids = p->n_ids;
    int32_t rc = FERRY_OK;
    p->destination = r->target->label;
    for (p->numbers = 0; p->numbers < 2 && rc == FERRY_OK; p->numbers++) {
        rc = db_begin(e->journal.db, err);
        if (rc) {
            return rc;
        }
        rc = one_pass(p, e, r, err);
        db_rollback(e->journal.db);
        if (rc || !p->refused || p->numbers) {
            break;
        }
        take_back(p, n, list, ids, n_ids);
    }
    return rc;
}
