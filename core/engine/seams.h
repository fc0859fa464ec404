/* SPDX-License-Identifier: MIT */
/*
 * seams.h - whether the pages of one list belong together. Where places are counted, a thing that is deleted while the list is read pushes
 * another one onto a page that was read already: nobody has seen it then, and what follows from "it is not there" cannot be undone.
 * Such pages overlap by one element (ferry_page), and here their ends are compared.
 *
 * Where each page begins with what the page before ends with, every thing that was there all the time has been shown. A list that only grew may
 * begin a page further up in the one before: what was inserted shifts things onto pages that are yet to be read, and hides none. As long as
 * its length stays the same, nothing but the very last one will do, or one thing might have been moved past the reader.
 */
#ifndef ENGINE_SEAMS_H
#define ENGINE_SEAMS_H

#include <ferry/tracker.h>

struct seam {
    uint64_t place, total;
    uint64_t first; /* what the page there begins with */
    uint64_t *
        ids; /* what stands on the page that leads there, the last one last; owned; NULL: none leads there yet */
    uint32_t n_ids;
};
struct seams {
    struct seam *list; /* those of which one side is known */
    uint32_t n, room;
    int torn;
};
void seams_finish(struct seams *s); /* accepts zeroed; ready for the next walk */
/* One more page, in any order; `page` may be NULL: its places are not counted. FERRY_E_NO_MEMORY. */
int32_t seams_add(struct seams *s, const struct ferry_page *page);
/* After the last page: nothing can have been missed. */
int seams_hold(const struct seams *s);

#endif
