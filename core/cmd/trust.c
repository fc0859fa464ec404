/* SPDX-License-Identifier: MIT */
/*
 * trust.c - `ferry trust HOST`: allows a host that a repository's configuration names to be sent
 * secrets that come from outside it. Kept in the user's own folder, never in the repository.
 */
#include "cmd.h"

#include <json.h>
#include <text.h>

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "remove", .help = "trusts the host no longer"),
    NULL,
};

static int show(const struct config *c)
{
    struct buf text;
    struct ferry_str hosts, host;
    int32_t rc;
    struct ferry_error err = {.size = sizeof err};
    buf_init(&text, 1 << 20);
    rc = trust_list(c, &text, &err);
    hosts = buf_str(&text);
    if (!rc && text.len == 0) {
        cmd_out(FERRY_LIT("no host is trusted beyond the vendors' own and this machine\n"));
    }
    while (!rc && str_split(&hosts, '\n', &host)) {
        cmd_out(host);
        cmd_out(host.len ? FERRY_LIT("\n") : (struct ferry_str){NULL, 0});
    }
    buf_finish(&text);
    return rc ? cmd_fail(&err) : EXIT_DONE;
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    if (args->n_rest == 0) {
        return show(app->config);
    }
    if (trust_change(app->config, args->rest[0], args_flag(args, "remove"), &err)) {
        return cmd_fail(&err);
    }
    log_info("%s: %.*s", args_flag(args, "remove") ? "no longer trusted" : "trusted",
             STR_ARG(args->rest[0]));
    return EXIT_DONE;
}

const struct cmd cmd_trust = {
    .name = "trust",
    .summary = "allows a host to be sent secrets where a repository names it",
    .usage = "[HOST]",
    .text = "HOST is a host or host:port, and stands for https; write http://HOST to allow plain "
            "http.\n"
            "Without HOST the trusted ones are listed. FERRY_TRUST_HOST does the same for one run.",
    .options = options,
    .flags = CMD_CONFIG,
    .max_rest = 1,
    .run = run,
};
