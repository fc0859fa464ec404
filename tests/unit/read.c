/* SPDX-License-Identifier: MIT */
/*
 * read.c - from a file's bytes to items handed on, with a reader that says what each test wants: its name is
 * "toy", it knows files that begin with "toy", and it keeps what it was fed.
 */
#include "scratch.h"

#include <read.h>
#include <secrets.h>
#include <spool.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <text.h>
#include <zlib.h>

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

static int32_t toy_sniff(struct ferry_str head, struct ferry_str name)
{
    return str_starts(head, "toy") ? 60 : str_is(name, "by-name.toy") ? 10 : 0;
}

static int32_t toy_begin(const struct ferry_host *host, const struct ferry_kv *options,
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

static int32_t toy_feed(struct ferry_parse *parse, struct ferry_str bytes, struct ferry_error *err)
{
    interrupted = interrupted_when_fed;
    (void)parse;
    ck_assert_uint_gt(bytes.len, 0);
    largest_feed = bytes.len > largest_feed ? bytes.len : largest_feed;
    buf_put(&fed, bytes);
    return feed_fails ? ferry_fail(err, feed_fails, "toy", "line 3: \x1b[2Jnot toy enough") : 0;
}

static int32_t toy_end(struct ferry_parse *parse, struct ferry_error *err)
{
    ended++;
    return script ? script(parse->sink, err) : FERRY_OK;
}

static void toy_abort(struct ferry_parse *parse)
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
static int32_t toys_sniff(struct ferry_str head, struct ferry_str name)
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

static int32_t on_item(void *self, const struct ferry_item *item)
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

static int32_t on_notice(void *self, const struct ferry_notice *notice)
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

static void begin(void)
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

static void end(void)
{
    spool_close(spool);
    spool = NULL;
    readers_finish(&readers);
    buf_finish(&fed);
    buf_finish(&items);
    buf_finish(&notices);
    scratch_leave();
}

static void with_spool(uint64_t max)
{
    ck_assert_int_eq(spool_open(&spool, "spool", max, &err), FERRY_OK);
    call.spool = spool;
}

static void put(const char *path, struct ferry_str text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0666);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text.ptr, (size_t)text.len), (ssize_t)text.len);
    close(fd);
}

static int32_t read_path(const char *path)
{
    struct input input = {.shown = path, .path = path};
    return read_input(&call, &input, &report, &err);
}

static int32_t read_text(struct ferry_str text)
{
    put("r.toy", text);
    return read_path("r.toy");
}

/* Says one result; the fields a test cares about. */
static int32_t say(const struct ferry_sink *sink, struct ferry_result r)
{
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RESULT, .result = &r};
    r.size = sizeof r;
    r.status = r.status ? r.status : FERRY_PASSED;
    return sink->item(sink->self, &item);
}

/* --- choosing --------------------------------------------------------------------------- */

START_TEST(the_surest_reader_reads_and_of_equals_the_first_by_id)
{
    ck_assert_int_eq(readers_add(&readers, &toys, NULL, 0, &err), FERRY_OK);
    ck_assert_int_eq(readers_add(&readers, &deaf, NULL, 0, &err), FERRY_OK);
    ck_assert_uint_eq(readers.n, 2);
    ck_assert_int_eq(read_text(FERRY_LIT("toy story")), FERRY_OK);
    ck_assert_str_eq(report.reader, "toy");
    ck_assert_int_eq(read_text(FERRY_LIT("toys")), FERRY_OK);
    ck_assert_str_eq(report.reader, "a-toys");
    ck_assert_int_eq(read_text(FERRY_LIT("toy=")), FERRY_OK);
    ck_assert_str_eq(report.reader, "a-toys");
}
END_TEST

START_TEST(a_file_that_nobody_knows_is_refused_with_what_it_begins_with)
{
    ck_assert_int_eq(read_text(FERRY_LIT("  <html>\x1b[31m")), FERRY_E_INPUT);
    ck_assert_str_eq(err.message, "r.toy: no reader knows it (toy): it begins with "
                                  "\"<html>\\x1b[31m\"; see ferry plugins");
    ck_assert_uint_eq(report.unknown, 1);
    ck_assert_uint_eq(items.len, 0);
    ck_assert_int_eq(ended + gone, begun); /* it was asked what it has against it: nothing */
}
END_TEST

static int32_t says_one_and_objects(const struct ferry_sink *sink, struct ferry_error *e)
{
    ck_assert_int_eq(say(sink, (struct ferry_result){.name = FERRY_LIT("n")}), FERRY_OK);
    return ferry_fail(e, FERRY_E_INPUT, "toy", "it seems to be a drum");
}

START_TEST(a_file_that_nobody_knows_is_refused_with_what_readers_have_against_it)
{
    script = says_one_and_objects;
    ck_assert_int_eq(read_text(FERRY_LIT("boom")), FERRY_E_INPUT);
    ck_assert_str_eq(err.message, "r.toy: no reader knows it: it seems to be a drum");
    ck_assert_uint_eq(report.unknown, 1);
    ck_assert_ptr_null(report.reader);
    ck_assert_uint_eq(report.counts.tests, 0);
    ck_assert_uint_eq(items.len, 0);
    put("drum.txt", FERRY_LIT("boom")); /* not one of its names, but named by a person */
    ck_assert_int_eq(read_path("drum.txt"), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "drum.txt: no reader knows it: it seems to be"));
    script = NULL;
}
END_TEST

START_TEST(an_empty_file_is_refused_as_empty_not_as_unknown)
{
    ck_assert_int_eq(read_text(FERRY_LIT("")), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "r.toy: empty:"));
    ck_assert_uint_eq(report.unknown, 0);
}
END_TEST

START_TEST(the_name_may_decide_and_a_short_file_is_fed_whole)
{
    put("by-name.toy", FERRY_LIT("x"));
    ck_assert_int_eq(read_path("by-name.toy"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&fed), "x");
    ck_assert_int_eq(begun, 1);
    ck_assert_int_eq(ended, 1);
    ck_assert_int_eq(gone, 0);
}
END_TEST

START_TEST(options_reach_the_reader_and_wrong_ones_are_refused)
{
    struct ferry_kv good = {FERRY_LIT("toy.level"), FERRY_LIT("7")};
    struct ferry_kv unknown = {FERRY_LIT("toy.levle"), FERRY_LIT("7")};
    struct ferry_kv wrong = {FERRY_LIT("toy.level"), FERRY_LIT("high")};
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert(str_is(option_seen, "1"));
    readers_finish(&readers);
    readers_init(&readers);
    ck_assert_int_eq(readers_add(&readers, &toy, &good, 1, &err), FERRY_OK);
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert(str_is(option_seen, "7"));
    ck_assert_int_eq(readers_add(&readers, &toy, &unknown, 1, &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "has no option \"levle\""));
    ck_assert_ptr_nonnull(strstr(err.message, "level\""));
    ck_assert_int_eq(readers_add(&readers, &toy, &wrong, 1, &err), FERRY_E_CONFIG);
}
END_TEST

/* --- bytes -------------------------------------------------------------------------------- */

/* `n` bytes that begin with "toy" and do not repeat soon. */
static char *pattern(size_t n)
{
    char *text = malloc(n);
    uint32_t x = 1;
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        text[i] = (char)(x >> 24);
    }
    memcpy(text, "toy", 3);
    return text;
}

static void fed_is(struct ferry_str wanted)
{
    ck_assert_uint_eq(fed.len, wanted.len);
    ck_assert_int_eq(memcmp(fed.ptr, wanted.ptr, fed.len), 0);
}

START_TEST(a_large_file_comes_in_pieces_and_whole)
{
    struct ferry_str text = {pattern(3000001), 3000001};
    call.flags = READ_DIGEST;
    ck_assert_int_eq(read_text(text), FERRY_OK);
    fed_is(text);
    ck_assert_uint_le(largest_feed, 256 * 1024);
    ck_assert_uint_eq(report.bytes, 3000001);
    ck_assert_uint_eq(strlen(report.sha256), 64);
    free((char *)(uintptr_t)text.ptr);
}
END_TEST

START_TEST(the_digest_is_that_of_the_bytes_in_the_file)
{
    call.flags = READ_DIGEST;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(report.sha256,
                     "0f53133ce57ca8e8937bb4b1c15a33ef9594704e1c11abd58e598bb8362f7385");
    call.flags = 0;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(report.sha256, "");
}
END_TEST

static void *drip(void *data)
{
    const char *text = data;
    int fd = open("pipe", O_WRONLY);
    for (size_t i = 0; text[i]; i++) {
        ck_assert_int_eq(write(fd, text + i, 1), 1);
        usleep(500);
    }
    close(fd);
    return NULL;
}

START_TEST(a_pipe_that_drips_is_read_like_a_file)
{
    pthread_t thread;
    char text[] = "toy one byte at a time, and each of them late";
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, drip, text), 0);
    ck_assert_int_eq(read_path("pipe"), FERRY_OK);
    pthread_join(thread, NULL);
    fed_is(ferry_cstr(text));
}
END_TEST

START_TEST(stdin_is_read_by_a_dash)
{
    struct input input = {.shown = "-"};
    int fd;
    put("r.toy", FERRY_LIT("toy on stdin"));
    fd = open("r.toy", O_RDONLY);
    ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    ck_assert_int_eq(read_input(&call, &input, &report, &err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&fed), "toy on stdin");
    close(fd);
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_or_read_is_named)
{
    ck_assert_int_eq(read_path("nowhere.toy"), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "nowhere.toy: cannot be opened: No such file"));
    mkdir("folder.toy", 0777);
    ck_assert_int_eq(read_path("folder.toy"), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "folder.toy: cannot be read on after 0 bytes"));
}
END_TEST

START_TEST(an_interruption_stops_between_pieces)
{
    struct ferry_str text = {pattern(600000), 600000};
    interrupted_when_fed = 15;
    call.interrupted = &interrupted;
    ck_assert_int_eq(read_text(text), FERRY_E_STOP);
    ck_assert_uint_lt(fed.len, 600000);
    ck_assert_int_eq(gone, 1);
    ck_assert_int_eq(ended, 0);
    free((char *)(uintptr_t)text.ptr);
}
END_TEST

static void *interrupt(void *data)
{
    (void)data;
    __atomic_store_n(&interrupted, 15, __ATOMIC_RELAXED);
    return NULL;
}

START_TEST(an_interruption_ends_the_wait_for_a_pipe_nobody_writes_to)
{
    pthread_t thread;
    call.interrupted = &interrupted;
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt, NULL), 0);
    ck_assert_int_eq(read_path("pipe"), FERRY_E_STOP);
    ck_assert_ptr_nonnull(strstr(err.message, "pipe: interrupted"));
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(an_interruption_ends_the_wait_for_more_on_stdin)
{
    struct input input = {.shown = "-"};
    pthread_t thread;
    int ends[2];
    call.interrupted = &interrupted;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "toy", 3), 3);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt, NULL), 0);
    ck_assert_int_eq(read_input(&call, &input, &report, &err), FERRY_E_STOP);
    pthread_join(thread, NULL);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* --- gzip ------------------------------------------------------------------------------------ */

/* Appends one member. */
static void pack(struct buf *out, struct ferry_str text)
{
    z_stream z = {0};
    size_t room = (size_t)text.len + 4096;
    char *to = buf_room(out, room);
    ck_assert_ptr_nonnull(to);
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)text.ptr;
    z.avail_in = (uInt)text.len;
    z.next_out = (unsigned char *)to;
    z.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    buf_grow(out, room - z.avail_out);
    deflateEnd(&z);
}

START_TEST(a_gzip_is_told_by_its_bytes_and_unpacked_on_the_way)
{
    struct ferry_str text = {pattern(1000000), 1000000};
    struct buf packed;
    buf_init(&packed, 8 << 20);
    pack(&packed, text);
    put("any-name", buf_str(&packed));
    ck_assert_int_eq(read_path("any-name"), FERRY_OK);
    fed_is(text);
    ck_assert_uint_eq(report.unpacked, 1000000);
    ck_assert_uint_eq(report.bytes, packed.len);
    ck_assert_uint_eq(notices.len, 0);
    buf_finish(&packed);
    free((char *)(uintptr_t)text.ptr);
}
END_TEST

START_TEST(members_behind_one_another_are_one_report)
{
    struct buf packed;
    buf_init(&packed, 1 << 20);
    pack(&packed, FERRY_LIT("toy "));
    pack(&packed, FERRY_LIT(""));
    pack(&packed, FERRY_LIT("in three"));
    buf_put(&packed, FERRY_LIT("\0\0\0\0"));
    ck_assert_int_eq(read_text(buf_str(&packed)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&fed), "toy in three");
    ck_assert_uint_eq(notices.len, 0);
    buf_finish(&packed);
}
END_TEST

START_TEST(a_gzip_cut_anywhere_keeps_what_came_and_says_so)
{
    struct buf packed;
    buf_init(&packed, 1 << 20);
    pack(&packed, FERRY_LIT("toy toy toy toy boat boat boat boat, told without repeating much"));
    for (size_t n = packed.len - 1; n > 40; n--) {
        buf_reset(&notices);
        buf_reset(&fed);
        ck_assert_int_eq(read_text((struct ferry_str){packed.ptr, n}), FERRY_OK);
        ck_assert_uint_eq(report.truncated, 1);
        ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "gzip-truncated|"));
    }
    buf_finish(&packed);
}
END_TEST

START_TEST(damage_inside_a_gzip_is_told_and_junk_behind_it_too)
{
    struct buf packed;
    buf_init(&packed, 1 << 20);
    pack(&packed, FERRY_LIT("toy boat"));
    buf_puts(&packed, "junk");
    ck_assert_int_eq(read_text(buf_str(&packed)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&notices), "gzip-trailing|bytes behind the end of the gzip left "
                                         "out\n");
    ck_assert_uint_eq(report.truncated, 0);
    buf_reset(&notices);
    buf_cut(&packed, packed.len - 4);
    packed.ptr[packed.len - 6] ^= 1; /* of the checksum */
    ck_assert_int_eq(read_text(buf_str(&packed)), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "gzip-damaged|"));
    ck_assert_uint_eq(report.truncated, 1);
    buf_finish(&packed);
}
END_TEST

START_TEST(a_gzip_of_nothing_is_empty)
{
    struct buf packed;
    buf_init(&packed, 1 << 20);
    pack(&packed, FERRY_LIT(""));
    ck_assert_int_eq(read_text(buf_str(&packed)), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "r.toy: empty:"));
    buf_finish(&packed);
}
END_TEST

START_TEST(a_bomb_stops_at_the_total)
{
    char *zeros = calloc(1, 20000000);
    struct buf packed;
    buf_init(&packed, 32 << 20);
    memcpy(zeros, "toy", 3);
    pack(&packed, (struct ferry_str){zeros, 20000000});
    ck_assert_uint_lt(packed.len, 100000);
    call.max_unpacked = 5000000;
    ck_assert_int_eq(read_text(buf_str(&packed)), FERRY_E_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.message, "unpacks to more than 5000000 bytes"));
    ck_assert_uint_eq(fed.len, 5000000);
    ck_assert_uint_eq(report.truncated, 1);
    ck_assert_int_eq(gone, 1);
    call.max_unpacked = 20000000;
    ck_assert_int_eq(read_text(buf_str(&packed)), FERRY_OK);
    buf_finish(&packed);
    free(zeros);
}
END_TEST

/* --- items ------------------------------------------------------------------------------------- */

static int32_t say_names(const struct ferry_sink *sink, struct ferry_error *e)
{
    (void)e;
    say(sink, (struct ferry_result){.suite = FERRY_LIT("root\tpkg"),
                                    .class_name = FERRY_LIT("Class"),
                                    .name = FERRY_LIT("test")});
    say(sink, (struct ferry_result){.suite = FERRY_LIT("root\tpkg"),
                                    .class_name = FERRY_LIT("pkg"),
                                    .name = FERRY_LIT("test")});
    say(sink, (struct ferry_result){.suite = FERRY_LIT("\troot\t\tpkg\t"),
                                    .class_name = FERRY_LIT("a\tb"),
                                    .name = FERRY_LIT("c\td")});
    say(sink, (struct ferry_result){.name = FERRY_LIT("alone"), .status = FERRY_FAILED});
    say(sink, (struct ferry_result){.suite = FERRY_LIT("\t"), .class_name = FERRY_LIT("C")});
    return say(sink, (struct ferry_result){.status = FERRY_SKIPPED});
}

START_TEST(signatures_are_made_of_suite_class_and_name)
{
    script = say_names;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&items), "root\tpkg\tClass\ttest|passed\n"
                                       "root\tpkg\ttest|passed\n"
                                       "root\tpkg\ta b\tc d|passed\n"
                                       "alone|failed\n"
                                       "C|passed\n"
                                       "|skipped\n");
}
END_TEST

static int32_t say_all_states(const struct ferry_sink *sink, struct ferry_error *e)
{
    const uint32_t timed = FERRY_RESULT_HAS_DURATION;
    (void)e;
    say(sink, (struct ferry_result){.has = timed, .duration_us = 1000});
    say(sink, (struct ferry_result){
                  .has = timed, .duration_us = 500, .flags = FERRY_RESULT_FLAKY, .attempt = 2});
    say(sink, (struct ferry_result){.status = FERRY_FAILED,
                                    .has = timed,
                                    .duration_us = 70000,
                                    .flags = FERRY_RESULT_SUPERSEDED,
                                    .attempt = 1});
    say(sink, (struct ferry_result){.status = FERRY_FAILED, .duration_us = 9});
    say(sink, (struct ferry_result){.status = FERRY_ERRORED});
    say(sink, (struct ferry_result){.status = FERRY_ERRORED, .flags = FERRY_RESULT_SYNTHETIC});
    say(sink, (struct ferry_result){.status = FERRY_SKIPPED});
    say(sink, (struct ferry_result){.status = FERRY_NOT_RUN});
    say(sink, (struct ferry_result){.status = FERRY_BLOCKED});
    say(sink, (struct ferry_result){.status = 99});
    return say(sink, (struct ferry_result){.has = timed, .duration_us = -1});
}

START_TEST(each_test_counts_once)
{
    struct read_counts *c = &report.counts;
    script = say_all_states;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_uint_eq(c->tests, 9);
    ck_assert_uint_eq(c->passed, 3);
    ck_assert_uint_eq(c->failed, 1);
    ck_assert_uint_eq(c->errored, 1);
    ck_assert_uint_eq(c->skipped, 1);
    ck_assert_uint_eq(c->not_run, 1);
    ck_assert_uint_eq(c->other, 2);
    ck_assert_uint_eq(c->flaky, 1);
    ck_assert_uint_eq(c->superseded, 1);
    ck_assert_uint_eq(c->synthetic, 1);
    ck_assert_int_eq(c->duration_us, 1500);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "outside-tests|1 fault(s)"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "reader-bug|a duration below zero"));
    ck_assert_uint_eq(report.warnings, 2);
}
END_TEST

static int32_t say_long_times(const struct ferry_sink *sink, struct ferry_error *e)
{
    (void)e;
    for (int i = 0; i < 3; i++) {
        say(sink, (struct ferry_result){.has = FERRY_RESULT_HAS_DURATION,
                                        .duration_us = INT64_MAX / 2 + 1});
    }
    return FERRY_OK;
}

static int32_t say_nothing(const struct ferry_sink *sink, struct ferry_error *e)
{
    (void)sink;
    (void)e;
    return FERRY_OK;
}

static int32_t say_a_contradiction(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_notice notice = {.size = sizeof notice,
                                  .flags = FERRY_NOTICE_CONTRADICTION,
                                  .code = FERRY_LIT("counters"),
                                  .text = FERRY_LIT("says 3")};
    (void)e;
    return sink->notice(sink->self, &notice);
}

START_TEST(a_report_without_a_test_is_told)
{
    script = say_nothing;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&notices),
                     "no-tests|the report holds no test; look at what its run collected\n");
    ck_assert_uint_eq(report.contradicts, 0);
    buf_reset(&notices);
    script = say_a_contradiction;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&notices), "counters|says 3\n");
    ck_assert_uint_eq(report.contradicts, 1);
}
END_TEST

START_TEST(durations_that_overflow_stay_at_the_largest)
{
    struct read_counts total = {.duration_us = 5};
    script = say_long_times;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(report.counts.duration_us, INT64_MAX);
    read_counts_add(&total, &report.counts);
    ck_assert_int_eq(total.duration_us, INT64_MAX);
    ck_assert_uint_eq(total.tests, 3);
}
END_TEST

static int32_t say_broken_text(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_kv property = {FERRY_LIT("k"), FERRY_LIT("v\xff")};
    struct ferry_str tag = FERRY_LIT("\xe2\x82");
    struct ferry_failure failure = {.size = sizeof failure, .message = FERRY_LIT("a\xc0")};
    const struct ferry_failure *failures[] = {&failure};
    (void)e;
    return say(sink, (struct ferry_result){.name = FERRY_LIT("n\xfe"),
                                           .properties = &property,
                                           .n_properties = 1,
                                           .tags = &tag,
                                           .n_tags = 1,
                                           .failures = failures,
                                           .n_failures = 1});
}

static void text_is_mended(const struct ferry_item *item)
{
    const struct ferry_result *r = item->result;
    ck_assert(str_is(r->name, "n\xEF\xBF\xBD"));
    ck_assert(str_is(r->signature, "n\xEF\xBF\xBD"));
    ck_assert(str_is(r->properties[0].key, "k"));
    ck_assert(str_is(r->properties[0].value, "v\xEF\xBF\xBD"));
    ck_assert(str_is(r->tags[0], "\xEF\xBF\xBD\xEF\xBF\xBD"));
    ck_assert(str_is(r->failures[0]->message, "a\xEF\xBF\xBD"));
}

START_TEST(text_that_is_no_utf8_is_mended_and_told)
{
    script = say_broken_text;
    item_check = text_is_mended;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "not-utf8|"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "5 byte(s)"));
}
END_TEST

/* Tests print their environment; what they print goes to people who were not given the token. */
static int32_t say_secret(const struct ferry_sink *sink, struct ferry_error *e)
{
    static const struct ferry_kv properties[] = {
        {FERRY_LIT("env"), FERRY_LIT("TOKEN=tok-4711-abcdef;")},
        {FERRY_LIT("pin"), FERRY_LIT("pin1")}};
    struct ferry_result r = {.size = sizeof r,
                             .status = FERRY_FAILED,
                             .name = FERRY_LIT("login with tok-4711-abcdef"),
                             .message = FERRY_LIT("it begins like a token: tok-4711-"),
                             .out = FERRY_LIT("?t=tok%2D4711-abcdef&x"),
                             .properties = properties,
                             .n_properties = 2};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RESULT, .result = &r};
    (void)e;
    return sink->item(sink->self, &item);
}

static void secret_is_out(const struct ferry_item *item)
{
    const struct ferry_result *r = item->result;
    ck_assert(str_is(r->name, "login with ***"));
    ck_assert(str_is(r->signature, "login with ***"));
    ck_assert(str_is(r->message, "it begins like a token: tok-4711-"));
    ck_assert(str_is(r->out, "?t=***&x"));
    ck_assert(str_is(r->properties[0].value, "TOKEN=***;"));
    ck_assert(str_is(r->properties[1].value, "pin1")); /* too short to be looked for in data */
}

START_TEST(a_secret_that_ferry_was_given_does_not_leave_in_a_report)
{
    ck_assert_int_eq(secrets_add(FERRY_LIT("tok-4711-abcdef")), FERRY_OK);
    ck_assert_int_eq(secrets_add(FERRY_LIT("pin1")), FERRY_OK);
    script = say_secret;
    item_check = secret_is_out;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "secret|\"login with ***\""));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "in 3 of its texts"));
    secrets_clear();
}
END_TEST

/* A result as a plugin of an older level would say it: shorter than ours, and garbage behind its end. */
static int32_t say_short(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_result r;
    struct ferry_item item = {.noun = FERRY_RESULT, .result = &r};
    (void)e;
    memset(&r, 0xa5, sizeof r);
    memset(&r, 0, offsetof(struct ferry_result, file));
    r.size = offsetof(struct ferry_result, file);
    r.status = FERRY_PASSED;
    r.name = FERRY_LIT("old");
    item.size = offsetof(struct ferry_item, suite);
    return sink->item(sink->self, &item);
}

static void rest_is_absent(const struct ferry_item *item)
{
    ck_assert_uint_eq(item->size, sizeof *item);
    ck_assert_uint_eq(item->result->size, sizeof *item->result);
    ck_assert_uint_eq(item->result->n_steps, 0);
    ck_assert_ptr_null(item->result->file.ptr);
    ck_assert_ptr_null(item->result->out_blob);
}

START_TEST(an_older_plugins_shorter_structs_are_read_to_their_end_only)
{
    script = say_short;
    item_check = rest_is_absent;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&items), "old|passed\n");
}
END_TEST

static int32_t say_suite_and_nonsense(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_suite suite = {.size = sizeof suite, .path = FERRY_LIT("a\tb")};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_SUITE, .suite = &suite};
    struct ferry_item none = {.size = sizeof none, .noun = FERRY_RUN};
    struct ferry_notice cut = {.size = sizeof cut,
                               .flags = FERRY_NOTICE_TRUNCATED,
                               .code = FERRY_LIT("truncated"),
                               .text = FERRY_LIT("cut")};
    (void)e;
    ck_assert_int_eq(sink->item(sink->self, &item), FERRY_OK);
    ck_assert_int_eq(sink->item(sink->self, &none), FERRY_OK);
    return sink->notice(sink->self, &cut);
}

START_TEST(suites_are_handed_on_and_other_kinds_are_told)
{
    script = say_suite_and_nonsense;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&items), "a\tb|suite\n");
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "reader-bug|the reader said an item"));
    ck_assert_uint_eq(report.truncated, 1);
    ck_assert_uint_eq(report.warnings, 2);
    ck_assert_uint_eq(report.counts.tests, 0);
}
END_TEST

START_TEST(what_the_reader_refuses_is_told_with_the_file_and_inert)
{
    feed_fails = FERRY_E_INPUT;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_INPUT);
    ck_assert_str_eq(err.message, "r.toy: line 3: \\x1b[2Jnot toy enough");
    ck_assert_uint_eq(report.unknown, 0);
    ck_assert_int_eq(gone, 1);
    ck_assert_int_eq(ended, 0);
}
END_TEST

static int32_t say_two(const struct ferry_sink *sink, struct ferry_error *e)
{
    int32_t rc = say(sink, (struct ferry_result){.name = FERRY_LIT("one")});
    ck_assert_int_eq(rc, FERRY_E_IO);
    ck_assert_int_eq(say(sink, (struct ferry_result){.name = FERRY_LIT("two")}), FERRY_E_IO);
    /* a reader that makes something else of it is not believed */
    return ferry_fail(e, FERRY_E_INPUT, "toy", "something else");
}

START_TEST(a_caller_that_stops_is_obeyed_and_its_reason_returned)
{
    script = say_two;
    item_returns = FERRY_E_IO;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_IO);
    ck_assert_str_eq(buf_cstr(&items), "one|passed\n");
}
END_TEST

/* --- long texts ------------------------------------------------------------------------------------ */

static int32_t say_long_texts(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_blob out = {.size = sizeof out}, details = {.size = sizeof details};
    char a_name[32], b_name[32];
    int64_t a = sink->text(sink->self, 0, FERRY_LIT("one ")), b;
    (void)e;
    b = sink->text(sink->self, 0, FERRY_LIT("two "));
    ck_assert_int_gt(a, 0);
    ck_assert_int_gt(b, 0);
    ck_assert_int_ne(a, b);
    ck_assert_int_eq(sink->text(sink->self, a, FERRY_LIT("and on")), a);
    ck_assert_int_eq(sink->text(sink->self, b, FERRY_LIT("too")), b);
    ck_assert_int_lt(sink->text(sink->self, 77, FERRY_LIT("x")), 0);
    snprintf(a_name, sizeof a_name, "text:%d", (int)a);
    snprintf(b_name, sizeof b_name, "text:%d", (int)b);
    out.digest = ferry_cstr(a_name);
    details.digest = ferry_cstr(b_name);
    return say(sink, (struct ferry_result){.out_blob = &out, .details_blob = &details});
}

static void texts_are_blobs(const struct ferry_item *item)
{
    char got[64] = "";
    ck_assert_uint_eq(item->result->out_blob->bytes, 10);
    ck_assert_uint_eq(item->result->details_blob->bytes, 7);
    if (!spool) {
        ck_assert_ptr_null(item->result->out_blob->digest.ptr);
        return;
    }
    ck_assert_int_eq(spool_read(spool, item->result->out_blob->digest, 0, got, 64), 10);
    ck_assert_str_eq(got, "one and on");
    memset(got, 0, sizeof got);
    ck_assert_int_eq(spool_read(spool, item->result->details_blob->digest, 0, got, 64), 7);
    ck_assert_str_eq(got, "two too");
}

START_TEST(long_texts_go_to_the_spool_and_become_digests)
{
    with_spool(0);
    script = say_long_texts;
    item_check = texts_are_blobs;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.texts, 2);
    ck_assert_uint_eq(report.text_bytes, 17);
    ck_assert_uint_eq(notices.len, 0);
}
END_TEST

START_TEST(without_a_spool_long_texts_are_counted)
{
    script = say_long_texts;
    item_check = texts_are_blobs;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.text_bytes, 17);
}
END_TEST

static int32_t say_lost_texts(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_blob out = {.size = sizeof out, .digest = FERRY_LIT("text:9")};
    struct ferry_blob err_blob = {.size = sizeof err_blob, .digest = FERRY_LIT("sha256:00")};
    (void)e;
    ck_assert_int_gt(sink->text(sink->self, 0, FERRY_LIT("nobody's")), 0);
    return say(sink, (struct ferry_result){.out_blob = &out, .err_blob = &err_blob});
}

START_TEST(texts_that_belong_to_nobody_are_told_and_leave_nothing)
{
    with_spool(0);
    script = say_lost_texts;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "never gave: \"text:9\""));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "never gave: \"sha256:00\""));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "1 long text(s) belong to no result"));
    ck_assert_uint_eq(spool_bytes(spool), 0);
    ck_assert_uint_eq(report.texts, 0);
}
END_TEST

static int32_t say_more_than_fits(const struct ferry_sink *sink, struct ferry_error *e)
{
    int64_t a = sink->text(sink->self, 0, FERRY_LIT("twelve bytes"));
    ck_assert_int_gt(a, 0);
    ck_assert_int_eq(sink->text(sink->self, a, FERRY_LIT("!")), -FERRY_E_TOO_LARGE);
    ck_assert_int_eq(sink->text(sink->self, 0, FERRY_LIT("!")), -FERRY_E_TOO_LARGE);
    say(sink, (struct ferry_result){.name = FERRY_LIT("too late")});
    return ferry_fail(e, FERRY_E_INPUT, "toy", "something else");
}

START_TEST(a_full_spool_stops_the_reading_with_its_own_reason)
{
    with_spool(12);
    script = say_more_than_fits;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.message, "spool"));
    ck_assert_uint_eq(items.len, 0);
}
END_TEST

/* --- attachments --------------------------------------------------------------------------------------- */

static int32_t say_attachments(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_attachment good = {.size = sizeof good, .path = FERRY_LIT("shots/1.png")};
    struct ferry_attachment named = {.size = sizeof named,
                                     .name = FERRY_LIT("../../etc/Picture one"),
                                     .mime = FERRY_LIT("image/png"),
                                     .path = FERRY_LIT("shots/1.png")};
    struct ferry_attachment evil = {.size = sizeof evil, .path = FERRY_LIT("../secret")};
    struct ferry_attachment gone_one = {.size = sizeof gone_one, .path = FERRY_LIT("no\x1bpe")};
    const struct ferry_attachment *list[] = {&good, &named, &evil}, *in_step[] = {&gone_one};
    struct ferry_step inner = {.size = sizeof inner,
                               .action = FERRY_LIT("click"),
                               .status = FERRY_FAILED,
                               .attachments = in_step,
                               .n_attachments = 1};
    const struct ferry_step *inner_list[] = {&inner};
    struct ferry_step outer = {.size = sizeof outer, .steps = inner_list, .n_steps = 1};
    const struct ferry_step *steps[] = {&outer};
    (void)e;
    return say(sink, (struct ferry_result){.name = FERRY_LIT("t"),
                                           .attachments = list,
                                           .n_attachments = 3,
                                           .steps = steps,
                                           .n_steps = 1});
}

static void attachments_are_settled(const struct ferry_item *item)
{
    const struct ferry_attachment *const *a = item->result->attachments;
    char got[64] = "";
    ck_assert(str_is(a[0]->name, "1.png"));
    ck_assert(str_is(a[1]->name, "Picture one"));
    ck_assert(str_is(a[1]->mime, "image/png"));
    ck_assert_uint_eq(a[0]->blob->bytes, 7);
    ck_assert_ptr_null(a[2]->blob);
    ck_assert(str_is(a[2]->path, "../secret"));
    ck_assert_ptr_null(item->result->steps[0]->steps[0]->attachments[0]->blob);
    if (spool) {
        ck_assert_int_eq(spool_read(spool, a[0]->blob->digest, 0, got, sizeof got), 7);
        ck_assert_str_eq(got, "picture");
        ck_assert(ferry_eq(a[0]->blob->digest, a[1]->blob->digest));
    } else {
        ck_assert_ptr_null(a[0]->blob->digest.ptr);
    }
}

static void a_report_with_files(void)
{
    mkdir("r", 0777);
    mkdir("r/shots", 0777);
    put("r/shots/1.png", FERRY_LIT("picture"));
    put("secret", FERRY_LIT("token"));
    put("r/r.toy", FERRY_LIT("toy"));
    script = say_attachments;
    item_check = attachments_are_settled;
}

START_TEST(attachments_go_to_the_spool_and_refused_ones_cost_nothing)
{
    a_report_with_files();
    with_spool(0);
    ck_assert_int_eq(read_path("r/r.toy"), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.attachments, 4);
    ck_assert_uint_eq(report.refused_attachments, 2);
    ck_assert_uint_eq(report.attachment_bytes, 14);
    ck_assert_uint_eq(report.counts.tests, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "attachment-outside|attachment "
                                                     "\"../secret\": leads out"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "attachment-name|attachment \"no\\x1bpe\""));
    ck_assert_uint_eq(spool_bytes(spool), 7);
}
END_TEST

START_TEST(without_a_spool_attachments_are_judged_and_counted)
{
    a_report_with_files();
    ck_assert_int_eq(read_path("r/r.toy"), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.attachment_bytes, 14);
    ck_assert_uint_eq(report.refused_attachments, 2);
}
END_TEST

START_TEST(a_spool_that_cannot_hold_an_attachment_stops_the_reading)
{
    a_report_with_files();
    item_check = NULL;
    with_spool(3);
    ck_assert_int_eq(read_path("r/r.toy"), FERRY_E_TOO_LARGE);
    ck_assert_uint_eq(items.len, 0);
}
END_TEST

START_TEST(a_wrong_attachment_root_is_a_configuration_error)
{
    const char *roots[] = {"relative", NULL};
    call.roots = roots;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "attachments.roots"));
}
END_TEST

static TCase *bytes_case(void)
{
    TCase *t = tcase_create("bytes");
    tcase_add_test(t, the_surest_reader_reads_and_of_equals_the_first_by_id);
    tcase_add_test(t, a_file_that_nobody_knows_is_refused_with_what_it_begins_with);
    tcase_add_test(t, a_file_that_nobody_knows_is_refused_with_what_readers_have_against_it);
    tcase_add_test(t, an_empty_file_is_refused_as_empty_not_as_unknown);
    tcase_add_test(t, the_name_may_decide_and_a_short_file_is_fed_whole);
    tcase_add_test(t, options_reach_the_reader_and_wrong_ones_are_refused);
    tcase_add_test(t, a_large_file_comes_in_pieces_and_whole);
    tcase_add_test(t, the_digest_is_that_of_the_bytes_in_the_file);
    tcase_add_test(t, a_pipe_that_drips_is_read_like_a_file);
    tcase_add_test(t, stdin_is_read_by_a_dash);
    tcase_add_test(t, a_file_that_cannot_be_opened_or_read_is_named);
    tcase_add_test(t, an_interruption_stops_between_pieces);
    tcase_add_test(t, an_interruption_ends_the_wait_for_a_pipe_nobody_writes_to);
    tcase_add_test(t, an_interruption_ends_the_wait_for_more_on_stdin);
    tcase_add_test(t, a_gzip_is_told_by_its_bytes_and_unpacked_on_the_way);
    tcase_add_test(t, members_behind_one_another_are_one_report);
    tcase_add_test(t, a_gzip_cut_anywhere_keeps_what_came_and_says_so);
    tcase_add_test(t, damage_inside_a_gzip_is_told_and_junk_behind_it_too);
    tcase_add_test(t, a_gzip_of_nothing_is_empty);
    tcase_add_test(t, a_bomb_stops_at_the_total);
    return t;
}

static TCase *items_case(void)
{
    TCase *t = tcase_create("items");
    tcase_add_test(t, signatures_are_made_of_suite_class_and_name);
    tcase_add_test(t, each_test_counts_once);
    tcase_add_test(t, a_report_without_a_test_is_told);
    tcase_add_test(t, durations_that_overflow_stay_at_the_largest);
    tcase_add_test(t, text_that_is_no_utf8_is_mended_and_told);
    tcase_add_test(t, a_secret_that_ferry_was_given_does_not_leave_in_a_report);
    tcase_add_test(t, an_older_plugins_shorter_structs_are_read_to_their_end_only);
    tcase_add_test(t, suites_are_handed_on_and_other_kinds_are_told);
    tcase_add_test(t, what_the_reader_refuses_is_told_with_the_file_and_inert);
    tcase_add_test(t, a_caller_that_stops_is_obeyed_and_its_reason_returned);
    tcase_add_test(t, long_texts_go_to_the_spool_and_become_digests);
    tcase_add_test(t, without_a_spool_long_texts_are_counted);
    tcase_add_test(t, texts_that_belong_to_nobody_are_told_and_leave_nothing);
    tcase_add_test(t, a_full_spool_stops_the_reading_with_its_own_reason);
    tcase_add_test(t, attachments_go_to_the_spool_and_refused_ones_cost_nothing);
    tcase_add_test(t, without_a_spool_attachments_are_judged_and_counted);
    tcase_add_test(t, a_spool_that_cannot_hold_an_attachment_stops_the_reading);
    tcase_add_test(t, a_wrong_attachment_root_is_a_configuration_error);
    return t;
}

int main(void)
{
    Suite *suite = suite_create("read");
    TCase *cases[] = {bytes_case(), items_case()};
    SRunner *runner;
    int failed;
    for (size_t i = 0; i < 2; i++) {
        tcase_add_checked_fixture(cases[i], begin, end);
        tcase_set_timeout(cases[i], 60);
        suite_add_tcase(suite, cases[i]);
    }
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
