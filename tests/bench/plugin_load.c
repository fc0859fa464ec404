/* SPDX-License-Identifier: MIT */
/*
 * plugin_load.c - how long ferry's own loader takes to check and load each of its own plugins, in a fresh
 * process: a line of "id milliseconds" each, for bench.sh. A refused plugin is a failure.
 */
#include <plugins.h>

#include <stdio.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(void)
{
    struct ferry_error err = {.size = sizeof err};
    struct plugins *plugins = NULL;
    int failed = 0;
    double begun = now_ms();
    if (plugins_open(&plugins, NULL, &err)) {
        fprintf(stderr, "plugin_load: %s\n", err.message);
        return 1;
    }
    printf("scan %.3f\n", now_ms() - begun);
    for (uint32_t i = 0; i < plugins_count(plugins); i++) {
        struct plugin_entry *e = plugins_at(plugins, i);
        begun = now_ms();
        if (plugins_load(plugins, e)) {
            fprintf(stderr, "plugin_load: %s: %s\n", e->id, e->error.message);
            failed = 1;
            continue;
        }
        printf("%s %.3f\n", e->id, now_ms() - begun);
    }
    failed |= plugins_count(plugins) == 0;
    plugins_close(plugins);
    return failed;
}
