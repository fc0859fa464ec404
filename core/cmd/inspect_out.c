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
    o->j = json_to(&o->text);
}

void inspect_out_finish(struct inspect_out *o)
{
    buf_finish(&o->text);
}

void inspect_file_init(struct inspect_file *f, enum inspect_form form)
{
    memset(f, 0, sizeof *f);
    f->form = form;
    buf_init(&f->results, (size_t)2 << 30);
    buf_init(&f->warnings, FILE_MAX);
}

void inspect_file_finish(struct inspect_file *f)
{
    buf_finish(&f->results);
    buf_finish(&f->warnings);
}

/* --- to stdout --------------------------------------------------------------------- */

/* Hands what has been written on. */
static int32_t hand_on(struct buf *text)
{
    int32_t rc = text->failed;
    if (!rc) {
        cmd_out(buf_str(text));
    }
    buf_reset(text);
    return rc;
}

int32_t inspect_hand_results(struct inspect_file *f)
{
    return hand_on(&f->results);
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

static void put_file_json(struct inspect_out *o, const struct inspect_file *f, const char *path,
                          const struct read_report *report, const char *error)
{
    json_open(&o->j, '{');
    json_member(&o->j, "path", ferry_cstr(path));
    put_counts(&o->j, &report->counts);
    json_key(&o->j, "truncated");
    json_put_bool(&o->j, report->truncated != 0);
    json_key(&o->j, "warnings");
    json_put_raw(&o->j, buf_str(&f->warnings));
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

static void put_file_table(struct inspect_out *o, const struct inspect_file *f, const char *path,
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
    buf_put(&o->text, buf_str(&f->warnings));
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
    return hand_on(&o->text);
}

void inspect_file_begin(struct inspect_file *f)
{
    f->n_warnings = 0;
    f->n_codes = 0;
    buf_reset(&f->warnings);
    f->j_warning = json_to(&f->warnings);
    if (f->form == INSPECT_JSON) {
        json_open(&f->j_warning, '[');
    }
}

/* How many of this code there were before; the codes that do not fit into the list count as new. */
static uint64_t seen_before(struct inspect_file *f, struct ferry_str code)
{
    struct inspect_code *c;
    char name[sizeof c->name];
    uint32_t i = 0;
    text_show_to(name, sizeof name, code);
    while (i < f->n_codes && strcmp(f->codes[i].name, name) != 0) {
        i++;
    }
    if (i == INSPECT_CODES) {
        return 0;
    }
    c = &f->codes[i];
    if (i == f->n_codes) {
        memcpy(c->name, name, sizeof name);
        c->n = 0;
        f->n_codes++;
    }
    return c->n++;
}

static void put_warning_line(struct inspect_file *f, const struct ferry_notice *notice)
{
    if (seen_before(f, notice->code) >= INSPECT_OF_ONE_CODE) {
        return;
    }
    buf_puts(&f->warnings, "    ");
    if (notice->line) {
        buf_printf(&f->warnings, "%llu:%llu ", (unsigned long long)notice->line,
                   (unsigned long long)notice->column);
    }
    text_show(&f->warnings, notice->code, 80);
    buf_puts(&f->warnings, ": ");
    text_show(&f->warnings, notice->text, 2000);
    buf_putc(&f->warnings, '\n');
}

int32_t inspect_notice(struct inspect_file *f, const struct ferry_notice *notice)
{
    if (f->form == INSPECT_TABLE) {
        put_warning_line(f, notice);
    } else if (f->form == INSPECT_JSON && f->n_warnings < INSPECT_WARNINGS) {
        put_warning(&f->j_warning, notice->line, notice->column, notice->code, notice->text);
    }
    f->n_warnings++;
    return f->warnings.failed;
}

/* What did not fit is at least counted. */
static void end_warnings(struct inspect_file *f)
{
    char more[80];
    for (uint32_t i = 0; f->form == INSPECT_TABLE && i < f->n_codes; i++) {
        if (f->codes[i].n > INSPECT_OF_ONE_CODE) {
            buf_printf(&f->warnings, "    and %llu more %s\n",
                       (unsigned long long)(f->codes[i].n - INSPECT_OF_ONE_CODE), f->codes[i].name);
        }
    }
    if (f->form == INSPECT_JSON && f->n_warnings > INSPECT_WARNINGS) {
        snprintf(more, sizeof more, "%llu more warnings are not listed",
                 (unsigned long long)(f->n_warnings - INSPECT_WARNINGS));
        put_warning(&f->j_warning, 0, 0, FERRY_LIT("more"), ferry_cstr(more));
    }
    if (f->form == INSPECT_JSON) {
        json_close(&f->j_warning, ']');
    }
}

int32_t inspect_file_end(struct inspect_out *o, struct inspect_file *f, const char *path,
                         const struct read_report *report, const char *error)
{
    static const struct read_report nothing;
    report = report ? report : &nothing;
    end_warnings(f);
    if (o->form == INSPECT_JSON) {
        put_file_json(o, f, path, report, error);
    } else if (o->form == INSPECT_TABLE) {
        put_file_table(o, f, path, report, error);
    }
    o->n_files++;
    read_counts_add(&o->totals, &report->counts);
    return f->warnings.failed ? f->warnings.failed : hand_on(&o->text);
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
    return hand_on(&o->text);
}

int32_t inspect_result(struct inspect_file *f, const char *path, const struct ferry_item *item,
                       const struct keys_found *key)
{
    if (f->form != INSPECT_NDJSON) {
        return FERRY_OK;
    }
    struct json_out j = json_to(&f->results);
    inspect_put_result(&j, path, item, key);
    return buf_putc(&f->results, '\n');
}
