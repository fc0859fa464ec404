/* SPDX-License-Identifier: MIT */
/* plan_show.h - the operations of a lane that would be carried out, for a dry run: one line or one object each. */
#ifndef ENGINE_PLAN_SHOW_H
#define ENGINE_PLAN_SHOW_H

#include "lane.h"

#include <json.h>

/* "create case", "complete run" ...; static, or in scratch for kinds of a plugin's own. */
const char *plan_kind_text(uint32_t kind, char scratch[40]);

/* Appends a table; ids that do not exist yet stand as <run>, <case KEY_1>. */
int32_t plan_show_text(struct engine *e, int64_t lane, struct buf *out, struct ferry_error *err);
/* Writes an array of {"operation","key","name","status","needs":[...]}. */
int32_t plan_show_json(struct engine *e, int64_t lane, struct json_out *out,
                       struct ferry_error *err);

#endif
