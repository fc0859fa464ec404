/* SPDX-License-Identifier: MIT */
/* system_fields.c - the fields that every workspace has, with their numbers and slugs. */
#include "mock.h"

#include "words.h"

#include <text.h>

const struct words mock_words[] = {
    {"severity",
     "Severity",
     0,
     {"undefined", "blocker", "critical", "major", "normal", "minor", "trivial"}},
    {"priority", "Priority", 0, {"undefined", "high", "medium", "low"}},
    {"type",
     "Type",
     1,
     {"other", "functional", "smoke", "regression", "security", "usability", "performance",
      "acceptance", "compatibility", "integration", "exploratory", "regress"}},
    {"layer", "Layer", 0, {"unknown", "e2e", "api", "unit"}},
    {"behavior", "Behavior", 1, {"undefined", "positive", "negative", "destructive"}},
    {"automation", "Automation status", 0, {"is-not-automated", "to-be-automated", "automated"}},
    {"status", "Status", 0, {"actual", "draft", "deprecated"}},
    {"result_status",
     "Result status",
     0,
     {"untested", "passed", "failed", "blocked", "retest", "skipped", "deleted", "in_progress",
      "invalid"}},
    {NULL, NULL, 0, {NULL}},
};

const struct words *mock_words_of(const char *slug)
{
    for (const struct words *w = mock_words; w->slug; w++) {
        if (str_is(ferry_cstr(slug), w->slug)) {
            return w;
        }
    }
    return NULL;
}

int mock_word_number(const struct words *w, struct ferry_str word, int64_t *out)
{
    for (int64_t i = 0; i < WORDS_MAX && w->list[i]; i++) {
        if (str_is(word, w->list[i])) {
            *out = w->first + i;
            return 1;
        }
    }
    return 0;
}

static void put_option(struct json_out *j, int64_t id, struct ferry_str slug)
{
    json_open(j, '{');
    json_member_int(j, "id", id);
    json_member(j, "title", slug);
    json_member(j, "slug", slug);
    json_close(j, '}');
}

static int is_required(struct http *h, const struct words *w)
{
    struct ferry_str rest = kit_option(h->call, "required"), slug;
    while (rest.len > 0 && str_split(&rest, '\n', &slug)) {
        if (str_is(slug, w->slug)) {
            return 1;
        }
    }
    return 0;
}

void mock_required_check(struct http *h, const struct cJSON *v, const char *prefix)
{
    int64_t n;
    for (const struct words *w = mock_words; w->slug; w++) {
        if (is_required(h, w) && !json_int(json_get(v, w->slug), &n)) {
            struct ferry_str field = arena_printf(&h->arena, "%s%s", prefix, w->slug);
            mock_fault(h, field, "Field \"%s\" is required.", w->title);
        }
    }
}

int32_t mock_system_fields(struct http *h)
{
    struct json_out *j = &h->json;
    mock_begin(h, 200);
    json_open(j, '[');
    for (const struct words *w = mock_words; w->slug; w++) {
        struct ferry_str rest = kit_option(h->call, "custom_statuses"), own;
        int64_t id = w->first;
        json_open(j, '{');
        json_member(j, "title", ferry_cstr(w->title));
        json_member(j, "slug", ferry_cstr(w->slug));
        json_key(j, "is_required");
        json_put_bool(j, is_required(h, w));
        json_key(j, "default_value");
        json_put_null(j);
        json_member_int(j, "entity", str_is(ferry_cstr(w->slug), "result_status") ? 1 : 0);
        json_key(j, "options");
        json_open(j, '[');
        for (int i = 0; i < WORDS_MAX && w->list[i]; i++) {
            put_option(j, id++, ferry_cstr(w->list[i]));
        }
        while (str_is(ferry_cstr(w->slug), "result_status") && rest.len > 0 &&
               str_split(&rest, '\n', &own)) {
            put_option(j, id++, own);
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
    mock_end(h);
    return FERRY_OK;
}
