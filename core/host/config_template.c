/* SPDX-License-Identifier: MIT */
/*
 * config_template.c - the text of a new ferry.json, for `ferry config init`. The trackers stand in it
 * as they were chosen; every other key that a repository may set is a comment with its default, made
 * from the table of keys, so that taking the "//" away gives a file that holds.
 */
#include "config_private.h"

#include <json.h>
#include <text.h>

static void put_json(struct buf *out, struct ferry_str text)
{
    struct json_out j = json_to(out);
    json_put(&j, text);
}

static void put_tracker(struct buf *out, const struct config_template_tracker *t)
{
    buf_printf(out, "    \"%s\": {\n      \"plugin\": ", t->name);
    put_json(out, t->plugin);
    buf_puts(out, ",\n      \"project\": ");
    put_json(out, t->project);
    for (uint32_t i = 0; i < t->n_options; i++) {
        buf_puts(out, ",\n      ");
        put_json(out, t->options[i].key);
        buf_puts(out, ": ");
        put_json(out, t->options[i].value);
    }
    buf_puts(out, "\n    },\n");
}

static void put_trackers(struct buf *out, const struct config_template_tracker *trackers,
                         uint32_t n)
{
    buf_puts(out, "  // One entry for each project, by a name of your own. Secrets stay outside: "
                  "\"${NAME}\" is the variable NAME.\n"
                  "  // `ferry plugins` lists the plugins, `ferry help PLUGIN` their options.\n"
                  "  \"trackers\": {\n");
    for (uint32_t i = 0; i < n; i++) {
        put_tracker(out, &trackers[i]);
    }
    buf_puts(out, "  },\n");
}

/* What is chosen already, and so no comment. */
static int put_chosen(struct buf *out, const struct ferry_option *o,
                      const struct config_template_tracker *trackers, uint32_t n)
{
    if (strcmp(o->name, "upload.to") == 0 && n > 0) {
        buf_printf(out, "    // %s\n    \"to\": \"%s\",\n", o->help, trackers[0].name);
        return 1;
    }
    if (strcmp(o->name, "upload.mirror") == 0 && n > 1) {
        buf_printf(out, "    // %s\n    \"mirror\": [", o->help);
        for (uint32_t i = 1; i < n; i++) {
            buf_printf(out, "%s\"%s\"", i > 1 ? ", " : "", trackers[i].name);
        }
        buf_puts(out, "],\n");
        return 1;
    }
    return 0;
}

/* // "key": default, */
static void put_comment(struct buf *out, const struct ferry_option *o, const char *key,
                        const char *indent)
{
    struct json_out j = json_to(out);
    buf_printf(out, "%s// %s\n%s// \"%s\": ", indent, o->help, indent, key);
    if (o->def) {
        config_default_json(&j, o);
    } else if (o->type == FERRY_OPT_CHOICE) {
        json_put(&j, ferry_cstr(o->choices[0]));
    } else {
        buf_printf(out, o->type == FERRY_OPT_LIST ? "[\"%s\"]" : "\"%s\"",
                   o->value ? o->value : "...");
    }
    buf_puts(out, ",\n");
}

static void put_keys(struct buf *out, const struct config_template_tracker *trackers, uint32_t n)
{
    size_t section = 0;
    const char *before = "";
    for (size_t i = 0; config_keys[i]; i++) {
        const struct ferry_option *o = &config_keys[i]->option;
        size_t length = strcspn(o->name, ".");
        if (config_keys[i]->flags & KEY_USER_ONLY) {
            continue;
        }
        if (o->name[length] == '\0') { /* of no section */
            buf_puts(out, section ? "  },\n\n" : "\n");
            put_comment(out, o, o->name, "  ");
            section = 0;
            continue;
        }
        if (length != section || strncmp(before, o->name, length) != 0) {
            buf_printf(out, "%s\n  \"%.*s\": {\n", section ? "  },\n" : "", (int)length, o->name);
            before = o->name;
            section = length;
        }
        if (!put_chosen(out, o, trackers, n)) {
            put_comment(out, o, o->name + length + 1, "    ");
        }
    }
    buf_puts(out, section ? "  },\n" : "");
}

static void put_user_keys(struct buf *out)
{
    const char *comma = "";
    buf_puts(out, "\n  // Not from a repository, which others can change, but from "
                  "~/.config/ferry/config.json:\n  // ");
    for (size_t i = 0; config_keys[i]; i++) {
        if (config_keys[i]->flags & KEY_USER_ONLY) {
            buf_printf(out, "%s%s", comma, config_keys[i]->option.name);
            comma = ", ";
        }
    }
    buf_puts(out, ".\n");
}

int32_t config_template(const struct config_template_tracker *trackers, uint32_t n,
                        struct ferry_str inputs, struct buf *out)
{
    buf_puts(
        out,
        "// Where test results go. Comments are fine in this file, and so are trailing commas.\n"
        "// `ferry config check` says whether it can be used, `ferry config show` where each "
        "value comes from.\n");
    if (inputs.len > 0) {
        buf_printf(out, "// ferry upload %.*s\n", STR_ARG(inputs));
    }
    buf_puts(out, "{\n"
                  "  // Completion in an editor: ferry config schema >ferry.schema.json\n"
                  "  // \"$schema\": \"./ferry.schema.json\",\n\n");
    put_trackers(out, trackers, n);
    put_keys(out, trackers, n);
    put_user_keys(out);
    buf_puts(out, "}\n");
    return out->failed;
}
