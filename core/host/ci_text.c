/* SPDX-License-Identifier: MIT */
/* ci_text.c - what is known of a CI's job, as the title, the description and the fields of a run. */
#include "ci.h"

#include <buf.h>
#include <text.h>

enum { TITLE = 400, DESCRIPTION = 4096 };

/* "Nightly #42 test 2/4 (attempt 2)" */
struct ferry_str ci_title(const struct ci_job *job, int shared, struct arena *arena)
{
    struct ferry_str title = {NULL, 0};
    struct buf out;
    buf_init(&out, TITLE * 4);
    buf_put(&out, job->pipeline);
    if (job->number.ptr && !(shared && job->number_of_job)) {
        buf_printf(&out, "%s#%.*s", out.len ? " " : "", STR_ARG(job->number));
    }
    if (!shared && job->job.ptr) {
        buf_printf(&out, "%s%.*s", out.len ? " " : "", STR_ARG(job->job));
    }
    if (!shared && job->index.ptr && out.len) {
        buf_printf(&out, " %.*s%s%.*s", STR_ARG(job->index), job->total.ptr ? "/" : "",
                   STR_ARG(job->total));
    }
    if (!shared && job->attempt.ptr && out.len) {
        buf_printf(&out, " (attempt %.*s)", STR_ARG(job->attempt));
    }
    if (out.len > 0) {
        title = arena_str(arena, utf8_cut(buf_str(&out), TITLE));
    }
    buf_finish(&out);
    return title;
}

/* One more of a line's parts: "branch main", after a comma where it is not the first. */
static void put_part(struct buf *out, size_t begin, const char *what, struct ferry_str value)
{
    if (value.len > 0) {
        buf_printf(out, "%s%s%s%.*s", out->len > begin ? ", " : "", what, *what ? " " : "",
                   STR_ARG(value));
    }
}

struct ferry_str ci_description(const struct ci_job *job, int shared, struct arena *arena)
{
    struct ferry_str none = {NULL, 0}, url = shared ? job->build_url : job->url, text = none;
    struct buf out;
    size_t begin;
    if (!job->name || !job->build.ptr) {
        return none;
    }
    buf_init(&out, DESCRIPTION);
    buf_printf(&out, "%s", job->people);
    put_part(&out, 0, "", ci_title(job, shared, arena));
    if (url.ptr) {
        buf_printf(&out, "\n%.*s", STR_ARG(url));
    }
    buf_putc(&out, '\n');
    begin = out.len;
    put_part(&out, begin, "branch", job->branch);
    put_part(&out, begin, "tag", job->tag);
    put_part(&out, begin, "commit", job->commit);
    put_part(&out, begin, "pull request", job->pull);
    put_part(&out, begin, "started by", job->actor);
    text = arena_str(arena, str_trim(buf_str(&out)));
    buf_finish(&out);
    return text;
}

uint32_t ci_fields(const struct ci_job *job, int shared, struct ferry_kv out[CI_FIELDS])
{
    struct ferry_str none = {NULL, 0};
    const struct ferry_kv all[CI_FIELDS] = {
        {FERRY_LIT("ci"), ferry_cstr(job->name)},
        {FERRY_LIT("build"), job->build},
        {FERRY_LIT("build_url"), shared ? job->build_url : job->url},
        {FERRY_LIT("repository"), job->repository},
        {FERRY_LIT("branch"), job->branch},
        {FERRY_LIT("tag"), job->tag},
        {FERRY_LIT("commit"), job->commit},
        {FERRY_LIT("pull_request"), job->pull},
        {FERRY_LIT("job"), shared ? none : job->job},
        {FERRY_LIT("part"), shared ? none : job->part},
        {FERRY_LIT("attempt"), shared ? none : job->attempt},
        {FERRY_LIT("actor"), job->actor},
    };
    uint32_t n = 0;
    for (uint32_t i = 0; i < CI_FIELDS; i++) {
        if (all[i].value.len > 0) {
            out[n++] = all[i];
        }
    }
    return n;
}
