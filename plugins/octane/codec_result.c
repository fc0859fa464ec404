/* SPDX-License-Identifier: MIT */
/*
 * codec_result.c - one result as a <test_run>. What Octane cannot hold is cut or replaced, and said. A test is known by module, package, class and name
 * together: those of the case that holds the key, where there is one, else what the report says.
 */
#include "codec.h"
#include "xml.h"

#include <text.h>

/* A run that is longer is written again, shorter: it has to fit into a payload of its own. */
enum { MOST_RUN = OCTANE_SLICE_BYTES - 64 * 1024 };

void octane_note(const struct octane_writer *w, uint32_t kind, const char *field, const char *text)
{
    const struct ferry_note note = {
        .size = sizeof note, .kind = kind, .field = ferry_cstr(field), .text = ferry_cstr(text)};
    w->out->note(w->out->self, w->index, &note);
}

static void note_changes(const struct octane_writer *w, const char *field, unsigned flags,
                         const char *limit)
{
    if (flags & XML_CUT) {
        octane_note(w, FERRY_NOTE_CUT, field, limit);
    }
    if (flags & XML_REPLACED) {
        octane_note(w, FERRY_NOTE_CORRECTED, field, "characters that XML does not have are \"_\"");
    }
}

void octane_attribute(struct octane_writer *w, const char *name, struct ferry_str text)
{
    if (!str_empty(text)) {
        note_changes(w, name, xml_attribute(&w->xml, name, text, OCTANE_TEXT), "255 characters");
    }
}

/* --- whose result it is ---------------------------------------------------------------------------------- */

struct identity {
    struct ferry_str module, package, class_name, name;
};

/* "com.acme.LoginTest": up to the last dot, and what follows it. Parameters of a name may hold dots of their own. */
static int split_class(struct ferry_str text, struct identity *out)
{
    uint64_t at = 0;
    for (uint64_t i = 0; i < text.len && text.ptr[i] != '(' && text.ptr[i] != '[' &&
                         text.ptr[i] != ' ' && text.ptr[i] != '/';
         i++) {
        at = text.ptr[i] == '.' ? i : at;
    }
    out->class_name = text;
    if (at == 0 || at + 1 == text.len) {
        return 0;
    }
    out->package = str_sub(text, 0, at);
    out->class_name = str_sub(text, at + 1, text.len);
    return 1;
}

/* a, b and c: the first is the module, the others joined by dots the package. In scratch. */
static void take_path(struct buf *scratch, struct ferry_str path, char between,
                      struct ferry_str class_name, struct identity *out)
{
    struct ferry_str part;
    size_t from;
    out->module = (struct ferry_str){NULL, 0};
    if (!str_split(&path, between, &out->module)) {
        return;
    }
    from = scratch->len;
    while (!str_empty(path) && str_split(&path, between, &part)) {
        if (str_empty(part) || (str_empty(path) && ferry_eq(part, class_name))) {
            continue; /* a suite that is called as its class says nothing new */
        }
        buf_puts(scratch, scratch->len > from ? "." : "");
        buf_put(scratch, part);
    }
    out->package = str_sub(buf_str(scratch), from, scratch->len - from);
}

static void identify(struct octane_writer *w, const struct ferry_op *op, struct identity *out)
{
    const struct ferry_result *result = op->item->result;
    const struct ferry_ref *ref = ferry_ref_of(op->item, FERRY_CASE);
    struct ferry_str path = octane_option(w->call, "test_suite_path");
    const struct ferry_str none = {NULL, 0};
    *out = (struct identity){.name = result->name};
    if (ref && ferry_get(ref->extra, ref->n_extra, FERRY_LIT("name")).len) {
        *out = (struct identity){
            .module = ferry_get(ref->extra, ref->n_extra, FERRY_LIT("module")),
            .package = ferry_get(ref->extra, ref->n_extra, FERRY_LIT("package")),
            .class_name = ferry_get(ref->extra, ref->n_extra, FERRY_LIT("class")),
            .name = ferry_get(ref->extra, ref->n_extra, FERRY_LIT("name")),
        };
        return;
    }
    int has_package = split_class(result->class_name, out);
    if (!str_empty(path)) {
        out->class_name = result->class_name;
        take_path(&w->scratch, path, '/', none, out);
    } else if (!has_package && !ferry_eq(result->suite, result->class_name)) {
        take_path(&w->scratch, result->suite, '\t', result->class_name, out);
    }
}

static void write_identity(struct octane_writer *w, const struct ferry_op *op)
{
    const struct ferry_result *result = op->item->result;
    struct identity is;
    identify(w, op, &is);
    octane_attribute(w, "module", is.module);
    octane_attribute(w, "package", is.package);
    octane_attribute(w, "class", is.class_name);
    struct ferry_str names[] = {is.name, op->item->name, is.class_name, op->item->key,
                                FERRY_LIT("(no name)")};
    size_t i = 0;
    while (str_empty(str_trim(names[i])) && i + 1 < sizeof names / sizeof *names) {
        i++;
    }
    if (i && str_empty(result->name)) {
        octane_note(w, FERRY_NOTE_CORRECTED, "name", "a test without one");
    }
    octane_attribute(w, "name", names[i]);
}

/* "login [browser=chrome, user=7]": runs of one test that differ in their parameters are told apart by it. */
static void write_run_name(struct octane_writer *w, const struct ferry_result *result)
{
    size_t from = w->scratch.len;
    if (result->n_parameters == 0) {
        return;
    }
    buf_put(&w->scratch, result->name);
    for (uint32_t i = 0; i < result->n_parameters; i++) {
        buf_puts(&w->scratch, i ? ", " : " [");
        buf_put(&w->scratch, result->parameters[i].key);
        buf_putc(&w->scratch, '=');
        buf_put(&w->scratch, result->parameters[i].value);
    }
    buf_putc(&w->scratch, ']');
    octane_attribute(w, "run_name", str_sub(buf_str(&w->scratch), from, w->scratch.len - from));
}

/* --- how it ended --------------------------------------------------------------------------------------------- */

static const char *status_of(uint32_t status)
{
    switch (status) {
    case FERRY_PASSED:
        return "Passed";
    case FERRY_FAILED:
    case FERRY_ERRORED:
        return "Failed";
    case FERRY_SKIPPED:
        return "Skipped";
    case FERRY_NOT_RUN:
    case FERRY_BLOCKED:
        return "Planned";
    default:
        return NULL;
    }
}

/* What the server takes for an address: nothing else would be refused with the whole payload. */
static int is_url(struct ferry_str s)
{
    static const char *const schemes[] = {"http://", "https://", "td://", "tds://",
                                          "testdirector:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (str_starts(s, schemes[i]) && s.len > ferry_cstr(schemes[i]).len) {
            return 1;
        }
    }
    return 0;
}

static void write_url(struct octane_writer *w, const struct ferry_result *result)
{
    struct ferry_str url =
        ferry_get(result->properties, result->n_properties, FERRY_LIT("external_report_url"));
    url = str_trim(url.len ? url : octane_option(w->call, "report_url"));
    if (str_empty(url)) {
        return;
    }
    if (!is_url(url) || xml_fit(url, OCTANE_URL).len < url.len) {
        octane_note(w, FERRY_NOTE_SKIPPED, "external_report_url",
                    "no address that Octane takes: http(s)://, td:// or testdirector:, up to 512 "
                    "characters");
        return;
    }
    note_changes(w, "external_report_url",
                 xml_attribute(&w->xml, "external_report_url", url, OCTANE_URL), "");
}

static void write_times(struct octane_writer *w, const struct ferry_result *result)
{
    int64_t us = result->has & FERRY_RESULT_HAS_DURATION ? result->duration_us : 0;
    if (us < 0) {
        octane_note(w, FERRY_NOTE_CORRECTED, "duration", "a negative one is 0");
        us = 0;
    }
    xml_attribute_int(&w->xml, "duration", us / 1000 + (us % 1000 >= 500));
    if (result->has & FERRY_RESULT_HAS_START && result->start_ms >= 0) {
        xml_attribute_int(&w->xml, "started", result->start_ms);
    }
}

static void write_error(struct octane_writer *w, const struct ferry_result *result, uint64_t most)
{
    struct buf *b = &w->xml;
    if (result->details_blob) {
        octane_note(w, FERRY_NOTE_SKIPPED, "details", "over 1 MiB");
    }
    if (str_empty(result->message) && str_empty(result->type) && str_empty(result->details)) {
        return;
    }
    buf_puts(b, "<error");
    unsigned flags = 0;
    if (!str_empty(result->type)) {
        flags |= xml_attribute(b, "type", result->type, OCTANE_TEXT);
    }
    if (!str_empty(result->message)) {
        flags |= xml_attribute(b, "message", result->message, OCTANE_MESSAGE);
    }
    buf_putc(b, '>');
    flags |= xml_text(b, result->details, most);
    buf_puts(b, "</error>");
    note_changes(w, "error", flags,
                 most == OCTANE_ERROR ? "a message of 64 KiB, details of 1 MiB" : "64 KiB");
}

/* What the run is known by when it is read back: nothing else of a test run that a person may read is ours alone. */
static void write_wire(struct octane_writer *w, const struct ferry_op *op)
{
    if (!str_empty(op->wire_id)) {
        buf_puts(&w->xml, "<description>" OCTANE_WIRE);
        xml_text(&w->xml, op->wire_id, 0);
        buf_puts(&w->xml, "</description>");
    }
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

static void write_step(struct octane_writer *w, const struct ferry_step *step)
{
    const char *status = status_of(step->status);
    struct ferry_str name = str_trim(step->action);
    unsigned flags;
    buf_puts(&w->xml, "<step");
    flags = xml_attribute(&w->xml, "name", name.len ? step->action : FERRY_LIT("(no name)"),
                          OCTANE_STEP);
    xml_attribute_int(&w->xml, "duration",
                      step->duration_us > 0 ? (step->duration_us + 500) / 1000 : 0);
    xml_attribute(&w->xml, "status", ferry_cstr(status ? status : "Planned"), OCTANE_TEXT);
    buf_putc(&w->xml, '>');
    if (!str_empty(step->comment)) {
        buf_puts(&w->xml, "<error_message>");
        flags |= xml_text(&w->xml, step->comment, OCTANE_MESSAGE);
        buf_puts(&w->xml, "</error_message>");
    }
    buf_puts(&w->xml, "</step>");
    note_changes(w, "steps", flags, "3800 characters");
}

/* Octane has one level of them; those within others follow the one that they are in. */
static void write_steps(struct octane_writer *w, const struct ferry_step *const *steps, uint32_t n,
                        int depth)
{
    for (uint32_t i = 0; i < n && depth < 32; i++) {
        write_step(w, steps[i]);
        write_steps(w, steps[i]->steps, steps[i]->n_steps, depth + 1);
    }
}

/* --- the whole -------------------------------------------------------------------------------------------------- */

static void name_what_is_left(const struct octane_writer *w, const struct ferry_result *result)
{
    if (result->out.len || result->out_blob || result->err.len || result->err_blob) {
        octane_note(w, FERRY_NOTE_SKIPPED, "output", "Octane has no place for a test's output");
    }
    if (result->attempt > 1 || result->flags & FERRY_RESULT_SUPERSEDED) {
        octane_note(w, FERRY_NOTE_SKIPPED, "attempt", "runs of one test stand beside each other");
    }
}

/* With `least` only what tells how it ended. */
static void write_run(struct octane_writer *w, const struct ferry_op *op, const char *status,
                      int least)
{
    const struct ferry_result *result = op->item->result;
    buf_reset(&w->xml);
    buf_reset(&w->scratch);
    buf_puts(&w->xml, "<test_run");
    write_identity(w, op);
    write_run_name(w, result);
    write_times(w, result);
    xml_attribute(&w->xml, "status", ferry_cstr(status), 0);
    write_url(w, result);
    octane_attribute(w, "external_test_id", op->item->key);
    buf_putc(&w->xml, '>');
    octane_write_backlog(w, op);
    write_error(w, result, least ? OCTANE_ERROR_LEAST : OCTANE_ERROR);
    write_wire(w, op);
    if (result->n_steps && !least) {
        buf_puts(&w->xml, "<steps>");
        write_steps(w, result->steps, result->n_steps, 0);
        buf_puts(&w->xml, "</steps>");
    }
    buf_puts(&w->xml, "</test_run>\n");
}

int32_t octane_write_result(struct octane_writer *w, const struct ferry_op *op,
                            struct ferry_error *err)
{
    const struct ferry_result *result = op->item->result;
    const char *status = result ? status_of(result->status) : NULL;
    if (!result) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "a result without content");
    }
    if (!status) {
        return ferry_fail(err, FERRY_E_INPUT, "status",
                          "\"%.*s\" is no status of Octane; map it by \"status_map\"",
                          STR_ARG(utf8_cut(result->status_text, 60)));
    }
    write_run(w, op, status, 0);
    if (w->xml.len > MOST_RUN || w->xml.failed == FERRY_E_TOO_LARGE) {
        octane_note(w, FERRY_NOTE_SKIPPED, "steps", "with them it is larger than a payload");
        write_run(w, op, status, 1);
    }
    name_what_is_left(w, result);
    return w->xml.failed ? ferry_fail(err, w->xml.failed, NULL,
                                      "it is longer than %zu bytes of XML", w->xml.max)
                         : w->scratch.failed;
}
