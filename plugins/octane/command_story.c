/* SPDX-License-Identifier: MIT */
/* command_story.c - `ferry octane story`: stories by the keys that they have in Jira. */
#include "commands.h"

#include <text.h>

static void show_story(struct shell *s, const struct thing *t)
{
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member(&s->json, "key", t->key);
        json_member(&s->json, "id", t->id);
        json_member(&s->json, "name", t->name);
        json_close(&s->json, '}');
        return;
    }
    text_show_first(&s->out, t->key, 0);
    buf_printf(&s->out, "  %.*s  ", STR_ARG(t->id));
    text_show(&s->out, t->name, 0);
    buf_putc(&s->out, '\n');
}

/* A line "AO-1\t3001, 3002" of what has no story, or several. */
static void show_bad(struct shell *s, struct ferry_str line, int several)
{
    struct ferry_str key;
    str_split(&line, '\t', &key);
    if ((line.len > 0) != several) {
        return;
    }
    json_open(&s->json, '{');
    json_member(&s->json, "key", key);
    if (several) {
        struct ferry_str id;
        json_key(&s->json, "ids");
        json_open(&s->json, '[');
        while (!str_empty(line) && str_split(&line, ',', &id)) {
            json_put(&s->json, str_trim(id));
        }
        json_close(&s->json, ']');
    }
    json_close(&s->json, '}');
}

static void show(struct shell *s, const struct things *stories, struct ferry_str bad)
{
    static const char *const lists[] = {"missing", "ambiguous"};
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member_int(&s->json, "schema_version", 1);
        json_key(&s->json, "stories");
        json_open(&s->json, '[');
    }
    for (const struct thing *t = stories->first; t; t = t->next) {
        show_story(s, t);
    }
    if (!s->as_json) {
        return;
    }
    json_close(&s->json, ']');
    for (int several = 0; several < 2; several++) {
        struct ferry_str rest = bad, line;
        json_key(&s->json, lists[several]);
        json_open(&s->json, '[');
        while (!str_empty(rest) && str_split(&rest, '\n', &line)) {
            if (line.len) {
                show_bad(s, line, several);
            }
        }
        json_close(&s->json, ']');
    }
    json_close(&s->json, '}');
    buf_putc(&s->out, '\n');
}

uint32_t shell_warn_of_keys(struct shell *s, struct ferry_str bad, const char *cure)
{
    struct ferry_str line, key;
    uint32_t n = 0;
    while (!str_empty(bad) && str_split(&bad, '\n', &line)) {
        if (!line.len) {
            continue;
        }
        n++;
        str_split(&line, '\t', &key);
        if (line.len) {
            shell_warn(s,
                       "%.*s: several stories have this key: %.*s; leave it to one of them%s%.*s",
                       STR_ARG(key), STR_ARG(line), cure, cure[0] ? (int)key.len : 0, key.ptr);
        } else {
            shell_warn(s, "%.*s: no story has this key%s%.*s", STR_ARG(key), cure,
                       cure[0] ? (int)key.len : 0, key.ptr);
        }
    }
    return n;
}

static int32_t dispatch(struct shell *s)
{
    struct things stories;
    struct buf bad;
    if (!str_is(shell_arg(s, 0), "find") || str_empty(shell_option(s, "jira"))) {
        return ferry_fail(s->err, FERRY_E_CONFIG, "jira", "say `story find --jira KEY ...`");
    }
    things_init(&stories);
    buf_init(&bad, OCTANE_BODY);
    int32_t rc = shell_stories(s, shell_option(s, "jira"), &stories, &bad);
    if (rc == FERRY_OK) {
        show(s, &stories, buf_str(&bad));
        rc = shell_flush(s, 1);
    }
    uint32_t n = rc ? 0 : shell_warn_of_keys(s, buf_str(&bad), "");
    buf_finish(&bad);
    return n ? ferry_fail(s->err, FERRY_E_REFUSED, "jira",
                          "%u of the keys have no story, or several", (unsigned)n)
             : rc;
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

const struct ferry_option shell_jira_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_LIST,
    .name = "jira",
    .value = "KEY",
    .help = "key of an issue in Jira, such as AO-17",
};
static const struct ferry_option *const options[] = {
    &shell_jira_option, &shell_json_option, &shell_space_option, &shell_workspace_option, NULL};

const struct ferry_command octane_command_story = {
    .size = sizeof(struct ferry_command),
    .min_args = 1,
    .max_args = 1,
    .name = "story",
    .summary = "find stories by the keys that they have in Jira",
    .usage = "find --jira KEY ...",
    .options = options,
    .run = run,
};
