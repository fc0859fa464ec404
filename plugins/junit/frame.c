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

void *frame_add(struct parse *p, struct frame *f, struct list *list, size_t size)
{
    void *item = list_add(list, size, PARSE_LIST_MAX);
    if (!item && list->n < PARSE_LIST_MAX) {
        parse_fail(p, FERRY_E_NO_MEMORY, "", "out of memory for a suite or a case");
    } else if (!item) {
        frame_overfull(p, f);
    }
    return item;
}

void frame_property(struct parse *p, struct frame *f, struct ferry_str name, struct ferry_str value)
{
    struct ferry_kv *kv = frame_new(p, f, &f->properties, struct ferry_kv);
    if (!kv) {
        return;
    }
    kv->key = frame_keep(p, f, name);
    kv->value = frame_keep(p, f, value);
    if (!kv->value.ptr) {
        kv->value = FERRY_LIT("");
    }
}

struct timing {
    uint32_t *has, *flags;
    int64_t *start_ms, *duration_us;
};

static void read_time(struct parse *p, struct timing t, const char *value)
{
    struct shown shown;
    enum times_verdict verdict = times_duration(ferry_cstr(value), t.duration_us);
    if (verdict != TIMES_BAD) {
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
    } else if (verdict == TIMES_FORM) {
        p->rc = notice_say(p->notices, NOTICE_TIME, parse_place(p),
                           "time \"%s\" is read as %lld.%06lld s", shown.text,
                           (long long)(*t.duration_us / 1000000),
                           (long long)(*t.duration_us % 1000000));
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

/*
 * unittest-xml-reporting ends a suite's name in the time of the run, "Quay-20261130174602". In the
 * path it would make every run's tests new ones; the suite's own name keeps it.
 */
static struct ferry_str without_stamp(struct ferry_str name)
{
    enum { STAMP = sizeof "-YYYYMMDDhhmmss" - 1 };
    struct ferry_str stamp;
    if (name.len <= STAMP) {
        return name;
    }
    stamp = str_sub(name, name.len - STAMP, name.len);
    for (uint64_t i = 1; i < STAMP; i++) {
        if (stamp.ptr[i] < '0' || stamp.ptr[i] > '9') {
            return name;
        }
    }
    return str_starts(stamp, "-20") ? str_sub(name, 0, name.len - STAMP) : name;
}

/* One more part of the suite path. A TAB parts them, so none may stand in a name. */
static void push_path(struct parse *p, struct ferry_str name)
{
    size_t from = p->path.len;
    struct ferry_str part = without_stamp(utf8_cut(name, PARSE_PART_MAX));
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

/* What is no number counts nothing; other readers refuse a report over it. */
static uint64_t counter(struct parse *p, const char *name, const char *value)
{
    int64_t n = 0;
    struct shown shown;
    if (str_int64(str_trim(ferry_cstr(value)), &n) && n >= 0) {
        return (uint64_t)n;
    }
    if (!p->rc && !notice_counted(p->notices, NOTICE_COUNTER_TEXT)) {
        p->rc = notice_say(p->notices, NOTICE_COUNTER_TEXT, parse_place(p),
                           "%s=\"%s\" is no number; the tests are counted without it",
                           attribute_local(name), parse_show(&shown, ferry_cstr(value)));
    }
    return 0;
}

static void suite_attribute(struct parse *p, struct frame *f, struct tally *said, const char *name,
                            const char *value)
{
    switch (attribute_of(&p->names, name)) {
    case AT_NAME:
        f->name = frame_keep(p, f, ferry_cstr(value));
        break;
    case AT_HOSTNAME:
        f->host = frame_keep(p, f, ferry_cstr(value));
        break;
    case AT_TIME:
        read_time(p, timing_of(f), value);
        break;
    case AT_TIMESTAMP:
        read_stamp(p, timing_of(f), value);
        break;
    case AT_TESTS:
        said->tests += counter(p, name, value);
        break;
    case AT_FAILURES:
        said->failures += counter(p, name, value);
        break;
    case AT_ERRORS:
        said->errors += counter(p, name, value);
        break;
    case AT_COUNTER:
    case AT_IGNORED:
        break;
    default:
        p->root_has_id |= p->depth == 1 && strcmp(name, "id") == 0;
        frame_property(p, f, ferry_cstr(attribute_local(name)), ferry_cstr(value));
        break;
    }
}

/* The outermost <testsuites> names the run. */
static void name_suite(struct parse *p, struct frame *f)
{
    if (f->el == EL_TESTSUITE || p->n_frames > 1) {
        push_path(p, f->name);
    }
}

void frame_suite(struct parse *p, struct frame *f, const char **attributes)
{
    struct tally nobody = {0, 0, 0}; /* asks what suites in suites say */
    for (; attributes[0] && !p->rc; attributes += 2) {
        suite_attribute(p, f, p->depth <= 2 ? &p->said[p->depth - 1] : &nobody, attributes[0],
                        attributes[1]);
    }
    f->outer_path = p->path.len;
    name_suite(p, f);
}

static void parameter(struct parse *p, struct frame *f, const char *name, struct ferry_str value)
{
    struct ferry_kv *kv = frame_new(p, f, &f->parameters, struct ferry_kv);
    if (!kv) {
        return;
    }
    kv->key = frame_keep(p, f, ferry_cstr(name));
    kv->value = frame_keep(p, f, value);
}

static void read_line(struct frame *f, struct ferry_str text)
{
    int64_t line;
    if (str_int64(str_trim(text), &line) && line > 0 && line <= UINT32_MAX) {
        f->line = (uint32_t)line;
        f->has |= FERRY_RESULT_HAS_LINE;
    }
}

static void case_attribute(struct parse *p, struct frame *f, const char *name, const char *value)
{
    struct ferry_str text = {value, 0};
    enum attribute what = attribute_of(&p->names, name);
    switch (what) {
    case AT_TIME:
        read_time(p, timing_of(f), value);
        return;
    case AT_TIMESTAMP:
        read_stamp(p, timing_of(f), value);
        return;
    case AT_TESTS:
    case AT_FAILURES:
    case AT_ERRORS:
    case AT_COUNTER:
    case AT_IGNORED:
        return;
    default:
        break;
    }
    text.len = strlen(value);
    switch (what) {
    case AT_NAME:
        f->name = frame_keep(p, f, text);
        break;
    case AT_CLASSNAME:
        f->class_name = frame_keep(p, f, text);
        break;
    case AT_CLASS: /* PHPUnit writes it beside classname, others alone */
        f->class_name = f->class_name.ptr ? f->class_name : frame_keep(p, f, text);
        break;
    case AT_FILE:
        f->file = frame_keep(p, f, text);
        break;
    case AT_STATUS:
        f->status = frame_keep(p, f, text);
        break;
    case AT_RESULT:
        f->result = frame_keep(p, f, text);
        break;
    case AT_LINE:
        read_line(f, text);
        break;
    case AT_TAGS:
        convention_tags(p, f, text);
        break;
    case AT_PARAMETER:
        parameter(p, f, name, text);
        break;
    default:
        convention_property(p, f, ferry_cstr(attribute_local(name)), text, OWNER_LAST);
        break;
    }
}

/*
 * Playwright writes a suite for each file of each project, with the project as its `hostname`, and nothing else tells a test in one
 * browser from the same test in another. Its root has an `id`, and a case has its suite's name as its class.
 */
static void project_of_case(struct parse *p, struct frame *f)
{
    const struct frame *suite = p->n_frames > 1 ? p->frames[p->n_frames - 2] : NULL;
    if (p->root_has_id && suite && suite->el == EL_TESTSUITE && suite->host.len > 0 &&
        suite->name.len > 0 && ferry_eq(suite->name, f->class_name)) {
        parameter(p, f, "project", suite->host);
    }
}

void frame_case(struct parse *p, struct frame *f, const char **attributes)
{
    for (; attributes[0] && !p->rc; attributes += 2) {
        case_attribute(p, f, attributes[0], attributes[1]);
    }
    if (!p->rc) {
        project_of_case(p, f);
    }
}

int32_t frame_fault(struct parse *p, struct frame *f, enum element el, const char **attributes)
{
    struct fault *fault = frame_new(p, f, &f->faults, struct fault);
    struct timing t;
    if (!fault) {
        return -1;
    }
    fault->el = el;
    p->seen.failures += el == EL_FAILURE || el == EL_FLAKY_FAILURE || el == EL_RERUN_FAILURE;
    p->seen.errors += el == EL_ERROR || el == EL_FLAKY_ERROR || el == EL_RERUN_ERROR;
    t = (struct timing){&fault->has, &fault->flags, &fault->start_ms, &fault->duration_us};
    for (; attributes[0] && !p->rc; attributes += 2) {
        enum attribute what = attribute_of(&p->names, attributes[0]);
        if (what == AT_MESSAGE) {
            fault->message = frame_keep(p, f, ferry_cstr(attributes[1]));
        } else if (what == AT_TYPE) {
            fault->type = frame_keep(p, f, ferry_cstr(attributes[1]));
        } else if (what == AT_FILE && !f->file.ptr) { /* CxxTest, Catch2: where it failed */
            f->file = frame_keep(p, f, ferry_cstr(attributes[1]));
        } else if (what == AT_LINE && !(f->has & FERRY_RESULT_HAS_LINE)) {
            read_line(f, ferry_cstr(attributes[1]));
        } else if (what == AT_TIME && element_is_attempt(el)) {
            read_time(p, t, attributes[1]);
        } else if (what == AT_TIMESTAMP && element_is_attempt(el)) {
            read_stamp(p, t, attributes[1]);
        }
    }
    return (int32_t)f->faults.n - 1;
}

void frame_child_text(struct parse *p, struct frame *f, enum element el, struct ferry_str text)
{
    if (el == EL_NAME && !f->name.ptr) {
        f->name = frame_keep(p, f, text);
        if (f->el != EL_TESTCASE) { /* for the cases that follow */
            name_suite(p, f);
        }
    } else if (el == EL_CLASSNAME && !f->class_name.ptr) {
        f->class_name = frame_keep(p, f, text);
    } else if (el == EL_TIME && !(f->has & FERRY_RESULT_HAS_DURATION) && text.len > 0) {
        char value[80];
        snprintf(value, sizeof value, "%.*s", STR_ARG(str_sub(text, 0, 79)));
        read_time(p, timing_of(f), value);
    }
}
