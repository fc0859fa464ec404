/* SPDX-License-Identifier: MIT */
/*
 * convention.c - what tests and runners agreed to write where JUnit has no place for it: properties
 * named "attachment" or "step[passed]". Called by frame.c and parse.c, and by marks.c for what stands in
 * the output. It must never open what an attachment names.
 */
#include "parse.h"
#include "text.h"

static struct ferry_str base_name(struct ferry_str path)
{
    for (uint64_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\') {
            return str_sub(path, i, path.len);
        }
    }
    return path;
}

static struct mark *new_mark(struct parse *p, struct frame *f, int32_t owner)
{
    struct mark *m = frame_new(p, f, &f->marks, struct mark);
    if (m) {
        m->owner = owner;
    }
    return m;
}

static void attach_path(struct parse *p, struct frame *f, struct ferry_str path, int32_t owner)
{
    struct mark *m;
    path = str_trim(path);
    m = path.len > 0 ? new_mark(p, f, owner) : NULL;
    if (m) {
        m->path = frame_keep(p, f, path);
        m->name = base_name(m->path);
    }
}

/* The text without its escapes, in `plain`; as it stands where it has none. */
static struct ferry_str unescaped(struct parse *p, struct ferry_str text, struct buf *plain)
{
    int good = data_uri_unescape(text, plain);
    if (plain->failed == FERRY_E_NO_MEMORY) {
        parse_fail(p, plain->failed, "", "out of memory for an attachment");
    }
    return good ? buf_str(plain) : text;
}

/* A value of this length was cut on its way here, by filter.c or capture.c: half a file is none. */
static int is_cut(const struct parse *p, struct ferry_str value)
{
    return p->value_cut || value.len >= PARSE_PROPERTY_MAX;
}

static void refuse_data(struct parse *p, struct ferry_str uri, const char *why)
{
    struct shown shown;
    if (!p->rc) {
        p->rc = notice_say(p->notices, NOTICE_DATA_URI, parse_place(p),
                           "attachment \"%s\" %s, left out", parse_show(&shown, uri), why);
    }
}

/* "data:...": the bytes leave through the sink; the URI is not kept beside them. */
static void attach_data(struct parse *p, struct frame *f, struct ferry_str uri, int32_t owner)
{
    struct ferry_str mime, name;
    struct buf bytes, plain;
    struct mark *m;
    buf_init(&bytes, PARSE_CASE_MAX);
    buf_init(&plain, PARSE_PART_MAX);
    if (is_cut(p, uri)) {
        refuse_data(p, uri, "is longer than 4 MiB; attach such a file by its path");
        goto out;
    }
    if (!data_uri_decode(uri, &bytes, &mime, &name)) {
        if (bytes.failed == FERRY_E_NO_MEMORY) {
            parse_fail(p, bytes.failed, "", "out of memory for an attachment");
        } else {
            refuse_data(p, uri, "is no readable data: URI");
        }
        goto out;
    }
    name = unescaped(p, name, &plain);
    m = new_mark(p, f, owner);
    if (m) {
        m->data = capture_send(p, (struct ferry_str){buf_cstr(&bytes), bytes.len});
        m->mime = mime.len > 0 ? frame_keep(p, f, mime) : m->mime;
        m->name = name.len > 0 ? base_name(frame_keep(p, f, name))
                               : arena_printf(&f->arena, "attachment-%u", (unsigned)f->marks.n);
    }
out:
    buf_finish(&bytes);
    buf_finish(&plain);
}

/* What is somewhere else is not fetched: it stays a property. */
int convention_is_url(struct ferry_str v)
{
    return v.len > 0 && memmem(v.ptr, (size_t)v.len, "://", 3) != NULL;
}

/* "file:///tmp/a%20b.png", also with a host, which can only be this one. */
static void attach_file_url(struct parse *p, struct frame *f, struct ferry_str url, int32_t owner)
{
    struct ferry_str path = str_sub(url, 7, url.len);
    const char *slash = path.len > 0 ? memchr(path.ptr, '/', (size_t)path.len) : NULL;
    struct buf plain;
    buf_init(&plain, PARSE_PART_MAX);
    if (slash &&
        str_is_nocase((struct ferry_str){path.ptr, (uint64_t)(slash - path.ptr)}, "localhost")) {
        path = str_sub(path, (uint64_t)(slash - path.ptr), path.len);
    }
    attach_path(p, f, unescaped(p, path, &plain), owner);
    buf_finish(&plain);
}

int convention_attach(struct parse *p, struct frame *f, struct ferry_str value, int32_t owner)
{
    struct ferry_str v = str_trim(value);
    if (str_is_nocase(str_sub(v, 0, 5), "data:")) {
        attach_data(p, f, v, owner);
        return 1;
    }
    if (str_is_nocase(str_sub(v, 0, 7), "file://")) {
        attach_file_url(p, f, v, owner);
    } else if (!convention_is_url(v)) {
        attach_path(p, f, v, owner);
    }
    return 0;
}

struct word {
    const char *word;
    uint32_t status;
};
static const struct word STEP_WORDS[] = {
    {"passed", FERRY_PASSED},   {"pass", FERRY_PASSED},     {"success", FERRY_PASSED},
    {"failed", FERRY_FAILED},   {"failure", FERRY_FAILED},  {"fail", FERRY_FAILED},
    {"error", FERRY_ERRORED},   {"errored", FERRY_ERRORED}, {"skipped", FERRY_SKIPPED},
    {"skip", FERRY_SKIPPED},    {"blocked", FERRY_BLOCKED}, {"untested", FERRY_NOT_RUN},
    {"not_run", FERRY_NOT_RUN},
};

static uint32_t step_status(struct ferry_str word)
{
    for (size_t i = 0; i < sizeof STEP_WORDS / sizeof STEP_WORDS[0]; i++) {
        if (str_is_nocase(word, STEP_WORDS[i].word)) {
            return STEP_WORDS[i].status;
        }
    }
    return FERRY_OTHER;
}

/* "step", "step12", "step_12", "step[passed]", "step 3[skipped]". Returns 0 where the name is another. */
static int is_step(struct ferry_str name, struct ferry_str *word)
{
    uint64_t i = 4;
    *word = (struct ferry_str){NULL, 0};
    if (!str_is_nocase(str_sub(name, 0, 4), "step")) {
        return 0;
    }
    while (i < name.len && name.ptr[i] && strchr("0123456789_-. ", name.ptr[i])) {
        i++;
    }
    if (i < name.len && name.ptr[i] == '[' && name.ptr[name.len - 1] == ']') {
        *word = str_sub(name, i + 1, name.len - i - 2);
        return 1;
    }
    return i == name.len;
}

/* One more line of a text; empty ones are none. */
static void add_line(struct frame *f, struct ferry_str *to, struct ferry_str label,
                     struct ferry_str text)
{
    if (text.len == 0) {
        return;
    }
    *to = arena_printf(&f->arena, "%.*s%s%.*s%s%.*s", STR_ARG(*to), to->len ? "\n" : "",
                       STR_ARG(label), label.len ? ": " : "", STR_ARG(text));
}

/* A <test-step-subfield name="...">text</...> at s, or not: then 0. *rest: what is behind it. */
static int subfield(struct ferry_str s, struct ferry_str *name, struct ferry_str *text,
                    struct ferry_str *rest)
{
    static const char open[] = "<test-step-subfield", close[] = "</test-step-subfield>";
    const char *from = s.len ? memmem(s.ptr, (size_t)s.len, open, sizeof open - 1) : NULL;
    const char *end, *quote;
    if (!from) {
        return 0;
    }
    s = str_sub(s, (uint64_t)(from - s.ptr) + sizeof open - 1, s.len);
    end = s.len ? memchr(s.ptr, '>', (size_t)s.len) : NULL;
    from = end ? memmem(s.ptr, (size_t)(end - s.ptr), "name=", 5) : NULL;
    quote = from && from + 6 < end ? memchr(from + 6, from[5], (size_t)(end - from - 6)) : NULL;
    if (!quote || (from[5] != '"' && from[5] != '\'')) {
        return 0;
    }
    *name = (struct ferry_str){from + 6, (uint64_t)(quote - from - 6)};
    s = str_sub(s, (uint64_t)(end + 1 - s.ptr), s.len);
    end = s.len ? memmem(s.ptr, (size_t)s.len, close, sizeof close - 1) : NULL;
    *text = str_trim(str_sub(s, 0, end ? (uint64_t)(end - s.ptr) : s.len));
    *rest = end ? str_sub(s, (uint64_t)(end - s.ptr) + sizeof close - 1, s.len)
                : (struct ferry_str){NULL, 0};
    return 1;
}

/* What a step says, or its fields, where it is written with those that Testmo knows. */
static void fill_step(struct parse *p, struct frame *f, struct ferry_step *step,
                      struct ferry_str text)
{
    struct ferry_str none = {NULL, 0}, rest = text, name, part;
    int fields = 0;
    for (; subfield(rest, &name, &part, &rest); fields++) {
        if (str_is_nocase(name, "step") || str_is_nocase(name, "action")) {
            add_line(f, &step->action, none, part);
        } else if (str_is_nocase(name, "expected") || str_is_nocase(name, "expected result")) {
            add_line(f, &step->expected, none, part);
        } else if (str_is_nocase(name, "data") || str_is_nocase(name, "test data")) {
            add_line(f, &step->data, none, part);
        } else {
            add_line(f, &step->comment, name, part);
        }
    }
    if (fields == 0) {
        step->action = frame_keep(p, f, text);
    } else if (f->arena.failed) {
        frame_overfull(p, f);
    }
}

static void add_step(struct parse *p, struct frame *f, struct ferry_str word, struct ferry_str text)
{
    struct ferry_step *step = frame_new(p, f, &f->steps, struct ferry_step);
    if (!step) {
        return;
    }
    step->size = sizeof *step;
    step->status = word.len > 0 ? step_status(word) : 0;
    fill_step(p, f, step, text);
    if (step->status == FERRY_OTHER) {
        add_line(f, &step->comment, (struct ferry_str){NULL, 0}, word);
    }
}

/* "passed:Login successful", as trcli has it; a first word that is no status is part of the text. */
static void add_testrail_step(struct parse *p, struct frame *f, struct ferry_str value)
{
    struct ferry_str text = value, word;
    str_split(&text, ':', &word);
    word = str_trim(word);
    if (!text.ptr || word.len == 0 || step_status(word) == FERRY_OTHER) {
        word = (struct ferry_str){NULL, 0};
        text = value;
    }
    add_step(p, f, word, str_trim(text));
}

static void add_word(struct parse *p, struct frame *f, struct list *list, struct ferry_str word)
{
    struct ferry_str *slot;
    word = str_trim(word);
    if (word.len == 0) {
        return;
    }
    slot = frame_new(p, f, list, struct ferry_str);
    if (slot) {
        *slot = frame_keep(p, f, word);
    }
}

void convention_tags(struct parse *p, struct frame *f, struct ferry_str words)
{
    struct ferry_str piece;
    int comma = words.len && memchr(words.ptr, ',', (size_t)words.len);
    char mark = comma ? ',' : words.len && memchr(words.ptr, ';', (size_t)words.len) ? ';' : ' ';
    words = str_trim(words);
    while (str_split(&words, mark, &piece)) {
        add_word(p, f, &f->tags, piece);
    }
}

static int is_case_id(const struct parse *p, struct ferry_str name)
{
    struct ferry_str names = p->options.case_id_properties, piece;
    while (str_split(&names, '\n', &piece)) {
        if (piece.len > 0 && piece.len == name.len && str_cmp_nocase(piece, name) == 0) {
            return 1;
        }
    }
    return 0;
}

static void add_case_ids(struct parse *p, struct frame *f, struct ferry_str value)
{
    struct ferry_str piece;
    while (str_split(&value, ',', &piece)) {
        add_word(p, f, &f->case_ids, piece);
    }
}

/* "url:docs" is "docs", and the rest says how to show its value. */
static struct ferry_str without_hint(struct ferry_str name)
{
    static const char *const hints[] = {"url:", "html:", "console:"};
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        size_t n = strlen(hints[i]);
        if (name.len > n && str_starts(name, hints[i])) {
            return str_sub(name, n, name.len);
        }
    }
    return name;
}

static int is_attachment(struct ferry_str name)
{
    return str_starts(name, "attachment") || str_starts(name, "testrail_attachment");
}

/* 1 where the property is that of a case and was taken for what it means. */
static int take_property(struct parse *p, struct frame *f, struct ferry_str name,
                         struct ferry_str value, int32_t owner)
{
    struct ferry_str word;
    if (is_attachment(name)) {
        return convention_attach(p, f, value, owner);
    }
    if (is_step(name, &word)) {
        add_step(p, f, word, value);
        return 1;
    }
    if (str_is(name, "testrail_result_step")) {
        add_testrail_step(p, f, value);
        return 1;
    }
    if (str_is_nocase(name, "tag")) {
        add_word(p, f, &f->tags, value);
    } else if (str_is_nocase(name, "tags")) {
        convention_tags(p, f, value);
    } else if (is_case_id(p, name)) {
        add_case_ids(p, f, value);
    }
    return 0;
}

void convention_property(struct parse *p, struct frame *f, struct ferry_str name,
                         struct ferry_str value, int32_t owner)
{
    name = without_hint(name);
    if (f->el == EL_TESTCASE) {
        if (take_property(p, f, name, value, owner)) {
            return;
        }
    } else if (is_attachment(name) && !p->rc && !notice_counted(p->notices, NOTICE_SUITE_FILE)) {
        struct shown file, suite;
        p->rc = notice_say(p->notices, NOTICE_SUITE_FILE, parse_place(p),
                           "attachment \"%s\" is of suite \"%s\" and of no test, left out",
                           parse_show(&file, value), parse_show(&suite, f->name));
    }
    frame_property(p, f, name, value);
}
