/* SPDX-License-Identifier: MIT */
/*
 * convention.c - what tests and runners agreed to write where JUnit has no place for it: properties
 * named "attachment" or "step[passed]", and lines like [[ATTACHMENT|path]] in the output. Called by
 * frame.c, capture.c and parse.c. It must never open what an attachment names, and never take a
 * line away from the output it stands in.
 */
#include "parse.h"
#include "text.h"

enum { MARK_MAX = 8 * 1024 }; /* a mark on one line; a block may have PARSE_TEXT_MAX */

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

/* "data:...": the bytes leave through the sink; the URI is not kept beside them. */
static void attach_data(struct parse *p, struct frame *f, struct ferry_str uri, int32_t owner)
{
    struct ferry_str mime, name;
    struct buf bytes;
    struct mark *m;
    buf_init(&bytes, PARSE_CASE_MAX);
    if (!data_uri_decode(uri, &bytes, &mime, &name)) {
        struct shown shown;
        if (bytes.failed == FERRY_E_NO_MEMORY) {
            parse_fail(p, bytes.failed, "", "out of memory for an attachment");
        } else if (!p->rc) {
            p->rc = notice_say(p->notices, NOTICE_DATA_URI, parse_place(p),
                               "attachment \"%s\" is no readable data: URI, left out",
                               parse_show(&shown, uri));
        }
        goto out;
    }
    m = new_mark(p, f, owner);
    if (m) {
        m->data = capture_send(p, (struct ferry_str){buf_cstr(&bytes), bytes.len});
        m->mime = mime.len > 0 ? frame_keep(p, f, mime) : m->mime;
        m->name = name.len > 0 ? base_name(frame_keep(p, f, name))
                               : arena_printf(&f->arena, "attachment-%u", (unsigned)f->marks.n);
    }
out:
    buf_finish(&bytes);
}

/* What is somewhere else is not fetched: it stays a property. */
static int is_url(struct ferry_str v)
{
    return v.len > 0 && memmem(v.ptr, (size_t)v.len, "://", 3) != NULL;
}

/* 1 where the value was an attachment in itself and need not be kept as a property. */
static int attach(struct parse *p, struct frame *f, struct ferry_str value, int32_t owner)
{
    struct ferry_str v = str_trim(value);
    if (str_is_nocase(str_sub(v, 0, 5), "data:")) {
        attach_data(p, f, v, owner);
        return 1;
    }
    if (str_starts(v, "file://")) {
        v = str_sub(v, 7, v.len);
    }
    if (!is_url(v)) {
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

/* "step", "step12", "step[passed]", "step3[skipped]". Returns 0 where the name is another. */
static int is_step(struct ferry_str name, struct ferry_str *word)
{
    uint64_t i = 4;
    *word = (struct ferry_str){NULL, 0};
    if (!str_starts(name, "step")) {
        return 0;
    }
    while (i < name.len && name.ptr[i] >= '0' && name.ptr[i] <= '9') {
        i++;
    }
    if (i < name.len && name.ptr[i] == '[' && name.ptr[name.len - 1] == ']') {
        *word = str_sub(name, i + 1, name.len - i - 2);
        return 1;
    }
    return i == name.len;
}

static void add_step(struct parse *p, struct frame *f, struct ferry_str word,
                     struct ferry_str action)
{
    struct ferry_step *step = frame_new(p, f, &f->steps, struct ferry_step);
    if (!step) {
        return;
    }
    step->size = sizeof *step;
    step->status = word.len > 0 ? step_status(word) : 0;
    step->action = frame_keep(p, f, action);
    if (step->status == FERRY_OTHER) {
        step->comment = frame_keep(p, f, word);
    }
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

void convention_property(struct parse *p, struct frame *f, struct ferry_str name,
                         struct ferry_str value, int32_t owner)
{
    struct ferry_str word;
    if (f->el == EL_TESTCASE) {
        if (str_starts(name, "url:") || str_starts(name, "html:")) { /* hints about the value */
            name = str_sub(name, name.ptr[0] == 'u' ? 4 : 5, name.len);
        }
        if (str_starts(name, "attachment") || str_starts(name, "testrail_attachment")) {
            if (attach(p, f, value, owner)) {
                return;
            }
        } else if (is_step(name, &word)) {
            add_step(p, f, word, value);
            return;
        } else if (str_is_nocase(name, "tag")) {
            add_word(p, f, &f->tags, value);
        } else if (str_is_nocase(name, "tags")) {
            convention_tags(p, f, value);
        } else if (is_case_id(p, name)) {
            add_case_ids(p, f, value);
        }
    }
    frame_property(p, f, name, value);
}

/* ---- marks in output ------------------------------------------------------------------------ */

static const char *find(struct ferry_str s, const char *what)
{
    return s.len > 0 ? memmem(s.ptr, (size_t)s.len, what, strlen(what)) : NULL;
}

/* 1 where s begins with `text`, or is too short to tell. */
static int could_start(struct ferry_str s, const char *text)
{
    size_t n = strlen(text);
    return memcmp(s.ptr, text, s.len < n ? (size_t)s.len : n) == 0;
}

enum outcome { MARK_NONE, MARK_TAKEN, MARK_CUT };

/* "[[PROPERTY|name]]" with its lines, up to "[[/PROPERTY]]". *used: bytes of s. */
static enum outcome take_block(struct parse *p, struct frame *f, struct ferry_str s,
                               struct ferry_str name, uint64_t from, int32_t owner, uint64_t *used)
{
    static const char end_mark[] = "[[/PROPERTY]]";
    struct ferry_str rest = str_sub(s, from, s.len);
    const char *end = p->no_blocks ? NULL : find(rest, end_mark);
    if (!end) { /* looked for once only: output may be full of beginnings */
        p->no_blocks = p->no_blocks || p->last_piece || s.len > PARSE_TEXT_MAX;
        return p->no_blocks ? MARK_NONE : MARK_CUT;
    }
    *used = from + (uint64_t)(end - rest.ptr) + sizeof end_mark - 1;
    rest.len = (uint64_t)(end - rest.ptr);
    convention_property(p, f, name, str_trim(rest), owner);
    return MARK_TAKEN;
}

/* A mark at the start of s, which begins with "[[". */
static enum outcome take_mark(struct parse *p, struct frame *f, struct ferry_str s, int32_t owner,
                              uint64_t *used)
{
    static const char attachment[] = "[[ATTACHMENT|", property[] = "[[PROPERTY|";
    int is_property = could_start(s, property);
    uint64_t head = is_property ? sizeof property - 1 : sizeof attachment - 1;
    struct ferry_str line;
    const char *end, *equals;
    if (!is_property && !could_start(s, attachment)) {
        return MARK_NONE;
    }
    line = str_sub(s, head, MARK_MAX);
    end = find(line, "\n");
    line.len = end ? (uint64_t)(end - line.ptr) : line.len;
    if (!find(line, "]]")) {
        return end || p->last_piece || s.len > MARK_MAX ? MARK_NONE : MARK_CUT;
    }
    line.len = (uint64_t)(find(line, "]]") - line.ptr);
    *used = head + line.len + 2;
    if (!is_property) {
        if (!attach(p, f, line, owner) && is_url(line)) {
            frame_property(p, f, FERRY_LIT("attachment"), str_trim(line));
        }
        return MARK_TAKEN;
    }
    equals = line.len > 0 ? memchr(line.ptr, '=', (size_t)line.len) : NULL;
    if (!equals) {
        return take_block(p, f, s, line, *used, owner, used);
    }
    head = (uint64_t)(equals - line.ptr);
    convention_property(p, f, str_trim(str_sub(line, 0, head)),
                        str_trim(str_sub(line, head + 1, line.len)), owner);
    return MARK_TAKEN;
}

/* Takes the marks of s; what is left over at its end may be the beginning of one. */
static struct ferry_str take_marks(struct parse *p, struct frame *f, struct ferry_str s,
                                   int32_t owner)
{
    const char *at;
    while ((at = find(s, "[[")) != NULL && !p->rc) {
        uint64_t used = 2;
        enum outcome outcome;
        s = str_sub(s, (uint64_t)(at - s.ptr), s.len);
        outcome = take_mark(p, f, s, owner, &used);
        if (outcome == MARK_CUT) {
            return s;
        }
        s = str_sub(s, outcome == MARK_NONE ? 1 : used, s.len);
    }
    return s.len > 0 && s.ptr[s.len - 1] == '[' ? str_sub(s, s.len - 1, 1)
                                                : (struct ferry_str){NULL, 0};
}

void convention_output(struct parse *p, struct frame *f, struct ferry_str piece, int32_t owner,
                       int last)
{
    struct ferry_str rest;
    p->last_piece = last;
    if (p->carry.len > 0) {
        buf_put(&p->carry, piece);
        rest = take_marks(p, f, buf_str(&p->carry), owner);
        if (rest.len > 0 && rest.ptr > p->carry.ptr) {
            memmove(p->carry.ptr, rest.ptr, (size_t)rest.len);
        }
        buf_cut(&p->carry, (size_t)rest.len);
    } else {
        rest = take_marks(p, f, piece, owner);
        buf_put(&p->carry, last ? (struct ferry_str){NULL, 0} : rest);
    }
    if (p->carry.failed) {
        parse_fail(p, p->carry.failed, "", "out of memory for the output of a test");
    }
    if (last) {
        buf_reset(&p->carry);
    }
}
