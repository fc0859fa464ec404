/* SPDX-License-Identifier: MIT */
/*
 * main.c - ferry's own options, then the command. Everything else is in cmd/: one command a file,
 * table.c lists them.
 */
#include "cmd/run.h"
#include "cmd/signals.h"

static int no_command(void)
{
    struct ferry_error err = {.size = sizeof err};
    ferry_fail(&err, FERRY_E_CONFIG, NULL,
               "say what to do: ferry COMMAND ...; `ferry help` lists the commands");
    return cmd_fail(&err);
}

static int unknown_option(const char *word)
{
    struct ferry_error err = {.size = sizeof err};
    globals_unknown(word, &err);
    return cmd_fail(&err);
}

static int dispatch(int argc, char **argv, struct globals *g)
{
    struct ferry_error err = {.size = sizeof err};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        int taken = globals_take(g, argc, argv, &i, &err);
        if (taken <= 0) {
            return taken < 0 ? cmd_fail(&err) : unknown_option(argv[i]);
        }
    }
    log_setup(log_level(g), g->color);
    if (g->version) {
        return cmd_run("version", g, 0, NULL);
    }
    if (g->help) { /* ferry --help, ferry --help upload */
        return cmd_run("help", g, argc - i, argv + i);
    }
    return i < argc ? cmd_run(argv[i], g, argc - i - 1, argv + i + 1) : no_command();
}

int main(int argc, char **argv)
{
    struct globals g = {.color = -1};
    struct ferry_error err = {.size = sizeof err};
    int code;
    process_harden();
    signals_install();
    log_setup(FERRY_LOG_INFO, -1);
    code = dispatch(argc, argv, &g);
    if (cmd_flush(&err) && code == EXIT_DONE) {
        code = cmd_fail(&err);
    }
    return app_interrupted ? 128 + app_interrupted : code;
}
