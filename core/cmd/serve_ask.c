/* SPDX-License-Identifier: MIT */
/*
 * serve_ask.c - see serve_ask.h. A form says the same as a body of JSON, in its own way: a field of text is a member, a field that comes several
 * times a list, a file a report.
 */
#include "serve_ask.h"

#include <fcntl.h>
#include <json.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { REPORTS = 1000, TEXT_MAX = 64 << 10 };

/* --- what is said of it -------------------------------------------------------------------------------- */

/* What is said of the upload, in one order, whatever order it came in. */
static int32_t read_call(struct asking *a, const struct cJSON *root)
{
    static const char *const texts[] = {"to", "run_title", "run_key", "complete"};
    struct json_out j = json_to(&a->call);
    char shown[80];
    json_each (v, root) {
        struct ferry_str name = json_name(v);
        int known = str_is(name, "reports") || str_is(name, "mirror");
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            known |= str_is(name, texts[i]) && json_str(v).ptr;
        }
        if (!known) {
            return ferry_fail(
                &a->err, FERRY_E_INPUT, "",
                "\"%s\" is no member of an upload, or no text; there are to, mirror, run_title, "
                "run_key, complete, reports",
                text_show_to(shown, sizeof shown, name));
        }
    }
    struct ferry_str complete = json_str(json_get(root, "complete"));
    if (complete.ptr && !str_is(complete, "auto") && !str_is(complete, "always") &&
        !str_is(complete, "never")) {
        return ferry_fail(&a->err, FERRY_E_INPUT, "", "complete: auto, always or never");
    }
    json_open(&j, '{');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_member(&j, texts[i], json_str(json_get(root, texts[i])));
    }
    json_key(&j, "mirror");
    json_open(&j, '[');
    json_each (m, json_get(root, "mirror")) {
        if (!json_str(m).len) {
            return ferry_fail(&a->err, FERRY_E_INPUT, "", "mirror: a list of destinations' names");
        }
        json_put(&j, json_str(m));
    }
    json_close(&j, ']');
    json_close(&j, '}');
    return a->call.failed;
}

/* --- its reports ------------------------------------------------------------------------------------------ */

/* A name that stays below the folder, and leads to a plain file there, no link of it leading out. */
static int32_t add_named(struct asking *a, struct ferry_str name, char digest[DIGEST_TEXT])
{
    struct ferry_str root = config_get(a->s->app->config, "serve.upload_root"), rest = name, part;
    char real_root[PATH_MAX], real[PATH_MAX], shown[120];
    struct buf path;
    struct stat st;
    uint64_t bytes;
    int up = name.len && name.ptr[0] == '/', fd = -1;
    text_show_to(shown, sizeof shown, name);
    if (!root.len) {
        return ferry_fail(&a->err, FERRY_E_INPUT, "",
                          "%s: reports are not taken by name here (serve.upload_root is not set); "
                          "send {\"name\", \"content\"}",
                          shown);
    }
    while (str_split(&rest, '/', &part)) {
        up |= str_is(part, "..");
    }
    buf_init(&path, PATH_MAX);
    buf_printf(&path, "%.*s/%.*s", STR_ARG(root), STR_ARG(name));
    int32_t rc = FERRY_E_INPUT;
    if (!up && !path.failed && realpath(root.ptr, real_root) && realpath(buf_cstr(&path), real) &&
        strncmp(real, real_root, strlen(real_root)) == 0 && real[strlen(real_root)] == '/' &&
        (fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)) >= 0 &&
        fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        rc = spool_add_fd(a->journal.spool, fd, shown, a->s->upload_max, digest, &bytes, &a->err);
    } else {
        ferry_fail(&a->err, FERRY_E_INPUT, "",
                   "%s: no such report below serve.upload_root; names are relative to it", shown);
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_finish(&path);
    return rc;
}

/* "a/b.xml", or {"name": "b.xml", "content": "<testsuite>..."}. */
static int32_t read_report(struct asking *a, const struct cJSON *v)
{
    struct job_report *r = &a->reports[a->n];
    struct ferry_str content = json_str(json_get(v, "content"));
    r->name = json_is_object(v) ? json_str(json_get(v, "name")) : json_str(v);
    if (!r->name.len || r->name.len > 500 || (json_is_object(v) && !content.ptr)) {
        return ferry_fail(
            &a->err, FERRY_E_INPUT, "",
            "reports: each is the name of a file, or {\"name\", \"content\"} with texts");
    }
    int32_t rc = content.ptr ? spool_add(a->journal.spool, content, r->digest, &a->err)
                             : add_named(a, r->name, r->digest);
    a->n += rc == FERRY_OK;
    return rc;
}

static int32_t read_reports(struct asking *a, const struct cJSON *list)
{
    uint32_t n = json_count(list);
    if (!json_is_array(list) || n == 0 || n > REPORTS) {
        return ferry_fail(&a->err, FERRY_E_INPUT, "", "reports: a list of 1 to %d reports",
                          REPORTS);
    }
    a->reports = calloc(n, sizeof *a->reports);
    int32_t rc = a->reports ? FERRY_OK : FERRY_E_NO_MEMORY;
    json_each (v, list) {
        rc = rc ? rc : read_report(a, v);
    }
    return rc;
}

/* --- a form ----------------------------------------------------------------------------------------------- */

static struct multipart again(const struct asking *a)
{
    struct multipart m;
    multipart_begin(&m, a->type, a->body);
    return m;
}

static int32_t no_file(struct asking *a, struct ferry_str name)
{
    char shown[80];
    return ferry_fail(&a->err, FERRY_E_INPUT, "",
                      "\"%s\" is a file; reports are sent in fields called reports",
                      text_show_to(shown, sizeof shown, name));
}

/* A field of text is there once; there are not so many that they could be more than `seen` has room for. */
static int32_t once(struct asking *a, struct ferry_str seen[8], struct ferry_str name)
{
    char shown[80];
    uint32_t i = 0;
    while (i < 8 && seen[i].ptr && !ferry_eq(seen[i], name)) {
        i++;
    }
    if (i < 8 && !seen[i].ptr) {
        seen[i] = name;
        return FERRY_OK;
    }
    return ferry_fail(&a->err, FERRY_E_INPUT, "", "\"%s\" is %s",
                      text_show_to(shown, sizeof shown, name),
                      i < 8 ? "there twice; mirror and reports alone may be"
                            : "one field too many; there are to, mirror, run_title, run_key, "
                              "complete, reports");
}

/* Its fields of text as an object, so that there is one judge of both; counts the reports. */
static int32_t read_fields(struct asking *a, struct buf *object)
{
    struct multipart m = again(a);
    struct json_out j = json_to(object), mirrors;
    struct ferry_str seen[8] = {{NULL, 0}};
    struct part part;
    struct buf list;
    int32_t rc = FERRY_OK;
    buf_init(&list, TEXT_MAX);
    mirrors = json_to(&list);
    json_open(&j, '{');
    json_open(&mirrors, '[');
    while (rc == FERRY_OK && multipart_next(&m, &part)) {
        if (str_is(part.name, "reports")) {
            a->n_parts++;
        } else if (part.filename.ptr) {
            rc = no_file(a, part.name);
        } else if (str_is(part.name, "mirror")) {
            json_put(&mirrors, part.bytes.ptr ? part.bytes : FERRY_LIT(""));
        } else {
            rc = once(a, seen, part.name);
            json_key_str(&j, part.name);
            json_put(&j, part.bytes.ptr ? part.bytes : FERRY_LIT(""));
        }
    }
    json_close(&mirrors, ']');
    json_key(&j, "mirror");
    json_put_raw(&j, buf_str(&list));
    json_close(&j, '}');
    if (rc == FERRY_OK && m.wrong) {
        rc = ferry_fail(&a->err, FERRY_E_INPUT, "", "the form cannot be read: %s", m.wrong);
    }
    rc = rc ? rc : list.failed ? list.failed : object->failed;
    buf_finish(&list);
    return rc;
}

static int32_t read_form(struct asking *a)
{
    struct buf object;
    buf_init(&object, TEXT_MAX);
    int32_t rc = read_fields(a, &object);
    rc = rc ? rc : json_parse(&a->doc, buf_str(&object), JSON_STRICT, "upload", &a->err);
    rc = rc ? rc : read_call(a, a->doc.root);
    buf_finish(&object);
    return rc;
}

static int32_t take_part(struct asking *a, const struct part *part)
{
    struct job_report *r = &a->reports[a->n];
    r->name = part->filename.ptr ? part->filename : str_trim(part->bytes);
    if (!r->name.len || r->name.len > 500) {
        return ferry_fail(&a->err, FERRY_E_INPUT, "",
                          "reports: each is a file with a name, or the name of a file here");
    }
    int32_t rc = part->filename.ptr ? spool_add(a->journal.spool, part->bytes, r->digest, &a->err)
                                    : add_named(a, r->name, r->digest);
    a->n += rc == FERRY_OK;
    return rc;
}

static int32_t take_parts(struct asking *a)
{
    struct multipart m = again(a);
    struct part part;
    if (a->n_parts == 0 || a->n_parts > REPORTS) {
        return ferry_fail(&a->err, FERRY_E_INPUT, "", "reports: 1 to %d fields with a report",
                          REPORTS);
    }
    a->reports = calloc(a->n_parts, sizeof *a->reports);
    int32_t rc = a->reports ? FERRY_OK : FERRY_E_NO_MEMORY;
    while (rc == FERRY_OK && multipart_next(&m, &part)) {
        rc = str_is(part.name, "reports") ? take_part(a, &part) : FERRY_OK;
    }
    return rc;
}

/* --- either ----------------------------------------------------------------------------------------------- */

int32_t asking_read(struct asking *a, const struct ferry_message *m)
{
    struct multipart form;
    a->type = ferry_get(m->headers, m->n_headers, FERRY_LIT("content-type"));
    a->body = m->body;
    buf_init(&a->call, TEXT_MAX);
    a->is_form = str_starts(a->type, "multipart/");
    if (a->is_form && !multipart_begin(&form, a->type, a->body)) {
        return ferry_fail(&a->err, FERRY_E_INPUT, "",
                          "a form is multipart/form-data with a boundary of 1 to 70 bytes");
    }
    if (a->is_form) {
        return read_form(a);
    }
    int32_t rc = json_parse(&a->doc, a->body, JSON_STRICT, "upload", &a->err);
    if (rc == FERRY_OK && !json_is_object(a->doc.root)) {
        rc = ferry_fail(&a->err, FERRY_E_INPUT, "", "an upload is an object with reports");
    }
    return rc ? rc : read_call(a, a->doc.root);
}

int32_t asking_take_reports(struct asking *a)
{
    return a->is_form ? take_parts(a) : read_reports(a, json_get(a->doc.root, "reports"));
}

void asking_finish(struct asking *a)
{
    free(a->reports);
    buf_finish(&a->call);
    json_finish(&a->doc);
}
