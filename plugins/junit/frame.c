/* SPDX-License-Identifier: MIT */
/*
 * frame.c - suites and cases while they are open: their attributes, with the names that different
 * runners give to one thing. Called by parse.c. An attribute that no runner is known for becomes a
 * property, so that nothing a report says is lost. It must never keep a pointer into expat.
 */
#include "parse.h"
#include "text.h"
#include "times.h"

#include <stdlib.h>

static struct frame *frame_create(void)
{
    struct frame *f = calloc(1, sizeof *f);
    if (f) {
        arena_init(&f->arena, PARSE_CASE_MAX);
        buf_init(&f->out.buf, PARSE_CASE_MAX);
        buf_init(&f->err.buf, PARSE_CASE_MAX);
    }
    return f;
}

void frame_free(struct frame *f)
{
    if (!f) {
        return;
    }
    arena_finish(&f->arena);
    buf_finish(&f->out.buf);
    buf_finish(&f->err.buf);
    list_finish(&f->properties);
    list_finish(&f->parameters);
    list_finish(&f->faults);
    list_finish(&f->marks);
    list_finish(&f->steps);
    list_finish(&f->tags);
    list_finish(&f->case_ids);
    free(f);
}

static void frame_reset(struct frame *f, enum element el)
{
    struct ferry_str absent = {NULL, 0};
    arena_reset(&f->arena);
    capture_reset(&f->out);
    capture_reset(&f->err);
    f->properties.n = f->parameters.n = f->faults.n = f->marks.n = 0;
    f->steps.n = f->tags.n = f->case_ids.n = 0;
    f->name = f->class_name = f->file = f->host = f->status = f->result = absent;
    f->el = el;
    f->has = f->flags = f->line = 0;
    f->start_ms = f->duration_us = 0;
    f->outer_path = 0;
    f->overfull = 0;
}

struct frame *frame_open(struct parse *p, enum element el)
{
    if (!p->frames[p->n_frames]) {
        p->frames[p->n_frames] = frame_create();
    }
    if (!p->frames[p->n_frames]) {
        parse_fail(p, FERRY_E_NO_MEMORY, "", "out of memory for a suite or a case");
        return NULL;
    }
    frame_reset(p->frames[p->n_frames], el);
    return p->frames[p->n_frames++];
}

void frame_close(struct parse *p)
{
    struct frame *f = parse_frame(p);
    if (f && f->el != EL_TESTCASE) {
        buf_cut(&p->path, f->outer_path);
    }
    p->n_frames -= f != NULL;
}

void frame_overfull(struct parse *p, struct frame *f)
{
    if (f->arena.failed == FERRY_E_NO_MEMORY) {
        parse_fail(p, FERRY_E_NO_MEMORY, "", "out of memory for a suite or a case");
    } else if (!f->overfull && !p->rc) {
        struct shown name;
        f->overfull = 1;
        p->rc = notice_say(p->notices, NOTICE_TOO_LONG, parse_place(p),
                           "\"%s\" holds more than is kept of one case; the rest is left out",
                           parse_show(&name, f->name));
    }
}

struct ferry_str frame_keep(struct parse *p, struct frame *f, struct ferry_str s)
{
    struct ferry_str copy = arena_str(&f->arena, s);
    if (f->arena.failed) {
        frame_overfull(p, f);
    }
    return copy;
}

void frame_property(struct parse *p, struct frame *f, struct ferry_str name, struct ferry_str value)
{
    struct ferry_kv *kv = list_new(&f->properties, struct ferry_kv, PARSE_LIST_MAX);
    if (!kv) {
        frame_overfull(p, f);
        return;
    }
    kv->key = frame_keep(p, f, name);
    kv->value = frame_keep(p, f, value);
    if (!kv->value.ptr) {
        kv->value = FERRY_LIT("");
    }
}

/* The attribute without its namespace prefix. */
static const char *local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static int is_namespace(const char *name)
{
    return strncmp(name, "xmlns", 5) == 0 || strncmp(name, "xsi:", 4) == 0 ||
           strcmp(name, "noNamespaceSchemaLocation") == 0 || strcmp(name, "schemaLocation") == 0;
}

struct timing {
    uint32_t *has, *flags;
    int64_t *start_ms, *duration_us;
};

static void read_time(struct parse *p, struct timing t, const char *value)
{
    struct shown shown;
    enum times_verdict verdict = times_duration(ferry_cstr(value), t.duration_us);
    if (verdict == TIMES_OK || verdict == TIMES_DOUBT) {
        *t.has |= FERRY_RESULT_HAS_DURATION;
    }
    if (verdict == TIMES_OK || p->rc || notice_counted(p->notices, NOTICE_TIME)) {
        return;
    }
    parse_show(&shown, ferry_cstr(value));
    if (verdict == TIMES_DOUBT) {
        p->rc = notice_say(p->notices, NOTICE_TIME, parse_place(p),
                           "time \"%s\" is read with ',' between thousands: %lld s", shown.text,
                           (long long)(*t.duration_us / 1000000));
    } else {
        p->rc = notice_say(p->notices, NOTICE_TIME, parse_place(p),
                           "time \"%s\" is no duration; taken as unknown", shown.text);
    }
}

static void read_stamp(struct parse *p, struct timing t, const char *value)
{
    struct shown shown;
    int zoneless = 0;
    enum times_verdict verdict = times_stamp(ferry_cstr(value), t.start_ms, &zoneless);
    if (verdict == TIMES_OK) {
        *t.has |= FERRY_RESULT_HAS_START;
        *t.flags |= zoneless ? FERRY_RESULT_ZONELESS : 0;
    } else if (verdict == TIMES_BAD && !p->rc && !notice_counted(p->notices, NOTICE_TIMESTAMP)) {
        p->rc = notice_say(p->notices, NOTICE_TIMESTAMP, parse_place(p),
                           "timestamp \"%s\" is not understood; taken as unknown",
                           parse_show(&shown, ferry_cstr(value)));
    }
}

static struct timing timing_of(struct frame *f)
{
    struct timing t = {&f->has, &f->flags, &f->start_ms, &f->duration_us};
    return t;
}

/* One more part of the suite path. A TAB parts them, so none may stand in a name. */
static void push_path(struct parse *p, struct ferry_str name)
{
    size_t from = p->path.len;
    struct ferry_str part = utf8_cut(name, PARSE_PART_MAX);
    if (part.len == 0) {
        return;
    }
    if (from > 0) {
        buf_putc(&p->path, '\t');
        from++;
    }
    if (buf_put(&p->path, part)) {
        parse_fail(p, p->path.failed, "", "out of memory for the path of a suite");
        return;
    }
    for (char *c = p->path.ptr + from; *c; c++) {
        *c = *c == '\t' ? ' ' : *c;
    }
}

/* Counters say nothing that the cases do not; they are known to lie. */
static int is_counter(const char *name)
{
    static const char *const counters[] = {"tests",   "failures", "errors",   "skipped",
                                           "skips",   "skip",     "disabled", "assertions",
                                           "ignored", "warnings", "flakes",   NULL};
    for (size_t i = 0; counters[i]; i++) {
        if (strcmp(name, counters[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

static void suite_attribute(struct parse *p, struct frame *f, const char *name, const char *value)
{
    if (strcmp(name, "name") == 0) {
        f->name = frame_keep(p, f, ferry_cstr(value));
    } else if (strcmp(name, "hostname") == 0) {
        f->host = frame_keep(p, f, ferry_cstr(value));
    } else if (strcmp(name, "time") == 0) {
        read_time(p, timing_of(f), value);
    } else if (strcmp(name, "timestamp") == 0 || strcmp(name, "date") == 0) {
        read_stamp(p, timing_of(f), value);
    } else if (!is_counter(name)) {
        frame_property(p, f, ferry_cstr(name), ferry_cstr(value));
    }
}

void frame_suite(struct parse *p, struct frame *f, const char **attributes)
{
    for (; attributes[0] && !p->rc; attributes += 2) {
        if (!is_namespace(attributes[0])) {
            suite_attribute(p, f, local(attributes[0]), attributes[1]);
        }
    }
    f->outer_path = p->path.len;
    if (f->el == EL_TESTSUITE || p->depth > 1) { /* the outermost <testsuites> names the run */
        push_path(p, f->name);
    }
}

static void parameter(struct parse *p, struct frame *f, const char *name, const char *value)
{
    struct ferry_kv *kv = list_new(&f->parameters, struct ferry_kv, PARSE_LIST_MAX);
    if (!kv) {
        frame_overfull(p, f);
        return;
    }
    kv->key = frame_keep(p, f, ferry_cstr(name));
    kv->value = frame_keep(p, f, ferry_cstr(value));
}

static void rare_case_attribute(struct parse *p, struct frame *f, const char *name,
                                const char *value)
{
    struct ferry_str text = ferry_cstr(value);
    int64_t line;
    if (strcmp(name, "class") == 0) { /* PHPUnit writes it beside classname, others alone */
        f->class_name = f->class_name.ptr ? f->class_name : frame_keep(p, f, text);
    } else if (strcmp(name, "line") == 0 || strcmp(name, "lineno") == 0) {
        if (str_int64(str_trim(text), &line) && line > 0 && line <= UINT32_MAX) {
            f->line = (uint32_t)line;
            f->has |= FERRY_RESULT_HAS_LINE;
        }
    } else if (strcmp(name, "tags") == 0 || strcmp(name, "group") == 0) {
        convention_tags(p, f, text);
    } else if (strcmp(name, "value_param") == 0 || strcmp(name, "type_param") == 0) {
        parameter(p, f, name, value);
    } else if (strcmp(name, "assertions") != 0 && strcmp(name, "failure") != 0) {
        convention_property(p, f, ferry_cstr(name), text, OWNER_LAST); /* node: failure="..." */
    }
}

static void case_attribute(struct parse *p, struct frame *f, const char *name, const char *value)
{
    struct ferry_str *slot = NULL;
    switch (name[0]) {
    case 'n':
        slot = strcmp(name, "name") == 0 ? &f->name : NULL;
        break;
    case 'c':
        slot = strcmp(name, "classname") == 0 ? &f->class_name : NULL;
        break;
    case 'f':
        slot = strcmp(name, "file") == 0 ? &f->file : NULL;
        break;
    case 's':
        slot = strcmp(name, "status") == 0 ? &f->status : NULL;
        break;
    case 'r':
        slot = strcmp(name, "result") == 0 ? &f->result : NULL;
        break;
    case 't':
        if (strcmp(name, "time") == 0) {
            read_time(p, timing_of(f), value);
            return;
        }
        if (strcmp(name, "timestamp") == 0) {
            read_stamp(p, timing_of(f), value);
            return;
        }
        break;
    default:
        break;
    }
    if (slot) {
        *slot = frame_keep(p, f, ferry_cstr(value));
    } else {
        rare_case_attribute(p, f, name, value);
    }
}

void frame_case(struct parse *p, struct frame *f, const char **attributes)
{
    for (; attributes[0] && !p->rc; attributes += 2) {
        if (!is_namespace(attributes[0])) {
            case_attribute(p, f, local(attributes[0]), attributes[1]);
        }
    }
}

int32_t frame_fault(struct parse *p, struct frame *f, enum element el, const char **attributes)
{
    struct fault *fault = list_new(&f->faults, struct fault, PARSE_LIST_MAX);
    struct timing t;
    if (!fault) {
        frame_overfull(p, f);
        return -1;
    }
    fault->el = el;
    t = (struct timing){&fault->has, &fault->flags, &fault->start_ms, &fault->duration_us};
    for (; attributes[0] && !p->rc; attributes += 2) {
        const char *name = local(attributes[0]), *value = attributes[1];
        if (strcmp(name, "message") == 0) {
            fault->message = frame_keep(p, f, ferry_cstr(value));
        } else if (strcmp(name, "type") == 0) {
            fault->type = frame_keep(p, f, ferry_cstr(value));
        } else if (strcmp(name, "time") == 0 && element_is_attempt(el)) {
            read_time(p, t, value);
        } else if (strcmp(name, "timestamp") == 0 && element_is_attempt(el)) {
            read_stamp(p, t, value);
        }
    }
    return (int32_t)f->faults.n - 1;
}

void frame_child_text(struct parse *p, struct frame *f, enum element el, struct ferry_str text)
{
    if (el == EL_NAME && !f->name.ptr) {
        f->name = frame_keep(p, f, text);
    } else if (el == EL_CLASSNAME && !f->class_name.ptr) {
        f->class_name = frame_keep(p, f, text);
    } else if (el == EL_TIME && !(f->has & FERRY_RESULT_HAS_DURATION) && text.len > 0) {
        char value[80];
        snprintf(value, sizeof value, "%.*s", STR_ARG(str_sub(text, 0, 79)));
        read_time(p, timing_of(f), value);
    }
}
