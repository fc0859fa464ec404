/* SPDX-License-Identifier: MIT */
/* command_link.c - `ferry octane link`: the results of a suite run cover backlog items from now on, beside those that they cover already. */
#include "commands.h"

#include <text.h>

static void name_items(struct shell *s, const struct things *items)
{
    json_key(&s->json, "stories");
    json_open(&s->json, '[');
    for (const struct thing *t = items->first; t; t = t->next) {
        json_open(&s->json, '{');
        json_member(&s->json, "id", t->id);
        json_member(&s->json, "type", t->type);
        json_member(&s->json, "name", t->name);
        json_member(&s->json, "key", t->key);
        json_close(&s->json, '}');
    }
    json_close(&s->json, ']');
}

void shell_put_refused(struct shell *s, const struct change *changes, uint32_t n)
{
    json_key(&s->json, "refused");
    json_open(&s->json, '[');
    for (uint32_t i = 0; i < n; i++) {
        if (changes[i].why.ptr) {
            json_open(&s->json, '{');
            json_member(&s->json, "id", changes[i].id);
            json_member(&s->json, "why", changes[i].why);
            json_close(&s->json, '}');
        }
    }
    json_close(&s->json, ']');
}

int32_t shell_name_refused(struct shell *s, const char *what, const struct change *changes,
                           uint32_t n, uint32_t refused)
{
    const struct change *first = NULL;
    char why[200];
    for (uint32_t i = 0; i < n; i++) {
        if (changes[i].why.ptr) {
            first = first ? first : &changes[i];
            shell_warn(s, "%.*s: %s", STR_ARG(changes[i].id),
                       text_show_to(why, sizeof why, changes[i].why));
        }
    }
    return first ? ferry_fail(s->err, FERRY_E_REFUSED, NULL,
                              "Octane refused %u of %u %s, twice; the first is %.*s: %s",
                              (unsigned)refused, (unsigned)n, what, STR_ARG(first->id),
                              text_show_to(why, sizeof why, first->why))
                 : FERRY_OK;
}

static void show(struct shell *s, const struct thing *run, const struct things *items,
                 const struct coverage *c, const struct change *changes, uint32_t refused)
{
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member_int(&s->json, "schema_version", 1);
        json_key(&s->json, "suite_run");
        json_open(&s->json, '{');
        json_member(&s->json, "id", run->id);
        json_member(&s->json, "name", run->name);
        json_close(&s->json, '}');
        name_items(s, items);
        json_member(&s->json, "through", ferry_cstr(c->collection));
        json_member_int(&s->json, "linked", c->carriers.n - refused);
        shell_put_refused(s, changes, c->carriers.n);
        json_close(&s->json, '}');
        buf_putc(&s->out, '\n');
        return;
    }
    for (const struct thing *t = items->first; t; t = t->next) {
        buf_printf(&s->out, "%.*s  ", STR_ARG(t->id));
        text_show(&s->out, t->name, 0);
        buf_printf(&s->out, "  (%u %s)\n", (unsigned)(c->carriers.n - refused), c->what);
    }
}

static int32_t link_to(struct shell *s, const struct thing *run, const struct things *items)
{
    struct coverage c;
    struct change *changes = NULL;
    uint32_t refused = 0, n = 0;
    int64_t skip = 0;
    str_int64(shell_option(s, "skip"), &skip);
    int32_t rc = shell_coverage(s, run, skip > 0 ? skip : 0, 0, &c);
    if (rc == FERRY_OK && c.carriers.n == 0) {
        rc = ferry_fail(s->err, FERRY_E_REFUSED, NULL,
                        "suite run %.*s has no such automated runs (yet); nothing was linked",
                        STR_ARG(run->id));
    }
    if (rc == FERRY_OK) {
        struct ferry_str cover = shell_cover(s, items->first);
        changes = arena_array(&s->arena, struct change, c.carriers.n);
        for (const struct thing *t = c.carriers.first; changes && t; t = t->next) {
            changes[n++] = (struct change){.id = t->id, .json = cover};
        }
        rc = s->arena.failed;
    }
    rc = rc ? rc
            : shell_change(s, c.collection,
                           shell_is_set(s, "replace") ? "" : "?reference_update_mode=append",
                           changes, n, &refused);
    if (rc) {
        return rc;
    }
    show(s, run, items, &c, changes, refused);
    rc = shell_flush(s, 1);
    return rc ? rc : shell_name_refused(s, c.what, changes, n, refused);
}

static int32_t dispatch(struct shell *s)
{
    struct ferry_str story = shell_option(s, "story"), jira = shell_option(s, "jira");
    struct ferry_str word = shell_option(s, "suite_run");
    struct things items;
    struct thing *suite_run = NULL;
    struct buf bad, cure;
    if (str_empty(story) && str_empty(jira)) {
        return ferry_fail(s->err, FERRY_E_CONFIG, "story",
                          "link to what? say --story ID or --jira KEY");
    }
    things_init(&items);
    buf_init(&bad, OCTANE_BODY);
    buf_init(&cure, 8192);
    int32_t rc = shell_items(s, story, &items);
    rc = rc ? rc : shell_stories(s, jira, &items, &bad);
    rc = rc ? rc : shell_suite_run(s, word, &suite_run);
    if (rc == FERRY_OK && items.n) {
        rc = link_to(s, suite_run, &items);
    }
    if (rc == FERRY_OK && bad.len) {
        buf_puts(&cure, "; then: ferry octane link --suite-run ");
        buf_printf(&cure, "%.*s --jira ", STR_ARG(suite_run->id));
        uint32_t n = shell_warn_of_keys(s, buf_str(&bad), buf_cstr(&cure));
        rc = ferry_fail(s->err, FERRY_E_REFUSED, "jira",
                        "%u of the keys have no story, or several; the others were linked",
                        (unsigned)n);
    }
    buf_finish(&bad);
    buf_finish(&cure);
    return rc;
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

static const struct ferry_option replace_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_BOOL,
    .name = "replace",
    .def = "false",
    .help = "instead of what they cover, not beside it",
};
const struct ferry_option shell_skip_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_INT,
    .name = "skip",
    .value = "N",
    .def = "0",
    .help = "leave the first N runs as they are",
};
const struct ferry_option shell_story_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_LIST,
    .name = "story",
    .value = "ID",
    .help = "id of a story, feature or defect in Octane",
};
const struct ferry_option shell_suite_run_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_STR,
    .flags = FERRY_OPT_REQUIRED,
    .name = "suite_run",
    .value = "NAME|ID",
    .help = "whose automated runs are meant",
};
const struct ferry_option shell_test_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_LIST,
    .name = "test",
    .value = "NAME|KEY",
    .help = "only those of the tests with this name or Automation Key",
};
static const struct ferry_option *const options[] = {&shell_jira_option,
                                                     &shell_json_option,
                                                     &replace_option,
                                                     &shell_skip_option,
                                                     &shell_space_option,
                                                     &shell_story_option,
                                                     &shell_suite_option,
                                                     &shell_suite_run_option,
                                                     &shell_test_option,
                                                     &shell_workspace_option,
                                                     NULL};

const struct ferry_command octane_command_link = {
    .size = sizeof(struct ferry_command),
    .name = "link",
    .summary = "let the results of a suite run cover backlog items",
    .options = options,
    .run = run,
};
