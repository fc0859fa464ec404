/* SPDX-License-Identifier: MIT */
/*
 * codec_page.c - where a page of a list begins and ends, and which pages are still to be asked for. Offsets count what stands there now: a
 * thing deleted from an earlier page moves all others up, so each page begins with what ended the one before, and the host sees whether it did.
 */
#include "codec.h"

#include <text.h>

enum { IDS_MAX = 64 * 1024, STEP = QASE_PAGE - 1 };

/* --- places in lists ------------------------------------------------------------------------------------ */

void qase_place_text(const struct qase_place *p, char out[96])
{
    snprintf(out, 96, "o%lld;f%lld;t%lld;s%d%s", (long long)p->offset, (long long)p->from_s,
             (long long)p->to_s, p->found, p->alone ? ";n1" : "");
}

int qase_place_parse(struct ferry_str cursor, struct qase_place *out)
{
    struct ferry_str part;
    memset(out, 0, sizeof *out);
    if (!cursor.ptr) {
        return 1;
    }
    while (str_split(&cursor, ';', &part)) {
        int64_t n;
        if (part.len < 2 || !str_int64(str_sub(part, 1, part.len), &n) || n < 0) {
            return 0;
        }
        switch (part.ptr[0]) {
        case 'o':
            out->offset = n;
            break;
        case 'f':
            out->from_s = n;
            break;
        case 't':
            out->to_s = n;
            break;
        case 's':
            out->found = n != 0;
            break;
        case 'n':
            out->alone = n != 0;
            break;
        default:
            return 0;
        }
    }
    return out->offset <= QASE_REACH;
}

int qase_place_of(const struct ferry_ask *ask, struct qase_place *out)
{
    int64_t known = 0;
    struct ferry_str skip = ferry_get(ask->filters, ask->n_filters, FERRY_LIT("skip"));
    int rc = qase_place_parse(ask->cursor, out);
    if (rc && !ask->cursor.ptr && str_int64(skip, &known) && known > 0 && known <= QASE_REACH) {
        out->offset = known;
        out->alone = 1;
    }
    return rc;
}

/* Without what the pages before have found: both pages that meet there call it the same. */
static void seam_text(const struct qase_place *p, char out[96])
{
    struct qase_place seam = {.offset = p->offset, .from_s = p->from_s, .to_s = p->to_s};
    qase_place_text(&seam, out);
}

/* --- a page ------------------------------------------------------------------------------------------------ */

void qase_page_begin(struct qase_page *p, const struct ferry_ask *ask)
{
    memset(p, 0, sizeof *p);
    qase_place_of(ask, &p->here);
    p->joined = p->here.offset > 0 && !p->here.alone;
    arena_init(&p->memory, IDS_MAX);
}

void qase_page_finish(struct qase_page *p)
{
    arena_finish(&p->memory);
}

int qase_page_element(struct qase_page *p, const struct cJSON *element)
{
    char digits[24];
    struct ferry_str id = json_str(json_get(element, "hash"));
    id = id.len ? id : json_id(json_get(element, "id"), digits);
    if (p->n_ids < QASE_PAGE) {
        p->ids[p->n_ids++] = arena_str(&p->memory, str_sub(id, 0, 100));
    }
    return p->seen++ > 0 || !p->joined;
}

int32_t qase_tell_next(const struct ferry_reply *reply, const struct qase_place *place)
{
    char text[96];
    qase_place_text(place, text);
    return reply->next(reply->self, ferry_cstr(text));
}

/* The page behind this one; 0: there is none. A server may give fewer at once than it was asked for. */
static int next_place(const struct qase_page *p, int64_t filtered, struct qase_place *next)
{
    int64_t got = (int64_t)p->seen;
    int is_short = got > 0 && got < QASE_PAGE;
    *next = p->here;
    next->alone = got == 1; /* no element but the one that two pages share: they share none */
    next->offset += next->alone ? 1 : is_short ? got - 1 : STEP;
    return next->offset + !next->alone < filtered && next->offset <= QASE_REACH;
}

/* A page that is empty where there should be more leads on all the same: nothing joins it, and the list is read again. */
static int32_t tell_page(const struct qase_page *p, int64_t filtered, int more,
                         const struct qase_place *next, const struct ferry_reply *reply)
{
    char joins[96], leads[96];
    struct ferry_page page = {
        .size = sizeof page, .ids = p->ids, .n_ids = p->n_ids, .total = (uint64_t)filtered};
    if (p->joined) {
        seam_text(&p->here, joins);
        page.joins = ferry_cstr(joins);
    }
    if ((more && !next->alone) || (p->seen == 0 && p->here.offset < filtered)) {
        seam_text(next, leads);
        page.leads = ferry_cstr(leads);
    }
    const struct ferry_verdict verdict = {.size = sizeof verdict, .page = &page};
    return reply->verdict(reply->self, &verdict);
}

int32_t qase_page_end(struct qase_page *p, int64_t filtered, enum qase_pages which,
                      const struct ferry_reply *reply, int *any)
{
    struct qase_place next = p->here;
    int more = *any = which != QASE_NO_PAGE && next_place(p, filtered, &next);
    int32_t rc = p->memory.failed;
    rc = rc ? rc : tell_page(p, filtered, more, &next, reply);
    rc = rc || !more ? rc : qase_tell_next(reply, &next);
    if (which != QASE_ALL_PAGES || p->here.offset > 0 || next.alone || p->seen < QASE_PAGE) {
        return rc; /* the first page has named the rest; this is for a list that grew */
    }
    while (rc == FERRY_OK && more && (next.offset += STEP) + 1 < filtered &&
           next.offset <= QASE_REACH) {
        rc = qase_tell_next(reply, &next);
    }
    return rc;
}
