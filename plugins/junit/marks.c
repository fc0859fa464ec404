/* SPDX-License-Identifier: MIT */
/*
 * marks.c - lines like [[ATTACHMENT|path]] and [[PROPERTY|name=value]] in the output of tests, for runners that let tests say it
 * nowhere else. Output comes in pieces, so a mark may be cut in two. Called by capture.c; what a mark means is
 * convention.c's to know. It must never take a line away from the output it stands in.
 */
#include "parse.h"
#include "text.h"

enum {
    MARK_MAX = 8 * 1024,     /* a mark on one line; a block may have PARSE_TEXT_MAX */
    MARK_DATA_MAX = 4 << 20, /* one that holds the file itself */
};

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
    if (name.len > 0) {
        convention_property(p, f, name, str_trim(rest), owner);
    }
    return MARK_TAKEN;
}

/* The Jenkins plugin that began with this has "path|{...}" too, with notes about the file in JSON. */
static void take_attachment(struct parse *p, struct frame *f, struct ferry_str line, int32_t owner)
{
    const char *notes = find(line, "|{");
    line.len = notes ? (uint64_t)(notes - line.ptr) : line.len;
    if (!convention_attach(p, f, line, owner) && convention_is_url(line)) {
        frame_property(p, f, FERRY_LIT("attachment"), str_trim(line));
    }
}

/* A mark at the start of s, which begins with "[[". */
static enum outcome take_mark(struct parse *p, struct frame *f, struct ferry_str s, int32_t owner,
                              uint64_t *used)
{
    static const char attachment[] = "[[ATTACHMENT|", property[] = "[[PROPERTY|";
    int is_property = could_start(s, property);
    uint64_t head = is_property ? sizeof property - 1 : sizeof attachment - 1;
    struct ferry_str line, name;
    const char *end, *equals;
    uint64_t most;
    if (!is_property && !could_start(s, attachment)) {
        return MARK_NONE;
    }
    most = is_property || !could_start(str_sub(s, head, 5), "data:") ? MARK_MAX : MARK_DATA_MAX;
    line = str_sub(s, head, most);
    end = find(line, "\n");
    line.len = end ? (uint64_t)(end - line.ptr) : line.len;
    if (!find(line, "]]")) {
        if (!end && s.len > most && most == MARK_DATA_MAX && !p->rc) {
            p->rc =
                notice_say(p->notices, NOTICE_DATA_URI, parse_place(p),
                           "a file of more than 4 MiB in the output stays part of it; attach such "
                           "a file by its path");
        }
        return end || p->last_piece || s.len > most ? MARK_NONE : MARK_CUT;
    }
    line.len = (uint64_t)(find(line, "]]") - line.ptr);
    *used = head + line.len + 2;
    if (!is_property) {
        take_attachment(p, f, line, owner);
        return MARK_TAKEN;
    }
    equals = line.len > 0 ? memchr(line.ptr, '=', (size_t)line.len) : NULL;
    if (!equals) {
        return take_block(p, f, s, str_trim(line), *used, owner, used);
    }
    head = (uint64_t)(equals - line.ptr);
    name = str_trim(str_sub(line, 0, head));
    if (name.len > 0) {
        convention_property(p, f, name, str_trim(str_sub(line, head + 1, line.len)), owner);
    }
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

void marks_read(struct parse *p, struct frame *f, struct ferry_str piece, int32_t owner, int last)
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
