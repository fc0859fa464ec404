/* SPDX-License-Identifier: MIT */
/* steps.c - see steps.h. */
#include "steps.h"

#include <stddef.h>

enum { DEEPEST = 32 };

static uint32_t untold(const struct ferry_step *const *steps, uint32_t n, int depth)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n && depth < DEEPEST; i++) {
        count += steps[i]->action.len == 0;
        count += untold(steps[i]->steps, steps[i]->n_steps, depth + 1);
    }
    return count;
}

uint32_t steps_untold(const struct ferry_step *const *steps, uint32_t n)
{
    return untold(steps, n, 0);
}

static const struct ferry_step *const *told(struct arena *a, const struct ferry_step *const *steps,
                                            uint32_t n, const struct ferry_step *const *texts,
                                            uint32_t n_texts, int depth)
{
    const struct ferry_step **out = n > 0 && n == n_texts && depth < DEEPEST
                                        ? arena_array(a, const struct ferry_step *, n)
                                        : NULL;
    for (uint32_t i = 0; out && i < n; i++) {
        struct ferry_step *s = arena_new(a, struct ferry_step);
        const struct ferry_step *from = texts[i];
        if (!s) {
            return NULL;
        }
        *s = *steps[i];
        s->action = s->action.len ? s->action : from->action;
        s->expected = s->expected.len ? s->expected : from->expected;
        s->data = s->data.len ? s->data : from->data;
        if (s->n_steps || from->n_steps) {
            s->steps = told(a, s->steps, s->n_steps, from->steps, from->n_steps, depth + 1);
            if (!s->steps) {
                return NULL;
            }
        }
        out[i] = s;
    }
    return out;
}

const struct ferry_step *const *steps_told(struct arena *a, const struct ferry_step *const *steps,
                                           uint32_t n, const struct ferry_step *const *texts,
                                           uint32_t n_texts)
{
    return told(a, steps, n, texts, n_texts, 0);
}
