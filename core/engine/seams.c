/* SPDX-License-Identifier: MIT */
/* seams.c - see seams.h. */
#include "seams.h"

#include <stdlib.h>
#include <text.h>

void seams_finish(struct seams *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        free(s->list[i].ids);
    }
    free(s->list);
    memset(s, 0, sizeof *s);
}

/* The one at this place, made where it is not known yet; NULL: out of memory. */
static struct seam *seam_at(struct seams *s, struct ferry_str name, uint64_t total)
{
    uint64_t place = str_hash(name);
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->list[i].place == place) {
            return &s->list[i];
        }
    }
    if (s->n == s->room) {
        uint32_t room = s->room ? s->room * 2 : 16;
        struct seam *list = realloc(s->list, room * sizeof *list);
        if (!list) {
            return NULL;
        }
        s->list = list;
        s->room = room;
    }
    s->list[s->n] = (struct seam){.place = place, .total = total};
    return &s->list[s->n++];
}

/* Both sides are known now. */
static void close_seam(struct seams *s, struct seam *seam, uint64_t total)
{
    uint32_t from = seam->total == total ? seam->n_ids - 1 : 0;
    int joined = 0;
    for (uint32_t i = from; i < seam->n_ids && !joined; i++) {
        joined = seam->ids[i] == seam->first;
    }
    s->torn |= !joined;
    free(seam->ids);
    *seam = s->list[--s->n];
}

static int32_t join(struct seams *s, const struct ferry_page *page)
{
    struct seam *seam = seam_at(s, page->joins, page->total);
    if (!seam) {
        return FERRY_E_NO_MEMORY;
    }
    /* Nothing stands there: the list has become shorter. No digest is 0 but by a chance that costs one more reading. */
    seam->first = page->n_ids ? str_hash(page->ids[0]) : 0;
    if (seam->ids) {
        close_seam(s, seam, page->total);
    }
    return FERRY_OK;
}

static int32_t lead(struct seams *s, const struct ferry_page *page)
{
    struct seam *seam = seam_at(s, page->leads, page->total);
    uint64_t *ids = seam && !seam->ids ? calloc(page->n_ids, sizeof *ids) : NULL;
    if (!ids) {
        return seam && seam->ids ? FERRY_OK : FERRY_E_NO_MEMORY;
    }
    for (uint32_t i = 0; i < page->n_ids; i++) {
        ids[i] = str_hash(page->ids[i]);
    }
    seam->ids = ids;
    seam->n_ids = page->n_ids;
    if (seam->first) {
        close_seam(s, seam, page->total);
    }
    return FERRY_OK;
}

int32_t seams_add(struct seams *s, const struct ferry_page *page)
{
    int32_t rc = FERRY_OK;
    if (page && page->joins.len) {
        rc = join(s, page);
    }
    if (rc == FERRY_OK && page && page->leads.len) {
        s->torn |= page->n_ids == 0; /* it ends nowhere */
        rc = page->n_ids ? lead(s, page) : FERRY_OK;
    }
    return rc;
}

int seams_hold(const struct seams *s)
{
    int led = 0; /* to a page that was never read */
    for (uint32_t i = 0; i < s->n; i++) {
        led |= s->list[i].ids != NULL;
    }
    return !s->torn && !led;
}
