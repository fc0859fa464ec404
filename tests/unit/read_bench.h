/* SPDX-License-Identifier: MIT */
/*
 * read_bench.h - a reader that says what each test wants: its name is "toy", it knows files that begin with "toy", and it keeps what it was
 * fed; and what comes out behind it.
 */
#ifndef TESTS_READ_BENCH_H
#define TESTS_READ_BENCH_H

#include "scratch.h"

#include <read.h>
#include <secrets.h>
#include <spool.h>

#include <fcntl.h>
#include <string.h>
#include <text.h>

/* --- the toy reader ------------------------------------------------------------------ */

static struct buf fed;         /* all bytes, in order */
static uint64_t largest_feed;  /* bytes of the longest piece */
static int begun, ended, gone; /* calls of begin, end, abort */
static volatile int interrupted;
static int interrupted_when_fed;
static int32_t (*script)(const struct ferry_sink *sink, struct ferry_error *err);
static int32_t feed_fails;
static struct ferry_str option_seen;

struct ferry_parse {
    const struct ferry_sink *sink;
};
static struct ferry_parse the_parse;

static inline int32_t toy_sniff(struct ferry_str head, struct ferry_str name)
{
    return str_starts(head, "toy") ? 60 : str_is(name, "by-name.toy") ? 10 : 0;
}

static inline int32_t toy_begin(const struct ferry_host *host, const struct ferry_kv *options,
                                uint32_t n_options, const struct ferry_sink *sink,
                                struct ferry_parse **parse, struct ferry_error *err)
{
    const struct ferry_config *config = host->query(host->self, FERRY_HOST_CONFIG_1);
    (void)err;
    begun++;
    option_seen = ferry_get(options, n_options, FERRY_LIT("level"));
    ck_assert(ferry_eq(option_seen, config->get(config->self, FERRY_LIT("level"))));
    ck_assert_ptr_nonnull(host->query(host->self, FERRY_HOST_LOG_1));
    ck_assert_ptr_null(host->query(host->self, "ferry.host.sql/1"));
    the_parse.sink = sink;
    *parse = &the_parse;
    return FERRY_OK;
}

static inline int32_t toy_feed(struct ferry_parse *parse, struct ferry_str bytes,
                               struct ferry_error *err)
{
    interrupted = interrupted_when_fed;
    (void)parse;
    ck_assert_uint_gt(bytes.len, 0);
    largest_feed = bytes.len > largest_feed ? bytes.len : largest_feed;
    buf_put(&fed, bytes);
    return feed_fails ? ferry_fail(err, feed_fails, "toy", "line 3: \x1b[2Jnot toy enough") : 0;
}

static inline int32_t toy_end(struct ferry_parse *parse, struct ferry_error *err)
{
    ended++;
    return script ? script(parse->sink, err) : FERRY_OK;
}

static inline void toy_abort(struct ferry_parse *parse)
{
    gone += parse != NULL;
}

static const char *const toy_globs[] = {"*.toy", NULL};
static const struct ferry_reader toy_reader = {toy_globs, toy_sniff, toy_begin,
                                               toy_feed,  toy_end,   toy_abort};
static const void *toy_query(const char *id)
{
    return strcmp(id, FERRY_READER_1) == 0 ? &toy_reader : NULL;
}
static const struct ferry_option toy_level = {
    .size = sizeof toy_level, .type = FERRY_OPT_INT, .name = "level", .def = "1", .help = "how"};
static const struct ferry_option *const toy_options[] = {&toy_level, NULL};
static const struct ferry_plugin toy = {.size = sizeof toy,
                                        .abi_major = FERRY_ABI_MAJOR,
                                        .level = 1,
                                        .id = "toy",
                                        .name = "Toy",
                                        .version = "1.0.0",
                                        .license = "MIT",
                                        .options = toy_options,
                                        .query = toy_query};

/* Another one, sure of everything that begins with "toys", and a plugin that reads nothing. */
static inline int32_t toys_sniff(struct ferry_str head, struct ferry_str name)
{
    (void)name;
    return str_starts(head, "toys") ? 61 : str_starts(head, "toy=") ? 60 : 0;
}
static const struct ferry_reader toys_reader = {toy_globs, toys_sniff, toy_begin,
                                                toy_feed,  toy_end,    toy_abort};
static const void *toys_query(const char *id)
{
    return strcmp(id, FERRY_READER_1) == 0 ? &toys_reader : NULL;
}
static const struct ferry_plugin toys = {.size = sizeof toys, .id = "a-toys", .query = toys_query};
static const void *no_query(const char *id)
{
    (void)id;
    return NULL;
}
static const struct ferry_plugin deaf = {.size = sizeof deaf, .id = "deaf", .query = no_query};

/* --- what comes out -------------------------------------------------------------------- */

static struct readers readers;
static struct read_call call;
static struct read_report report;
static struct ferry_error err;
static struct spool *spool;
static struct buf items, notices; /* one line each: "signature|status", "code|text" */
static int32_t item_returns;
static int check_items_with; /* a test's own look at the item */
static void (*item_check)(const struct ferry_item *item);

static inline int32_t on_item(void *self, const struct ferry_item *item)
{
    ck_assert_ptr_eq(self, &items);
    if (item->result) {
        buf_put(&items, item->result->signature);
        buf_printf(&items, "|%s\n", ferry_result_status_text(item->result->status));
    } else {
        buf_put(&items, item->suite->path);
        buf_puts(&items, "|suite\n");
    }
    if (item_check) {
        check_items_with++;
        item_check(item);
    }
    return item_returns;
}

static inline int32_t on_notice(void *self, const struct ferry_notice *notice)
{
    (void)self;
    if (str_is(notice->code, "no-tests") && !script) {
        return FERRY_OK; /* a toy without a script holds nothing, and most tests look elsewhere */
    }
    buf_put(&notices, notice->code);
    buf_putc(&notices, '|');
    buf_put(&notices, notice->text);
    buf_putc(&notices, '\n');
    return FERRY_OK;
}

static inline void begin(void)
{
    scratch_enter();
    interrupted = interrupted_when_fed = 0;
    readers_init(&readers);
    buf_init(&fed, (size_t)64 << 20);
    buf_init(&items, 1 << 20);
    buf_init(&notices, 1 << 20);
    err = (struct ferry_error){.size = sizeof err};
    ck_assert_int_eq(readers_add(&readers, &toy, NULL, 0, &err), FERRY_OK);
    call = (struct read_call){
        .readers = &readers, .self = &items, .item = on_item, .notice = on_notice};
}

static inline void end(void)
{
    spool_close(spool);
    spool = NULL;
    readers_finish(&readers);
    buf_finish(&fed);
    buf_finish(&items);
    buf_finish(&notices);
    scratch_leave();
}

static inline void with_spool(uint64_t max)
{
    ck_assert_int_eq(spool_open(&spool, "spool", max, &err), FERRY_OK);
    call.spool = spool;
}

static inline void put(const char *path, struct ferry_str text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0666);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text.ptr, (size_t)text.len), (ssize_t)text.len);
    close(fd);
}

static inline int32_t read_path(const char *path)
{
    struct input input = {.shown = path, .path = path};
    return read_input(&call, &input, &report, &err);
}

static inline int32_t read_text(struct ferry_str text)
{
    put("r.toy", text);
    return read_path("r.toy");
}

/* Says one result; the fields a test cares about. */
static inline int32_t say(const struct ferry_sink *sink, struct ferry_result r)
{
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RESULT, .result = &r};
    r.size = sizeof r;
    r.status = r.status ? r.status : FERRY_PASSED;
    return sink->item(sink->self, &item);
}

/* All of a program: add() names its tests. */
static inline int run_suite(const char *name, void (*add)(TCase *t))
{
    Suite *suite = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    add(t);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
