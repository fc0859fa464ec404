/* SPDX-License-Identifier: MIT */
/*
 * config - ferry.json, the .env beside it and the user's own file, as parts of one input with a line "%%" between. All of it is read
 * or refused with a place and a cure; what was read can be shown; and a destination comes to mean something or is refused.
 */
#include "fuzz.h"

#include <config.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SECRET "a-token-of-the-environment"

static struct plugins *plugins;

/* Nothing of this machine's environment takes part; the user's file is one that the input gives. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ferry_error err = {.size = sizeof err};
    (void)argc;
    (void)argv;
    const char *tmp = getenv("TMPDIR"), *asan = getenv("ASAN_OPTIONS");
    char kept[4096] = "", *options = asan ? strdup(asan) : NULL;
    snprintf(kept, sizeof kept, "%s", tmp ? tmp : "");
    clearenv();
    if (kept[0]) {
        setenv("TMPDIR", kept, 1);
    }
    if (options) {
        setenv("ASAN_OPTIONS", options, 1);
    }
    free(options);
    setenv("HOME", fuzz_folder(), 1);
    setenv("PLAIN", "plain text", 1);
    setenv("SOME_TOKEN", SECRET, 1);
    fuzz_claim(mkdir("work", 0700) == 0 && mkdir(".config", 0700) == 0 &&
                   mkdir(".config/ferry", 0700) == 0,
               "no folders");
    log_setup(0, 0);
    fuzz_claim(plugins_open(&plugins, NULL, &err) == FERRY_OK, "%s", err.message);
    return 0;
}

static int32_t show(void *data, const struct config_item *item)
{
    (void)data;
    fuzz_claim(item->path[0] && item->origin[0], "an item without path or origin");
    fuzz_claim(!item->raw.ptr || utf8_valid(item->raw) == item->raw.len, "%s is not UTF-8",
               item->path);
    return FERRY_OK;
}

/* What is not set has no origin. */
static int32_t show_any(void *data, const struct config_item *item)
{
    (void)data;
    fuzz_claim(item->path[0], "an item without path");
    return FERRY_OK;
}

/* What the repository's files say must not carry a secret to where it can be read; what the user's own says, may. */
static int secret_is_safe;

static void must_not_hold(struct ferry_str text, const char *what)
{
    fuzz_claim(text.len == 0 || !memmem(text.ptr, (size_t)text.len, SECRET, sizeof SECRET - 1),
               "%s holds the secret: %.*s", what, STR_ARG(text));
}

static void resolve(struct config *c, struct ferry_str name)
{
    struct target *t = NULL;
    struct ferry_error err = {.size = sizeof err};
    int32_t rc = target_resolve(&t, c, plugins, name, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_CONFIG, "\"%.*s\": %d: %s", STR_ARG(name), rc,
               err.message);
    if (rc) {
        fuzz_message(&err);
        return;
    }
    fuzz_claim(t->plugin && t->tracker && t->label.len > 0, "half a destination");
    if (secret_is_safe) {
        for (uint32_t i = 0; i < t->n_options; i++) {
            must_not_hold(t->options[i].value, "an option");
        }
        must_not_hold(t->label, "a label");
        must_not_hold(t->account, "an account");
        must_not_hold(t->url, "a URL");
    }
    target_free(t);
}

static void use(struct config *c)
{
    struct buf names;
    struct ferry_str rest, name;
    buf_init(&names, 1 << 20);
    fuzz_claim(config_each(c, plugins, 0, show, NULL) == FERRY_OK, "cannot be shown");
    fuzz_claim(config_each(c, plugins, CONFIG_ALL, show_any, NULL) == FERRY_OK, "not all is shown");
    fuzz_claim(config_state_folder(c, NULL)[0] == '/', "a state folder that is not absolute");
    config_trackers(c, &names);
    rest = buf_str(&names);
    while (names.len && str_split(&rest, '\n', &name)) {
        resolve(c, name);
    }
    resolve(c, (struct ferry_str){NULL, 0});
    resolve(c, FERRY_LIT("local:AO"));
    buf_finish(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const files[] = {"work/ferry.json", "work/.env",
                                        ".config/ferry/config.json"};
    struct ferry_str rest = {(const char *)data, size}, part;
    struct ferry_error err = {.size = sizeof err};
    struct config *c = NULL;
    /* what an input itself spells out says nothing of where the variable's value went */
    int spelled = memmem(data, size, SECRET, sizeof SECRET - 1) != NULL;
    secret_is_safe = !spelled;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        remove(files[i]);
        if (fuzz_part(&rest, &part)) {
            fuzz_file(files[i], part);
            secret_is_safe = i < 2 && !spelled;
        }
    }
    int32_t rc = config_load(&c, "work", NULL, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_CONFIG, "loaded with %d: %s", rc, err.message);
    if (rc) {
        fuzz_message(&err);
    } else {
        use(c);
    }
    config_free(c);
    secrets_clear();
    return 0;
}
