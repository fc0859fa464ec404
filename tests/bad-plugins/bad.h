/* SPDX-License-Identifier: MIT */
/*
 * bad.h - what the wrong plugins have in common: a reader that is right, and a constructor that
 * leaves a witness. Where FERRY_TEST_WITNESS names a file, it is there after code of the plugin has
 * run; a plugin that was refused before that leaves none. (Rule 7 forbids both, which is why the
 * host must not get here.)
 */
#ifndef TESTS_BAD_PLUGINS_BAD_H
#define TESTS_BAD_PLUGINS_BAD_H

#include <ferry/ferry.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void leave_witness(void)
{
    const char *path = getenv("FERRY_TEST_WITNESS");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) {
        close(fd);
    }
}

static int32_t bad_sniff(struct ferry_str head, struct ferry_str name)
{
    (void)head, (void)name;
    return 0;
}

static int32_t bad_begin(const struct ferry_host *host, const struct ferry_kv *options, uint32_t n,
                         const struct ferry_sink *sink, struct ferry_parse **parse,
                         struct ferry_error *err)
{
    (void)host, (void)options, (void)n, (void)sink;
    *parse = NULL;
    return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "reads nothing");
}

static int32_t bad_feed(struct ferry_parse *parse, struct ferry_str bytes, struct ferry_error *err)
{
    (void)parse, (void)bytes, (void)err;
    return FERRY_E_UNSUPPORTED;
}

static int32_t bad_end(struct ferry_parse *parse, struct ferry_error *err)
{
    (void)parse, (void)err;
    return FERRY_E_UNSUPPORTED;
}

static void bad_abort(struct ferry_parse *parse)
{
    (void)parse;
}

static const char *const bad_globs[] = {"*.bad", NULL};
__attribute__((unused)) static const struct ferry_reader bad_reader = {
    bad_globs, bad_sniff, bad_begin, bad_feed, bad_end, bad_abort};

__attribute__((unused)) static const void *bad_query(const char *id)
{
    return strcmp(id, FERRY_READER_1) == 0 ? &bad_reader : NULL;
}

/* The fields after FERRY_PLUGIN_HEAD, all right. */
#define BAD_REST(plugin_id)                                                                        \
    .id = (plugin_id), .name = "Bad", .version = "1.0.0", .license = "MIT", .query = bad_query

#endif
