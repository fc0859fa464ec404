/* SPDX-License-Identifier: MIT */
/* command_unlink.c - `ferry octane unlink`: the results of a suite run cover some backlog items no longer, or none; what is taken away is named. */
#include "commands.h"

#include <text.h>

/* How often one was taken away. */
struct gone {
    const struct thing *item;
    uint32_t times;
    struct gone *next;
};
struct unlinking {
    struct shell *shell;
    struct things items; /* to be taken away */
    int all;
    struct change *changes;
    uint32_t n;
    struct gone *gone, **last_gone;
};

static int is_meant(const struct unlinking *u, const struct thing *covered)
{
    for (const struct thing *t = u->items.first; t && !u->all; t = t->next) {
        if (ferry_eq(t->id, covered->id)) {
            return 1;
        }
    }
    return u->all;
}

static void count(struct unlinking *u, const struct thing *item)
{
    struct gone *g = u->gone;
    while (g && !ferry_eq(g->item->id, item->id)) {
        g = g->next;
    }
    if (!g && (g = arena_new(&u->shell->arena, struct gone)) != NULL) {
        g->item = item;
        *u->last_gone = g;
        u->last_gone = &g->next;
    }
    if (g) {
        g->times++;
    }
}

/* What is left of a carrier's coverage, as a change; nothing where none of it is meant. */
static void take_away(struct unlinking *u, struct thing *carrier)
{
    struct thing *rest = NULL, **last = &rest;
    uint32_t removed = 0;
    for (struct thing *t = carrier->covers, *next; t; t = next) {
        next = t->next;
        if (is_meant(u, t)) {
            count(u, t);
            removed++;
        } else {
            *last = t;
            last = &t->next;
        }
    }
    *last = NULL;
    if (removed) {
        u->changes[u->n++] =
            (struct change){.id = carrier->id, .json = shell_cover(u->shell, rest)};
    }
}

static void show(struct unlinking *u, const struct thing *run, const struct coverage *c)
{
    struct shell *s = u->shell;
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member_int(&s->json, "schema_version", 1);
        json_key(&s->json, "suite_run");
        json_open(&s->json, '{');
        json_member(&s->json, "id", run->id);
        json_member(&s->json, "name", run->name);
        json_close(&s->json, '}');
        json_member(&s->json, "through", ferry_cstr(c->collection));
        json_key(&s->json, "unlinked");
        json_open(&s->json, '[');
    }
    for (const struct gone *g = u->gone; g; g = g->next) {
        if (s->as_json) {
            json_open(&s->json, '{');
            json_member(&s->json, "id", g->item->id);
            json_member(&s->json, "type", g->item->type);
            json_member_int(&s->json, "from", g->times);
            json_close(&s->json, '}');
        } else {
            buf_printf(&s->out, "%.*s  ", STR_ARG(g->item->id));
            text_show(&s->out, g->item->name.len ? g->item->name : g->item->type, 0);
            buf_printf(&s->out, "  (no more in %u %s)\n", (unsigned)g->times, c->what);
        }
    }
    if (s->as_json) {
        json_close(&s->json, ']');
        shell_put_refused(s, u->changes, u->n);
        json_close(&s->json, '}');
        buf_putc(&s->out, '\n');
    } else if (!u->gone) {
        buf_puts(&s->out, "nothing was covered that could be taken away\n");
    }
}

static int32_t unlink_from(struct unlinking *u, const struct thing *run)
{
    struct shell *s = u->shell;
    struct coverage c;
    uint32_t refused = 0;
    int64_t skip = 0;
    str_int64(shell_option(s, "skip"), &skip);
    int32_t rc = shell_coverage(s, run, skip > 0 ? skip : 0, 1, &c);
    if (rc) {
        return rc;
    }
    u->changes = arena_array(&s->arena, struct change, c.carriers.n + 1);
    for (struct thing *t = c.carriers.first; u->changes && t; t = t->next) {
        take_away(u, t);
    }
    rc = s->arena.failed;
    rc = rc ? rc : shell_change(s, c.collection, "", u->changes, u->n, &refused);
    if (rc) {
        return rc;
    }
    show(u, run, &c);
    rc = shell_flush(s, 1);
    return rc ? rc : shell_name_refused(s, c.what, u->changes, u->n, refused);
}

/* By their ids alone: an item that is gone from the backlog can be taken away as well. */
static int32_t take_ids(struct unlinking *u, struct ferry_str ids)
{
    struct ferry_str id;
    while (!str_empty(ids) && str_split(&ids, '\n', &id)) {
        struct thing *t = arena_new(&u->shell->arena, struct thing);
        if (!octane_is_id(id)) {
            return ferry_fail(u->shell->err, FERRY_E_CONFIG, "story",
                              "\"%.*s\" is no id of a story; keys of Jira go by --jira",
                              STR_ARG(utf8_cut(id, 60)));
        }
        if (t) {
            t->id = id;
            *u->items.last = t;
            u->items.last = &t->next;
        }
    }
    return u->shell->arena.failed;
}

static int32_t dispatch(struct shell *s)
{
    struct unlinking u = {.shell = s, .all = shell_is_set(s, "all")};
    struct ferry_str story = shell_option(s, "story"), jira = shell_option(s, "jira");
    struct thing *suite_run = NULL;
    struct buf bad;
    int some = !str_empty(story) || !str_empty(jira);
    if (some == u.all) {
        return ferry_fail(s->err, FERRY_E_CONFIG, "story",
                          "unlink what? say either --story ID or --jira KEY, or --all");
    }
    things_init(&u.items);
    u.last_gone = &u.gone;
    buf_init(&bad, OCTANE_BODY);
    int32_t rc = take_ids(&u, story);
    rc = rc ? rc : shell_stories(s, jira, &u.items, &bad);
    rc = rc ? rc : shell_suite_run(s, shell_option(s, "suite_run"), &suite_run);
    rc = rc ? rc : unlink_from(&u, suite_run);
    uint32_t n = rc ? 0 : shell_warn_of_keys(s, buf_str(&bad), "");
    buf_finish(&bad);
    return n ? ferry_fail(s->err, FERRY_E_REFUSED, "jira",
                          "%u of the keys have no story, or several; say --story ID for them",
                          (unsigned)n)
             : rc;
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

static const struct ferry_option all_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_BOOL,
    .name = "all",
    .def = "false",
    .help = "whatever they cover",
};
static const struct ferry_option *const options[] = {&all_option,
                                                     &shell_jira_option,
                                                     &shell_json_option,
                                                     &shell_skip_option,
                                                     &shell_space_option,
                                                     &shell_story_option,
                                                     &shell_suite_option,
                                                     &shell_suite_run_option,
                                                     &shell_test_option,
                                                     &shell_workspace_option,
                                                     NULL};

const struct ferry_command octane_command_unlink = {
    .size = sizeof(struct ferry_command),
    .name = "unlink",
    .summary = "let the results of a suite run cover backlog items no longer",
    .options = options,
    .run = run,
};
