/* SPDX-License-Identifier: MIT */
/*
 * desk_source.c - what a result that was read back does not tell, as far as its case at the source does. A planner gets it whole, and a person is told what
 * nobody knew.
 */
#include "desk.h"

#include "index.h"
#include "steps.h"

static int32_t note_untold(struct desk *d, uint32_t untold)
{
    struct ferry_desk sink = desk_sink(d);
    struct ferry_note note = {
        .size = sizeof note,
        .kind = FERRY_NOTE_SKIPPED,
        .field = FERRY_LIT("steps"),
        .text =
            arena_printf(&d->arena, "the texts of %u of its steps cannot be read back", untold)};
    return sink.note(sink.self, &note);
}

int32_t desk_complete(struct desk *d, struct ferry_item *item)
{
    const struct ferry_ref *ref = item->result ? ferry_ref_of(item, FERRY_CASE) : NULL;
    struct ferry_found found = {.size = sizeof found};
    struct ferry_result *result;
    if (!ref || !d->source_read || !steps_untold(item->result->steps, item->result->n_steps)) {
        return FERRY_OK;
    }
    int32_t rc = index_lookup(&d->e->journal, d->lane->source_dest, FERRY_CASE, FERRY_LIT("id"),
                              ref->id, &d->arena, &found, d->err);
    const struct ferry_case *its = !rc && found.item ? found.item->test_case : NULL;
    result = its ? arena_new(&d->arena, struct ferry_result) : NULL;
    if (result) {
        const struct ferry_step *const *told = steps_told(
            &d->arena, item->result->steps, item->result->n_steps, its->steps, its->n_steps);
        *result = *item->result;
        result->steps = told ? told : result->steps;
        item->result = result;
    }
    uint32_t untold = rc ? 0 : steps_untold(item->result->steps, item->result->n_steps);
    return rc || !untold ? rc : note_untold(d, untold);
}
