/* SPDX-License-Identifier: MIT */
/* read.c - from a file's bytes to a reader: which one, in what pieces, and what gzip and pipes have to do with it. */
#include "read_bench.h"

#include <errno.h>
#include <pthread.h>
#include <zlib.h>

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

static void add(TCase *t)
{
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
}

int main(void)
{
    return run_suite("read", add);
}
