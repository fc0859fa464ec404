/* SPDX-License-Identifier: MIT */
/* junit_events.c - see the header. Linked into the tests of the junit plugin. */
#include "junit_events.h"
#include "text.h"

#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_junit;

const struct ferry_reader *junit_reader(void)
{
    return ferry_plugin_junit.query(FERRY_READER_1);
}

void events_init(struct events *e)
{
    memset(e, 0, sizeof *e);
    buf_init(&e->log, (size_t)1 << 30);
    buf_init(&e->notices, (size_t)1 << 26);
    e->error.size = sizeof e->error;
}

void events_finish(struct events *e)
{
    buf_finish(&e->log);
    buf_finish(&e->notices);
    for (uint32_t i = 0; i < EVENTS_TEXTS; i++) {
        buf_finish(&e->texts[i]);
    }
}

/* "  key=value\n", with the line ends of the value shown. */
static void put(struct events *e, const char *key, struct ferry_str value)
{
    if (!value.ptr) {
        return;
    }
    buf_printf(&e->log, "  %s=", key);
    for (uint64_t from = 0, i = 0; i <= value.len; i++) {
        char c = i < value.len ? value.ptr[i] : '\n';
        if (c == '\n' || c == '\t' || c == '\0') {
            buf_put(&e->log, str_sub(value, from, i - from));
            buf_puts(&e->log, i == value.len ? "" : c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\0");
            from = i + 1;
        }
    }
    buf_putc(&e->log, '\n');
}

/* A blob as the text it stands for, so that what is logged does not depend on its number. */
static void put_blob(struct events *e, const char *key, const struct ferry_blob *blob)
{
    int64_t number = 0;
    char name[64];
    if (!blob) {
        return;
    }
    if (!str_starts(blob->digest, "text:") ||
        !str_int64(str_sub(blob->digest, 5, blob->digest.len), &number) || number < 1 ||
        number > e->n_texts || e->texts[number - 1].len != blob->bytes) {
        buf_printf(&e->log, "  %s=BAD BLOB %.*s of %llu\n", key, STR_ARG(blob->digest),
                   (unsigned long long)blob->bytes);
        return;
    }
    snprintf(name, sizeof name, "%s(blob)", key);
    put(e, name, buf_str(&e->texts[number - 1]));
}

static void put_kv(struct events *e, const char *what, const struct ferry_kv *kv, uint32_t n)
{
    struct buf key;
    buf_init(&key, (size_t)1 << 26);
    for (uint32_t i = 0; i < n; i++) {
        buf_reset(&key);
        buf_printf(&key, "%s[%.*s]", what, STR_ARG(kv[i].key));
        put(e, buf_cstr(&key), kv[i].value);
    }
    buf_finish(&key);
}

static void count(struct counts *c, const struct ferry_result *r)
{
    if (r->flags & FERRY_RESULT_SUPERSEDED) {
        c->superseded++;
        return;
    }
    if (r->flags & FERRY_RESULT_SYNTHETIC) {
        c->synthetic++;
        return;
    }
    c->tests++;
    c->flaky += (r->flags & FERRY_RESULT_FLAKY) != 0;
    c->passed += r->status == FERRY_PASSED;
    c->failures += r->status == FERRY_FAILED;
    c->errors += r->status == FERRY_ERRORED;
    c->skipped += r->status == FERRY_SKIPPED;
    c->notrun += r->status == FERRY_NOT_RUN;
    c->other += r->status > FERRY_NOT_RUN;
}

static void put_times(struct events *e, uint32_t has, int64_t start, int64_t duration)
{
    if (has & FERRY_RESULT_HAS_START) {
        buf_printf(&e->log, "  start=%lld\n", (long long)start);
    }
    if (has & FERRY_RESULT_HAS_DURATION) {
        buf_printf(&e->log, "  duration=%lld\n", (long long)duration);
    }
}

static void put_lists(struct events *e, const struct ferry_result *r)
{
    for (uint32_t i = 0; i < r->n_failures; i++) {
        const struct ferry_failure *f = r->failures[i];
        buf_printf(&e->log, "  failure %u %s\n", i, ferry_result_status_text(f->status));
        put(e, "  message", f->message);
        put(e, "  type", f->type);
        put(e, "  details", f->details);
    }
    for (uint32_t i = 0; i < r->n_attachments; i++) {
        const struct ferry_attachment *a = r->attachments[i];
        put(e, "attachment", a->name);
        put(e, "  mime", a->mime);
        put(e, "  path", a->path);
        put_blob(e, "  bytes", a->blob);
    }
    for (uint32_t i = 0; i < r->n_steps; i++) {
        const struct ferry_step *s = r->steps[i];
        buf_printf(&e->log, "  step %s\n", s->status ? ferry_result_status_text(s->status) : "-");
        put(e, "  action", s->action);
        put(e, "  expected", s->expected);
        put(e, "  data", s->data);
        put(e, "  comment", s->comment);
    }
    for (uint32_t i = 0; i < r->n_tags; i++) {
        put(e, "tag", r->tags[i]);
    }
    for (uint32_t i = 0; i < r->n_case_ids; i++) {
        put(e, "case_id", r->case_ids[i]);
    }
}

static void put_result(struct events *e, const struct ferry_item *item)
{
    const struct ferry_result *r = item->result;
    buf_printf(&e->log, "result %s attempt=%u%s%s%s%s\n", ferry_result_status_text(r->status),
               r->attempt, r->flags & FERRY_RESULT_FLAKY ? " flaky" : "",
               r->flags & FERRY_RESULT_SUPERSEDED ? " superseded" : "",
               r->flags & FERRY_RESULT_SYNTHETIC ? " synthetic" : "",
               r->flags & FERRY_RESULT_ZONELESS ? " zoneless" : "");
    put(e, "item.name", item->name);
    put(e, "name", r->name);
    put(e, "class", r->class_name);
    put(e, "suite", r->suite);
    put(e, "word", r->status_text);
    put(e, "file", r->file);
    if (r->has & FERRY_RESULT_HAS_LINE) {
        buf_printf(&e->log, "  line=%u\n", r->line);
    }
    put_times(e, r->has, r->start_ms, r->duration_us);
    put(e, "message", r->message);
    put(e, "type", r->type);
    put(e, "details", r->details);
    put_blob(e, "details", r->details_blob);
    put(e, "out", r->out);
    put_blob(e, "out", r->out_blob);
    put(e, "err", r->err);
    put_blob(e, "err", r->err_blob);
    put_kv(e, "parameter", r->parameters, r->n_parameters);
    put_kv(e, "property", r->properties, r->n_properties);
    put_lists(e, r);
}

static void put_suite(struct events *e, const struct ferry_item *item)
{
    const struct ferry_suite *s = item->suite;
    buf_printf(&e->log, "suite%s\n", s->flags & FERRY_RESULT_ZONELESS ? " zoneless" : "");
    put(e, "item.name", item->name);
    put(e, "path", s->path);
    put(e, "host", s->host);
    put_times(e, s->has, s->start_ms, s->duration_us);
    put(e, "out", s->out);
    put_blob(e, "out", s->out_blob);
    put(e, "err", s->err);
    put_blob(e, "err", s->err_blob);
    put_kv(e, "property", s->properties, s->n_properties);
}

static int32_t on_item(void *self, const struct ferry_item *item)
{
    struct events *e = self;
    e->n_items++;
    if (e->stop_after && e->n_items >= e->stop_after) {
        return FERRY_E_STOP;
    }
    if (item->noun == FERRY_SUITE) {
        e->counts.suites++;
    } else {
        count(&e->counts, item->result);
    }
    if (!e->quiet && item->noun == FERRY_SUITE) {
        put_suite(e, item);
    } else if (!e->quiet) {
        put_result(e, item);
    }
    return FERRY_OK;
}

static int64_t on_text(void *self, int64_t number, struct ferry_str piece)
{
    struct events *e = self;
    if (number == 0) {
        if (e->n_texts == EVENTS_TEXTS) {
            return -FERRY_E_TOO_LARGE;
        }
        number = ++e->n_texts;
        buf_init(&e->texts[number - 1], (size_t)1 << 30);
    }
    e->most_piece = piece.len > e->most_piece ? piece.len : e->most_piece;
    if (number < 0 || number > e->n_texts || buf_put(&e->texts[number - 1], piece)) {
        return -FERRY_E_BUG;
    }
    return number;
}

static int32_t on_notice(void *self, const struct ferry_notice *notice)
{
    struct events *e = self;
    char line[700];
    e->counts.notices++;
    e->counts.truncated |= (notice->flags & FERRY_NOTICE_TRUNCATED) != 0;
    e->counts.contradicts |= (notice->flags & FERRY_NOTICE_CONTRADICTION) != 0;
    snprintf(line, sizeof line, "%llu:%llu %.*s: %.*s\n", (unsigned long long)notice->line,
             (unsigned long long)notice->column, STR_ARG(notice->code), STR_ARG(notice->text));
    buf_puts(&e->notices, line);
    buf_printf(&e->log, "notice %s", line);
    return FERRY_OK;
}

struct ferry_sink events_sink(struct events *e)
{
    struct ferry_sink sink = {e, on_item, on_text, on_notice};
    return sink;
}

void events_read_with(struct events *e, struct ferry_str bytes, size_t chunk,
                      const struct ferry_kv *options, uint32_t n_options)
{
    const struct ferry_reader *reader = junit_reader();
    struct ferry_sink sink;
    struct ferry_parse *parse = NULL;
    sink = events_sink(e);
    e->rc = reader->begin(NULL, options, n_options, &sink, &parse, &e->error);
    while (!e->rc && bytes.len > 0) {
        uint64_t n = chunk && chunk < bytes.len ? chunk : bytes.len;
        /* a copy of exactly this size, so that a sanitizer sees a step beyond it */
        char *piece = malloc((size_t)n);
        if (!piece) {
            abort();
        }
        memcpy(piece, bytes.ptr, (size_t)n);
        e->rc = reader->feed(parse, (struct ferry_str){piece, n}, &e->error);
        free(piece);
        bytes = str_sub(bytes, n, bytes.len);
    }
    if (e->rc) {
        reader->abort(parse);
    } else {
        e->rc = reader->end(parse, &e->error);
    }
}

void events_read(struct events *e, struct ferry_str bytes, size_t chunk)
{
    events_init(e);
    events_read_with(e, bytes, chunk, NULL, 0);
}

struct ferry_str events_missing(const struct events *e, const char *blocks)
{
    struct ferry_str rest = ferry_cstr(blocks), block;
    const char *from = buf_cstr(&e->log);
    while (str_split(&rest, '|', &block)) {
        const char *at = memmem(from, strlen(from), block.ptr, (size_t)block.len);
        if (!at) {
            return block;
        }
        from = at + block.len;
    }
    return (struct ferry_str){NULL, 0};
}
