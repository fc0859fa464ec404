/* SPDX-License-Identifier: MIT */
/* version.c - `ferry version`: what this is, and which plugins it can load. */
#include "cmd.h"

#include <json.h>

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "as JSON"),
    NULL,
};

static int run(struct app *app, const struct args *args)
{
    struct buf text;
    (void)app;
    buf_init(&text, 4096);
    if (args_flag(args, "json")) {
        struct json_out j = json_to(&text);
        j.pretty = 1;
        json_open(&j, '{');
        json_member_int(&j, "schema_version", 1);
        json_member(&j, "version", FERRY_LIT(FERRY_VERSION));
        json_member_int(&j, "abi_major", FERRY_ABI_MAJOR);
        json_member_int(&j, "abi_level", FERRY_ABI_NEWEST);
        json_close(&j, '}');
        buf_putc(&text, '\n');
    } else {
        buf_printf(&text, "ferry %s (plugins of ABI %u, up to level %u)\n", FERRY_VERSION,
                   FERRY_ABI_MAJOR, FERRY_ABI_NEWEST);
    }
    cmd_out(buf_str(&text));
    buf_finish(&text);
    return EXIT_DONE;
}

const struct cmd cmd_version = {
    .name = "version",
    .summary = "the version of ferry and of its plugin interface",
    .options = options,
    .run = run,
};
