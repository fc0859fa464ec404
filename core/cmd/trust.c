/* SPDX-License-Identifier: MIT */
/*
 * trust.c - `ferry trust [HOST]`: allows a host that a repository's configuration names to be sent
 * secrets that come from outside it. Kept in the user's own folder, never in the repository; so it
 * works where the repository's configuration does not.
 */
#include "cmd.h"

#include <json.h>
#include <text.h>

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "the list as JSON"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "remove", .help = "trusts the host no longer"),
    NULL,
};

struct listing {
    struct buf text;
    struct json_out json;
    int as_json;
};

static int32_t put_host(void *data, struct ferry_str host, const char *origin)
{
    struct listing *l = data;
    if (l->as_json) {
        json_open(&l->json, '{');
        json_member(&l->json, "host", host);
        json_member(&l->json, "origin", ferry_cstr(origin));
        json_close(&l->json, '}');
    } else {
        size_t begin = l->text.len;
        text_show_first(&l->text, host, 0);
        buf_printf(&l->text, "%*s ",
                   (int)(l->text.len - begin < 40 ? 40 - (l->text.len - begin) : 0), "");
        text_show(&l->text, ferry_cstr(origin), 0);
        buf_putc(&l->text, '\n');
    }
    return l->text.failed;
}

static int show(struct app *app, int as_json)
{
    struct listing l = {.as_json = as_json};
    struct ferry_error err = {.size = sizeof err};
    int code = EXIT_DONE;
    buf_init(&l.text, 1 << 20);
    l.json = json_to(&l.text);
    l.json.pretty = 1;
    if (as_json) {
        json_open(&l.json, '{');
        json_member_int(&l.json, "schema_version", 1);
        json_key(&l.json, "hosts");
        json_open(&l.json, '[');
    }
    trust_each(app->config, put_host, &l);
    if (as_json) {
        json_close(&l.json, ']');
        json_close(&l.json, '}');
        buf_putc(&l.text, '\n');
    } else if (l.text.len == 0) {
        buf_puts(&l.text, "no host is trusted beyond the vendors' own and this machine\n");
    }
    if (l.text.failed) {
        ferry_fail(&err, l.text.failed, NULL, "trusted hosts: %s",
                   ferry_status_text(l.text.failed));
        code = cmd_fail(&err);
    } else {
        cmd_out(buf_str(&l.text));
    }
    buf_finish(&l.text);
    return code;
}

/* What other programs would have here. As names of hosts they would be trusted, which nobody meant. */
static int32_t check_word(struct ferry_str word, struct ferry_error *err)
{
    static const char *const verbs[] = {"add", "delete", "list", "ls", "remove", "rm", "show"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (str_is(word, verbs[i])) {
            return ferry_fail(err, FERRY_E_CONFIG, NULL,
                              "ferry trust has no \"%s\": `ferry trust` lists, `ferry trust HOST` "
                              "adds, `ferry trust --remove HOST` removes",
                              verbs[i]);
        }
    }
    return FERRY_OK;
}

static int32_t check_args(const struct args *args, struct ferry_error *err)
{
    char shown[80];
    int32_t rc = args->n_rest ? check_word(args->rest[0], err) : FERRY_OK;
    if (!rc && args->n_rest > 1) {
        rc = ferry_fail(err, FERRY_E_CONFIG, NULL,
                        "ferry trust: \"%s\" is one word too many; it takes 1",
                        text_show_to(shown, sizeof shown, args->rest[1]));
    }
    if (!rc && args->n_rest == 0 && args_flag(args, "remove")) {
        rc = ferry_fail(err, FERRY_E_CONFIG, NULL,
                        "--remove needs a host; `ferry trust` lists them");
    }
    if (!rc && args->n_rest > 0 && args_flag(args, "json")) {
        rc = ferry_fail(err, FERRY_E_CONFIG, NULL,
                        "--json is for the list; `ferry trust HOST` says what it did in words");
    }
    return rc;
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    int remove = args_flag(args, "remove"), changed;
    if (check_args(args, &err)) {
        return cmd_fail(&err);
    }
    if (!app->config) {
        return cmd_fail(&app->trouble);
    }
    if (args->n_rest == 0) {
        return show(app, args_flag(args, "json"));
    }
    if (trust_change(app->config, args->rest[0], remove, &changed, &err)) {
        return cmd_fail(&err);
    }
    log_info("%s: %.*s",
             remove    ? "no longer trusted"
             : changed ? "trusted"
                       : "trusted already",
             STR_ARG(args->rest[0]));
    return EXIT_DONE;
}

const struct cmd cmd_trust = {
    .name = "trust",
    .summary = "allows a host to be sent secrets where a repository names it",
    .usage = "[HOST]",
    .text = "HOST is a host or host:port, and stands for https; write http://HOST to allow plain "
            "http.\n"
            "Without HOST the trusted ones are listed, each with where it is allowed.\n"
            "FERRY_TRUST_HOST does the same for one run, trust.hosts of the user's config for all.",
    .options = options,
    .flags = CMD_CONFIG | CMD_ANYWAY,
    .max_rest = UINT32_MAX,
    .run = run,
};
