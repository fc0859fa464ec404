/* SPDX-License-Identifier: MIT */
/*
 * read - a report from its file to items that are kept, as `upload` and `inspect` read it: gzip, reader, intake, attachments, keys.
 * What is handed on is whole and UTF-8, its blobs are in the spool, and nothing from outside of the report's folder is.
 */
#include "fuzz.h"

#include <keys.h>
#include <log.h>
#include <pack.h>
#include <read.h>
#include <spool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ferry/plugin.h>

extern const struct ferry_plugin ferry_plugin_junit;

#define SECRET "what stands outside of the folder"

static struct readers readers;
static struct spool *spool;
static struct keys *keys;
static char outside[DIGEST_TEXT]; /* of the file that must not be taken */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ferry_error err = {.size = sizeof err};
    const struct keys_config config = {.pattern = FERRY_LIT("\\[([A-Z]+_[0-9]+)\\]"),
                                       .map_file = FERRY_LIT("map.csv"),
                                       .use_class_name = 0};
    (void)argc;
    (void)argv;
    fuzz_folder();
    log_setup(0, 0);
    fuzz_claim(mkdir("report", 0700) == 0 && mkdir("report/sub", 0700) == 0, "no folders");
    fuzz_file("outside.txt", FERRY_LIT(SECRET));
    fuzz_file("report/shot.png", FERRY_LIT("png"));
    fuzz_file("report/sub/log.txt", FERRY_LIT("log"));
    fuzz_file("map.csv", FERRY_LIT("suite/**,MAP_1\n"));
    fuzz_claim(symlink("../outside.txt", "report/out") == 0, "no link");
    fuzz_claim(spool_open(&spool, "spool", 0, &err) == FERRY_OK, "%s", err.message);
    fuzz_claim(spool_add(spool, FERRY_LIT(SECRET), outside, &err) == FERRY_OK, "%s", err.message);
    fuzz_claim(keys_open(&keys, &config, &err) == FERRY_OK, "%s", err.message);
    readers_init(&readers);
    fuzz_claim(readers_add(&readers, &ferry_plugin_junit, NULL, 0, &err) == FERRY_OK, "%s",
               err.message);
    return 0;
}

static void blob(const struct ferry_blob *b)
{
    if (b) {
        int64_t bytes = spool_size(spool, b->digest);
        fuzz_claim(bytes >= 0 && (uint64_t)bytes == b->bytes, "%.*s: %lld bytes, told as %llu",
                   STR_ARG(b->digest), (long long)bytes, (unsigned long long)b->bytes);
    }
}

static int32_t on_item(void *self, const struct ferry_item *item)
{
    uint64_t *n = self;
    struct arena arena;
    struct keys_found found;
    struct buf packed;
    fuzz_item(item);
    if (item->result) {
        const struct ferry_result *r = item->result;
        fuzz_claim(r->signature.len > 0 || r->name.len + r->class_name.len + r->suite.len == 0,
                   "a result without a signature");
        for (uint32_t i = 0; i < r->n_attachments; i++) {
            blob(r->attachments[i]->blob);
        }
        blob(r->out_blob);
        blob(r->err_blob);
        blob(r->details_blob);
        arena_init(&arena, 1 << 20);
        fuzz_claim(keys_find(keys, item, &arena, &found) == FERRY_OK, "no key can be looked for");
        fuzz_claim(str_trim(found.key).len == found.key.len, "a key that is not trimmed");
        arena_finish(&arena);
    }
    buf_init(&packed, 256 << 20);
    fuzz_claim(pack_item(&packed, item) == FERRY_OK, "an item that cannot be kept");
    buf_finish(&packed);
    ++*n;
    return FERRY_OK;
}

static int32_t on_notice(void *self, const struct ferry_notice *notice)
{
    (void)self;
    fuzz_claim(notice->code.len > 0 && utf8_valid(notice->text) == notice->text.len,
               "a notice that is no text");
    return FERRY_OK;
}

static int32_t check_blob(void *data, struct ferry_str digest, uint64_t bytes)
{
    (void)data;
    (void)bytes;
    fuzz_claim(!str_is(digest, outside), "a file from outside of the folder is in the spool");
    return spool_remove(spool, digest, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t items = 0;
    const struct read_call call = {.readers = &readers,
                                   .spool = spool,
                                   .max_attachment = 1 << 20,
                                   .max_unpacked = 4 << 20,
                                   .flags = READ_DIGEST,
                                   .self = &items,
                                   .item = on_item,
                                   .notice = on_notice};
    const struct input input = {.shown = "report/in.xml", .path = "report/in.xml"};
    struct read_report report;
    struct ferry_error err = {.size = sizeof err};
    spool_remove(spool, ferry_cstr(outside), NULL);
    fuzz_file("report/in.xml", (struct ferry_str){(const char *)data, size});
    int32_t rc = read_input(&call, &input, &report, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_INPUT || rc == FERRY_E_TOO_LARGE, "read with %d: %s",
               rc, err.message);
    if (rc) {
        fuzz_message(&err);
    }
    const struct read_counts *c = &report.counts;
    fuzz_claim(c->tests == c->passed + c->failed + c->errored + c->skipped + c->not_run + c->other,
               "the counts do not add up");
    fuzz_claim(items >= c->tests + c->superseded + c->synthetic, "fewer items than were counted");
    spool_each(spool, check_blob, NULL, NULL);
    return 0;
}
