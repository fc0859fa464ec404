/* SPDX-License-Identifier: MIT */
/*
 * config.c - `ferry config VERB`: the words after it and their options. Each verb is a file of its
 * own, config_VERB.c; the schema is made by the host.
 */
#include "config_verbs.h"

#include <text.h>

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "all",
           .help = "show: also what is not set, and what something else stands above"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "force",
           .help = "init: writes over a file that is there"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "show, check: as JSON"),
    OPTION(.type = FERRY_OPT_LIST, .name = "mirror", .value = "TARGET",
           .help = "init: a linked project that gets the keyed results too"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "origin", .def = "true",
           .help = "show: says where each value came from"),
    OPTION(.type = FERRY_OPT_STR, .name = "to", .value = "TARGET",
           .help = "init: the primary, plugin:PROJECT or a project code"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "user",
           .help = "schema: of the user's own config, which may hold more keys"),
    NULL,
};

static int schema(struct app *app, const struct args *args)
{
    enum { LARGEST = 16 << 20 };
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    int code = EXIT_DONE;
    int32_t rc;
    buf_init(&text, LARGEST);
    rc = config_json_schema(app->plugins, args_flag(args, "user") ? CONFIG_SCHEMA_USER : 0, &text);
    if (rc) {
        ferry_fail(&err, rc, NULL, "schema: %s", ferry_status_text(rc));
        code = cmd_fail(&err);
    } else {
        cmd_out(buf_str(&text));
    }
    buf_finish(&text);
    return code;
}

/* Keep alphabetised. */
static const struct verb {
    const char *name;
    int (*run)(struct app *app, const struct args *args);
    const char *takes[4]; /* options */
    uint32_t max_rest;    /* words after it */
    int whole;            /* needs a configuration that can be used */
} verbs[] = {
    {"check", config_check, {"json"}, 0, 1},
    {"init", config_init, {"force", "mirror", "to"}, 0, 0},
    {"schema", schema, {"user"}, 0, 0},
    {"show", config_show, {"all", "json", "origin"}, 1, 1},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

static const struct verb *find_verb(struct ferry_str word, struct ferry_error *err)
{
    const char *names[VERBS], *near;
    char shown[80];
    for (size_t i = 0; i < VERBS; i++) {
        names[i] = verbs[i].name;
        if (str_is(word, verbs[i].name)) {
            return &verbs[i];
        }
    }
    near = text_nearest(word, names, VERBS);
    ferry_fail(err, FERRY_E_CONFIG, NULL, "ferry config has no \"%s\"%s%s%s",
               text_show_to(shown, sizeof shown, word), near ? "; did you mean \"" : "",
               near ? near : "; write check, init, schema or show", near ? "\"?" : "");
    return NULL;
}

/* An option of another verb would be left out in silence. */
static int32_t check_verb(const struct verb *v, const struct args *args, struct ferry_error *err)
{
    char shown[80];
    for (uint32_t i = 0; i < args->n_given; i++) {
        int known = 0;
        for (size_t k = 0; k < sizeof v->takes / sizeof *v->takes && v->takes[k]; k++) {
            known |= str_is(args->given[i].key, v->takes[k]);
        }
        if (!known) {
            return ferry_fail(err, FERRY_E_CONFIG, NULL,
                              "ferry config %s takes no --%.*s; `ferry config --help` says what "
                              "goes with which",
                              v->name, STR_ARG(args->given[i].key));
        }
    }
    if (args->n_rest > 1 + v->max_rest) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL, "ferry config %s: \"%s\" is one word too many",
                          v->name, text_show_to(shown, sizeof shown, args->rest[1 + v->max_rest]));
    }
    return FERRY_OK;
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    const struct verb *v = find_verb(args->rest[0], &err);
    if (!v || check_verb(v, args, &err)) {
        return cmd_fail(&err);
    }
    if (v->whole && app->trouble.status) {
        return cmd_fail(&app->trouble);
    }
    return v->run(app, args);
}

const struct cmd cmd_config = {
    .name = "config",
    .summary = "shows, checks or begins the configuration",
    .usage = "check | init | schema | show [KEY]",
    .text =
        "check   whether everything can be used: keys, trackers, secrets, hosts; nothing is sent\n"
        "init    writes a ferry.json with every key explained, and says what to do next\n"
        "schema  a JSON Schema of ferry.json, for completion in an editor\n"
        "show    every value and where it came from; KEY: only this one and those below it",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS | CMD_ANYWAY,
    .min_rest = 1,
    .max_rest = 3,
    .run = run,
};
