/* SPDX-License-Identifier: MIT */
/*
 * codec_payload.c - many results as one payload, as the server's schema wants it: what is said of all of them first, in its order. The same results give the same
 * bytes: the server knows a payload by them, and reads none twice. Another edition differs by a comment.
 */
#include "codec.h"
#include "xml.h"

#include <text.h>

enum { MOST_XML = 64 << 20, MOST_SCRATCH = 4 << 20, MOST_HEAD = 1 << 20, LEAST_TAIL = 64 };

static const char tail[] = "</test_runs></test_result>\n";

/* --- what is said of all ---------------------------------------------------------------------------------- */

static void put_ref(struct buf *b, const char *tag, struct ferry_str id)
{
    buf_printf(b, "<%s", tag);
    xml_attribute(b, "id", id, 0);
    buf_puts(b, "/>");
}

/* "TYPE=VALUE" of an option, as elements; in the form that a list option has. */
static int32_t put_pairs(struct buf *b, const struct ferry_call *call, const char *option,
                         const char *around, const char *element, struct ferry_error *err)
{
    struct ferry_str rest = octane_option(call, option), line;
    int32_t rc = FERRY_OK;
    if (str_empty(rest)) {
        return FERRY_OK;
    }
    buf_printf(b, "<%s>", around);
    while (!str_empty(rest) && str_split(&rest, '\n', &line)) {
        struct ferry_str value = line, type;
        str_split(&value, '=', &type);
        type = str_trim(type);
        value = str_trim(value);
        if (str_empty(type) || str_empty(value) || xml_fit(type, OCTANE_TEXT).len < type.len ||
            xml_fit(value, OCTANE_TEXT).len < value.len) {
            rc = ferry_fail(err, FERRY_E_CONFIG, option,
                            "\"%.*s\" is not TYPE=VALUE, each up to %d characters",
                            STR_ARG(utf8_cut(line, 120)), OCTANE_TEXT);
        }
        buf_printf(b, "<%s", element);
        xml_attribute(b, "type", type, 0);
        xml_attribute(b, "value", value, 0);
        buf_puts(b, "/>");
    }
    buf_printf(b, "</%s>", around);
    return rc;
}

/* The server takes four types of fields, and refuses the whole payload for any other. */
static int32_t check_fields(const struct ferry_call *call, struct ferry_error *err)
{
    static const char *const types[] = {"Test_Level", "Test_Type", "Testing_Tool_Type",
                                        "Framework"};
    struct ferry_str rest = octane_option(call, "test_fields"), line, type;
    while (!str_empty(rest) && str_split(&rest, '\n', &line)) {
        size_t i = 0;
        str_split(&line, '=', &type);
        while (i < sizeof types / sizeof *types && !str_is(str_trim(type), types[i])) {
            i++;
        }
        if (i == sizeof types / sizeof *types) {
            return ferry_fail(err, FERRY_E_CONFIG, "test_fields",
                              "\"%.*s\" is none of Test_Level, Test_Type, Testing_Tool_Type, "
                              "Framework",
                              STR_ARG(utf8_cut(type, 60)));
        }
    }
    return FERRY_OK;
}

/* "server_id=S", "job_id=J", "build_id=B" and more: the build of a pipeline that Octane knows. */
static int32_t put_build(struct buf *b, const struct ferry_call *call, struct ferry_error *err)
{
    static const char *const names[] = {"server_id",  "job_id",   "job_name",   "build_id",
                                        "build_name", "sub_type", "artifact_id"};
    enum { SERVER = 1, JOB = 2, BUILD = 8 };
    struct ferry_str rest = octane_option(call, "build"), line, name;
    unsigned given = 0;
    if (str_empty(rest)) {
        return FERRY_OK;
    }
    buf_puts(b, "<build");
    while (!str_empty(rest) && str_split(&rest, '\n', &line)) {
        size_t i = 0;
        str_split(&line, '=', &name);
        while (i < sizeof names / sizeof *names && !str_is(str_trim(name), names[i])) {
            i++;
        }
        if (i == sizeof names / sizeof *names || str_empty(str_trim(line)) || given & 1u << i) {
            return ferry_fail(err, FERRY_E_CONFIG, "build",
                              "\"%.*s\": not one of server_id, job_id, job_name, build_id, "
                              "build_name, sub_type, artifact_id with a value, each once",
                              STR_ARG(utf8_cut(name, 60)));
        }
        given |= 1u << i;
        xml_attribute(b, names[i], str_trim(line), OCTANE_TEXT);
    }
    buf_puts(b, "/>");
    return (given & (SERVER | JOB | BUILD)) == (SERVER | JOB | BUILD)
               ? FERRY_OK
               : ferry_fail(err, FERRY_E_CONFIG, "build",
                            "Octane wants server_id, job_id and build_id of a build");
}

static void put_release(struct buf *b, const struct ferry_call *call)
{
    struct ferry_str release = str_trim(octane_option(call, "release"));
    if (octane_is_id(release)) {
        put_ref(b, "release_ref", release);
    } else if (!str_empty(release)) {
        buf_puts(b, "<release");
        xml_attribute(b, "name", release, OCTANE_TEXT);
        buf_puts(b, "/>");
    }
}

/* Milestones go by id alone. */
static int32_t put_milestone(struct buf *b, const struct ferry_call *call,
                             const struct ferry_out *out, struct ferry_error *err)
{
    struct ferry_str milestone = str_trim(octane_option(call, "milestone")), id = milestone;
    if (str_empty(milestone)) {
        return FERRY_OK;
    }
    if (!octane_is_id(milestone)) {
        id = octane_fact(call, "milestone", milestone);
    }
    if (!id.ptr) {
        struct buf name;
        buf_init(&name, 4096);
        out->need(out->self, octane_fact_name(&name, "milestone", milestone));
        buf_finish(&name);
        return FERRY_E_NEED;
    }
    if (str_empty(id)) {
        return ferry_fail(err, FERRY_E_CONFIG, "milestone", "\"%.*s\" is no milestone there",
                          STR_ARG(utf8_cut(milestone, 120)));
    }
    put_ref(b, "milestone_ref", id);
    return FERRY_OK;
}

int32_t octane_write_head(struct buf *b, const struct ferry_call *call, const struct ferry_out *out,
                          const struct octane_run *run, uint32_t edition, struct ferry_error *err)
{
    buf_puts(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (edition > 0) {
        buf_printf(b, "<!-- edition %u -->\n", edition);
    }
    buf_puts(b, "<test_result>");
    int32_t rc = check_fields(call, err);
    rc = rc ? rc : put_build(b, call, err);
    if (octane_is_id(run->suite)) {
        buf_puts(b, "<suite_ref");
        xml_attribute(b, "id", run->suite, 0);
        xml_attribute(b, "external_run_id", run->name, OCTANE_TEXT);
        buf_puts(b, "/>");
    }
    put_release(b, call);
    rc = rc ? rc : put_milestone(b, call, out, err);
    if (octane_is_id(run->module)) {
        buf_puts(b, "<product_areas>");
        put_ref(b, "product_area_ref", run->module);
        buf_puts(b, "</product_areas>");
    }
    rc = rc ? rc : put_pairs(b, call, "test_fields", "test_fields", "test_field", err);
    rc = rc ? rc : put_pairs(b, call, "environment", "environment", "taxonomy", err);
    buf_puts(b, "<test_runs>\n");
    return rc ? rc : b->failed;
}

/* --- the payload ----------------------------------------------------------------------------------------------- */

static void begin(const struct ferry_call *call, const struct ferry_out *out, struct ferry_str path)
{
    struct buf target;
    buf_init(&target, 8192);
    buf_put(&target, path);
    buf_printf(&target, "?skip-errors=%s",
               str_is(octane_option(call, "skip_errors"), "false") ? "false" : "true");
    out->start(out->self, FERRY_LIT("POST"), buf_str(&target));
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("application/xml"));
    out->body(out->self);
    buf_finish(&target);
}

/* As many as fit. */
static int32_t write_runs(struct octane_writer *w, const struct ferry_op *const *ops, uint32_t n,
                          uint32_t *taken, struct ferry_error *err)
{
    const struct ferry_out *out = w->out;
    const struct ferry_call *call = w->call;
    uint64_t most = call->max_bytes ? call->max_bytes : UINT64_MAX;
    int32_t rc = FERRY_OK;
    uint32_t i = 0;
    for (; i < n && (!call->max_items || i < call->max_items); i++) {
        uint64_t before = out->size(out->self);
        if (ops[i]->edition != ops[0]->edition) {
            break;
        }
        w->index = i;
        rc = octane_write_result(w, ops[i], err);
        if (rc) {
            break;
        }
        out->text(out->self, buf_str(&w->xml));
        if (out->size(out->self) + LEAST_TAIL > most) {
            out->cut(out->self, before);
            rc = ferry_fail(err, FERRY_E_TOO_LARGE, NULL,
                            "it is longer than a payload may be: %llu bytes",
                            (unsigned long long)most);
            break;
        }
    }
    *taken = i;
    return i ? FERRY_OK : rc;
}

int32_t octane_encode_results(const struct ferry_call *call, const struct ferry_op *const *ops,
                              uint32_t n, const struct ferry_out *out, uint32_t *taken,
                              struct ferry_error *err)
{
    struct octane_writer w = {.call = call, .out = out};
    struct octane_run run;
    struct buf head, path;
    buf_init(&w.xml, MOST_XML);
    buf_init(&w.scratch, MOST_SCRATCH);
    buf_init(&head, MOST_HEAD);
    buf_init(&path, 8192);
    int32_t rc = octane_run_of(call, ops[0], out, &run, err);
    w.run = rc ? w.run : run.name;
    rc = rc ? rc : octane_need_stories(call, ops, n, out);
    rc = rc ? rc : octane_write_head(&head, call, out, &run, ops[0]->edition, err);
    rc = rc ? rc : octane_put_path(&path, call, "/test-results", err);
    if (rc == FERRY_OK) {
        begin(call, out, buf_str(&path));
        out->text(out->self, buf_str(&head));
        rc = write_runs(&w, ops, n, taken, err);
        rc = rc ? rc : out->text(out->self, ferry_cstr(tail));
    }
    buf_finish(&w.xml);
    buf_finish(&w.scratch);
    buf_finish(&head);
    buf_finish(&path);
    return rc;
}
