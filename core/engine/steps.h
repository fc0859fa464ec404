/* SPDX-License-Identifier: MIT */
/*
 * steps.h - the texts of steps. Many trackers take steps with their texts and show them again without; who knows the texts from elsewhere
 * (what was sent, the case) can give them back.
 */
#ifndef ENGINE_STEPS_H
#define ENGINE_STEPS_H

#include <arena.h>

#include <ferry/model.h>

/* How many of them, at any depth, do not say what was done. */
uint32_t steps_untold(const struct ferry_step *const *steps, uint32_t n);
/*
 * The steps with action, expected and data of `texts` where they have none of their own. In the arena; NULL where the two are not of one
 * shape (as many at each depth), n is 0, or there is no memory (the arena failed).
 */
const struct ferry_step *const *steps_told(struct arena *a, const struct ferry_step *const *steps,
                                           uint32_t n, const struct ferry_step *const *texts,
                                           uint32_t n_texts);

#endif
