/* SPDX-License-Identifier: MIT */
/* status_map.c - see status_map.h. */
#include "status_map.h"

#include <text.h>

/* What others call a status of ferry's; NULL: nobody calls it otherwise. */
static const char *other_word(uint32_t status)
{
    return status == FERRY_ERRORED ? "invalid" : status == FERRY_NOT_RUN ? "skipped" : NULL;
}

static int is_word_of(struct ferry_str word, const struct ferry_result *r)
{
    const char *other = other_word(r->status);
    return (!str_empty(r->status_text) && str_cmp_nocase(word, r->status_text) == 0) ||
           str_is_nocase(word, ferry_result_status_text(r->status)) ||
           (other && str_is_nocase(word, other));
}

static struct ferry_str option(const struct target *t, const char *name)
{
    return ferry_get(t->options, t->n_options, ferry_cstr(name));
}

/* The next FROM=TO; 0 at the end. A side that is not there is empty. */
static int next_pair(struct ferry_str *rest, struct ferry_str *from, struct ferry_str *to)
{
    struct ferry_str line;
    if (!str_split(rest, '\n', &line)) {
        return 0;
    }
    *to = line;
    str_split(to, '=', from);
    *from = str_trim(*from);
    *to = str_trim(*to);
    return 1;
}

static void set_status(struct ferry_result *r, struct ferry_str to)
{
    for (uint32_t status = FERRY_PASSED; status < FERRY_OTHER; status++) {
        const char *other = status == FERRY_ERRORED ? other_word(status) : NULL;
        if (str_is_nocase(to, ferry_result_status_text(status)) ||
            (other && str_is_nocase(to, other))) {
            r->status = status;
            r->status_text = (struct ferry_str){NULL, 0};
            return;
        }
    }
    r->status = FERRY_OTHER;
    r->status_text = to;
}

int status_map(const struct target *t, struct ferry_result *r)
{
    struct ferry_str map = option(t, "status_map"), from, to;
    while (!str_empty(map) && next_pair(&map, &from, &to)) {
        if (!str_empty(from) && is_word_of(from, r)) {
            set_status(r, to);
            return 1;
        }
    }
    return 0;
}

int status_left_out(const struct target *t, const struct ferry_result *r)
{
    struct ferry_str filter = option(t, "status_filter"), word;
    while (!str_empty(filter) && str_split(&filter, '\n', &word)) {
        word = str_trim(word);
        if (!str_empty(word) && is_word_of(word, r)) {
            return 1;
        }
    }
    return 0;
}

int32_t status_check(const struct target *t, struct ferry_error *err)
{
    struct ferry_str map = option(t, "status_map"), rest = map, from, to;
    char shown[80];
    while (!str_empty(map) && next_pair(&rest, &from, &to)) {
        struct ferry_str before = map, other, ignored;
        if (str_empty(from) || str_empty(to)) {
            return ferry_fail(
                err, FERRY_E_CONFIG, "status_map",
                "%.*s: status_map: \"%s\" is not FROM=TO; write it like \"invalid=failed\"",
                STR_ARG(t->label), text_show_to(shown, sizeof shown, from.len ? from : to));
        }
        while (next_pair(&before, &other, &ignored) && other.ptr != from.ptr) {
            if (str_cmp_nocase(other, from) == 0) {
                return ferry_fail(err, FERRY_E_CONFIG, "status_map",
                                  "%.*s: status_map maps \"%s\" twice; keep one of them",
                                  STR_ARG(t->label), text_show_to(shown, sizeof shown, from));
            }
        }
    }
    return FERRY_OK;
}
