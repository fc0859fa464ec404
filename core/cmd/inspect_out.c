/* SPDX-License-Identifier: MIT */
/*
 * inspect_out.c - the table and the JSON document of `ferry inspect`. Paths, names and messages
 * come out of reports: in the table they are escaped for people's eyes, as the writer of JSON does
 * by itself.
 */
#include "inspect_out.h"

#include "cmd.h"

#include <text.h>

enum { FILE_MAX = 64 << 20 };

void inspect_out_init(struct inspect_out *o, enum inspect_form form)
{
    memset(o, 0, sizeof *o);
    o->form = form;
    buf_init(&o->text, (size_t)2 << 30);
    buf_init(&o->warnings, FILE_MAX);
    o->j = json_to(&o->text);
}

void inspect_out_finish(struct inspect_out *o)
{
    buf_finish(&o->text);
    buf_finish(&o->warnings);
}

/* --- to stdout --------------------------------------------------------------------- */

/* Hands what has been written on. */
static int32_t flush(struct inspect_out *o)
{
    int32_t rc = o->text.failed;
    if (!rc) {
        cmd_out(buf_str(&o->text));
    }
    buf_reset(&o->text);
    return rc;
}

/* --- JSON ---------------------------------------------------------------------------- */

static int64_t ms(int64_t us)
{
    return us / 1000 + (us % 1000 >= 500);
}

static void put_counts(struct json_out *j, const struct read_counts *c)
{
    json_member_int(j, "tests", (int64_t)c->tests);
    json_member_int(j, "passed", (int64_t)c->passed);
    json_member_int(j, "failed", (int64_t)c->failed);
    json_member_int(j, "errored", (int64_t)c->errored);
    json_member_int(j, "skipped", (int64_t)c->skipped);
    json_member_int(j, "not_run", (int64_t)c->not_run);
    json_member_int(j, "flaky", (int64_t)c->flaky);
    json_member_int(j, "duration_ms", ms(c->duration_us));
}

static void put_warning(struct json_out *j, uint64_t line, uint64_t column, struct ferry_str code,
                        struct ferry_str text)
{
    json_open(j, '{');
    json_member_int(j, "line", (int64_t)line);
    json_member_int(j, "column", (int64_t)column);
    json_member(j, "code", code.ptr ? code : FERRY_LIT(""));
    json_member(j, "text", text.ptr ? text : FERRY_LIT(""));
    json_close(j, '}');
}

static void put_file_json(struct inspect_out *o, const char *path, const struct read_report *report,
                          const char *error)
{
    json_open(&o->j, '{');
    json_member(&o->j, "path", ferry_cstr(path));
    put_counts(&o->j, &report->counts);
    json_key(&o->j, "truncated");
    json_put_bool(&o->j, report->truncated != 0);
    json_key(&o->j, "warnings");
    json_put_raw(&o->j, buf_str(&o->warnings));
    if (error) {
        json_member(&o->j, "error", ferry_cstr(error));
    }
    json_close(&o->j, '}');
    buf_putc(&o->text, '\n');
}

/* --- the table ------------------------------------------------------------------------- */

static void put_row(struct buf *out, const struct read_counts *c)
{
    char time[32];
    snprintf(time, sizeof time, "%.3f s", (double)c->duration_us / 1e6);
    buf_printf(out, "%8llu %8llu %8llu %8llu %8llu %8llu %8llu %12s  ",
               (unsigned long long)c->tests, (unsigned long long)c->passed,
               (unsigned long long)c->failed, (unsigned long long)c->errored,
               (unsigned long long)c->skipped, (unsigned long long)c->not_run,
               (unsigned long long)c->flaky, time);
}

static void put_header(struct buf *out)
{
    buf_printf(out, "%8s %8s %8s %8s %8s %8s %8s %12s  %s\n", "TESTS", "PASSED", "FAILED",
               "ERRORED", "SKIPPED", "NOT RUN", "FLAKY", "TIME", "FILE");
}

static void put_file_table(struct inspect_out *o, const char *path,
                           const struct read_report *report, const char *error)
{
    const struct read_counts *c = &report->counts;
    if (o->n_files == 0) {
        put_header(&o->text);
    }
    put_row(&o->text, c);
    text_show(&o->text, ferry_cstr(path), 0);
    buf_puts(&o->text, error               ? c->tests ? "  (read in part)" : "  (not read)"
                       : report->truncated ? "  (cut off)"
                                           : "");
    buf_putc(&o->text, '\n');
    if (error) {
        buf_puts(&o->text, "    error: ");
        text_show(&o->text, ferry_cstr(error), 0);
        buf_putc(&o->text, '\n');
    }
    if (c->other) {
        buf_printf(&o->text,
                   "    %llu with a status that is none of these (ferry inspect --ndjson)\n",
                   (unsigned long long)c->other);
    }
    buf_put(&o->text, buf_str(&o->warnings));
}

/* --- the calls ----------------------------------------------------------------------------- */

int32_t inspect_begin(struct inspect_out *o)
{
    if (o->form != INSPECT_JSON) {
        return FERRY_OK;
    }
    json_open(&o->j, '{');
    json_member_int(&o->j, "schema_version", 1);
    json_key(&o->j, "files");
    json_open(&o->j, '[');
    return flush(o);
}

void inspect_file_begin(struct inspect_out *o)
{
    o->n_warnings = 0;
    o->n_codes = 0;
    buf_reset(&o->warnings);
    o->j_warning = json_to(&o->warnings);
    if (o->form == INSPECT_JSON) {
        json_open(&o->j_warning, '[');
    }
}

/* How many of this code there were before; the codes that do not fit into the list count as new. */
static uint64_t seen_before(struct inspect_out *o, struct ferry_str code)
{
    struct inspect_code *c;
    char name[sizeof c->name];
    uint32_t i = 0;
    text_show_to(name, sizeof name, code);
    while (i < o->n_codes && strcmp(o->codes[i].name, name) != 0) {
        i++;
    }
    if (i == INSPECT_CODES) {
        return 0;
    }
    c = &o->codes[i];
    if (i == o->n_codes) {
        memcpy(c->name, name, sizeof name);
        c->n = 0;
        o->n_codes++;
    }
    return c->n++;
}

static void put_warning_line(struct inspect_out *o, const struct ferry_notice *notice)
{
    if (seen_before(o, notice->code) >= INSPECT_OF_ONE_CODE) {
        return;
    }
    buf_puts(&o->warnings, "    ");
    if (notice->line) {
        buf_printf(&o->warnings, "%llu:%llu ", (unsigned long long)notice->line,
                   (unsigned long long)notice->column);
    }
    text_show(&o->warnings, notice->code, 80);
    buf_puts(&o->warnings, ": ");
    text_show(&o->warnings, notice->text, 2000);
    buf_putc(&o->warnings, '\n');
}

int32_t inspect_notice(struct inspect_out *o, const struct ferry_notice *notice)
{
    if (o->form == INSPECT_TABLE) {
        put_warning_line(o, notice);
    } else if (o->form == INSPECT_JSON && o->n_warnings < INSPECT_WARNINGS) {
        put_warning(&o->j_warning, notice->line, notice->column, notice->code, notice->text);
    }
    o->n_warnings++;
    return o->warnings.failed;
}

/* What did not fit is at least counted. */
static void end_warnings(struct inspect_out *o)
{
    char more[80];
    for (uint32_t i = 0; o->form == INSPECT_TABLE && i < o->n_codes; i++) {
        if (o->codes[i].n > INSPECT_OF_ONE_CODE) {
            buf_printf(&o->warnings, "    and %llu more %s\n",
                       (unsigned long long)(o->codes[i].n - INSPECT_OF_ONE_CODE), o->codes[i].name);
        }
    }
    if (o->form == INSPECT_JSON && o->n_warnings > INSPECT_WARNINGS) {
        snprintf(more, sizeof more, "%llu more warnings are not listed",
                 (unsigned long long)(o->n_warnings - INSPECT_WARNINGS));
        put_warning(&o->j_warning, 0, 0, FERRY_LIT("more"), ferry_cstr(more));
    }
    if (o->form == INSPECT_JSON) {
        json_close(&o->j_warning, ']');
    }
}

int32_t inspect_file_end(struct inspect_out *o, const char *path, const struct read_report *report,
                         const char *error)
{
    static const struct read_report nothing;
    report = report ? report : &nothing;
    end_warnings(o);
    if (o->form == INSPECT_JSON) {
        put_file_json(o, path, report, error);
    } else if (o->form == INSPECT_TABLE) {
        put_file_table(o, path, report, error);
    }
    o->n_files++;
    read_counts_add(&o->totals, &report->counts);
    return o->warnings.failed ? o->warnings.failed : flush(o);
}

int32_t inspect_end(struct inspect_out *o)
{
    if (o->form == INSPECT_JSON) {
        json_close(&o->j, ']');
        json_key(&o->j, "totals");
        json_open(&o->j, '{');
        put_counts(&o->j, &o->totals);
        json_close(&o->j, '}');
        json_close(&o->j, '}');
        buf_putc(&o->text, '\n');
    } else if (o->form == INSPECT_TABLE && o->n_files > 1) {
        put_row(&o->text, &o->totals);
        buf_printf(&o->text, "total of %llu files\n", (unsigned long long)o->n_files);
    }
    return flush(o);
}

int32_t inspect_result(struct inspect_out *o, const char *path, const struct ferry_item *item,
                       const struct keys_found *key)
{
    if (o->form != INSPECT_NDJSON) {
        return FERRY_OK;
    }
    inspect_put_result(&o->j, path, item, key);
    buf_putc(&o->text, '\n');
    o->j = json_to(&o->text);
    return flush(o);
}
