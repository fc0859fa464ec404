/* SPDX-License-Identifier: MIT */
/* base_memory.c - buf and arena: limits, latching, zeroed bytes, alignment. */
#include "arena.h"
#include "buf.h"

#include <check.h>
#include <stdalign.h>
#include <stdlib.h>

START_TEST(an_untouched_buffer_is_absent_but_a_c_string)
{
    struct buf b;
    buf_init(&b, 10);
    ck_assert_ptr_null(buf_str(&b).ptr);
    ck_assert_str_eq(buf_cstr(&b), "");
    buf_finish(&b);
}
END_TEST

START_TEST(putting_absent_leaves_absent_and_putting_empty_makes_empty)
{
    struct buf b;
    buf_init(&b, 10);
    ck_assert_int_eq(buf_put(&b, (struct ferry_str){NULL, 0}), FERRY_OK);
    ck_assert_ptr_null(buf_str(&b).ptr);
    ck_assert_int_eq(buf_puts(&b, ""), FERRY_OK);
    ck_assert_ptr_nonnull(buf_str(&b).ptr);
    ck_assert_uint_eq(b.len, 0);
    buf_finish(&b);
}
END_TEST

START_TEST(a_buffer_takes_exactly_its_maximum)
{
    struct buf b;
    buf_init(&b, 5);
    ck_assert_int_eq(buf_puts(&b, "abcde"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&b), "abcde");
    ck_assert_uint_le(b.cap, 6);
    ck_assert_int_eq(buf_putc(&b, 'f'), FERRY_E_TOO_LARGE);
    ck_assert_str_eq(buf_cstr(&b), "abcde");
    buf_finish(&b);
}
END_TEST

START_TEST(a_failure_latches_until_reset)
{
    struct buf b;
    buf_init(&b, 4);
    buf_puts(&b, "ab");
    ck_assert_int_eq(buf_puts(&b, "cde"), FERRY_E_TOO_LARGE);
    ck_assert_int_eq(buf_puts(&b, "c"), FERRY_E_TOO_LARGE);
    ck_assert_int_eq(buf_printf(&b, "%d", 1), FERRY_E_TOO_LARGE);
    ck_assert_ptr_null(buf_room(&b, 1));
    ck_assert_str_eq(buf_cstr(&b), "ab");
    buf_reset(&b);
    ck_assert_str_eq(buf_cstr(&b), "");
    ck_assert_int_eq(buf_puts(&b, "wxyz"), FERRY_OK);
    buf_finish(&b);
}
END_TEST

START_TEST(sizes_that_wrap_around_are_too_large)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_puts(&b, "x");
    ck_assert_ptr_null(buf_room(&b, SIZE_MAX - 1));
    ck_assert_int_eq(b.failed, FERRY_E_TOO_LARGE);
    buf_reset(&b);
    ck_assert_int_eq(buf_put(&b, (struct ferry_str){"x", UINT64_MAX}), FERRY_E_TOO_LARGE);
    buf_finish(&b);
}
END_TEST

START_TEST(printf_grows_across_capacity_steps)
{
    struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 5000; i++) {
        ck_assert_int_eq(buf_printf(&b, "%d,", i % 10), FERRY_OK);
    }
    ck_assert_uint_eq(b.len, 10000);
    ck_assert_mem_eq(b.ptr + 9990, "5,6,7,8,9,", 10);
    ck_assert_int_eq(b.ptr[b.len], '\0');
    buf_finish(&b);
}
END_TEST

START_TEST(integers_are_written_from_the_least_to_the_most)
{
    struct buf b;
    buf_init(&b, 100);
    buf_put_int(&b, INT64_MIN);
    buf_putc(&b, ' ');
    buf_put_int(&b, 0);
    buf_putc(&b, ' ');
    buf_put_int(&b, -10);
    buf_putc(&b, ' ');
    buf_put_int(&b, INT64_MAX);
    ck_assert_str_eq(buf_cstr(&b), "-9223372036854775808 0 -10 9223372036854775807");
    buf_finish(&b);
}
END_TEST

START_TEST(a_printf_that_does_not_fit_leaves_what_was_there)
{
    struct buf b;
    buf_init(&b, 8);
    buf_puts(&b, "abc");
    ck_assert_int_eq(buf_printf(&b, "%s", "123456"), FERRY_E_TOO_LARGE);
    ck_assert_str_eq(buf_cstr(&b), "abc");
    buf_finish(&b);
}
END_TEST

START_TEST(room_counts_only_when_grown_and_cut_goes_back)
{
    struct buf b;
    char *room;
    buf_init(&b, 100);
    room = buf_room(&b, 3);
    memcpy(room, "xyz", 3);
    ck_assert_uint_eq(b.len, 0);
    buf_grow(&b, 3);
    ck_assert_str_eq(buf_cstr(&b), "xyz");
    buf_cut(&b, 1);
    ck_assert_str_eq(buf_cstr(&b), "x");
    buf_cut(&b, 50);
    ck_assert_uint_eq(b.len, 1);
    buf_finish(&b);
}
END_TEST

START_TEST(growing_past_the_room_is_refused)
{
    struct buf b;
    buf_init(&b, 1000);
    buf_room(&b, 3);
    buf_grow(&b, 900);
    ck_assert_int_eq(b.failed, FERRY_E_TOO_LARGE);
    ck_assert_uint_eq(b.len, 0);
    buf_finish(&b);
}
END_TEST

START_TEST(a_borrowed_buffer_never_leaves_the_room_it_was_given)
{
    char room[8];
    struct buf b;
    buf_borrow(&b, room, sizeof room);
    ck_assert_str_eq(buf_cstr(&b), "");
    ck_assert_int_eq(buf_puts(&b, "1234567"), FERRY_OK);
    ck_assert_ptr_eq(b.ptr, room);
    ck_assert_str_eq(room, "1234567");
    ck_assert_int_eq(buf_putc(&b, '8'), FERRY_E_TOO_LARGE);
    ck_assert_str_eq(room, "1234567");
    buf_reset(&b);
    ck_assert_int_eq(buf_printf(&b, "%d", 12345678), FERRY_E_TOO_LARGE);
    ck_assert_str_eq(room, "");
    ck_assert_ptr_eq(b.ptr, room);
}
END_TEST

START_TEST(a_finished_buffer_works_as_after_init)
{
    struct buf b;
    buf_init(&b, 3);
    buf_puts(&b, "abcd");
    buf_finish(&b);
    ck_assert_int_eq(buf_puts(&b, "abc"), FERRY_OK);
    buf_finish(&b);
    memset(&b, 0, sizeof b);
    buf_finish(&b);
}
END_TEST

START_TEST(arena_memory_is_zeroed_and_aligned_also_after_reset)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 300; n++) {
            unsigned char *p = arena_alloc(&a, n);
            ck_assert_ptr_nonnull(p);
            ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t), 0);
            for (size_t i = 0; i < n; i++) {
                ck_assert_uint_eq(p[i], 0);
            }
            memset(p, 0xA5, n);
        }
        arena_reset(&a);
        ck_assert_uint_eq(a.used, 0);
    }
    arena_finish(&a);
}
END_TEST

START_TEST(pieces_do_not_overlap_whatever_their_sizes)
{
    struct arena a;
    unsigned char *pieces[200];
    size_t sizes[200];
    arena_init(&a, 64 << 20);
    for (unsigned i = 0; i < 200; i++) {
        sizes[i] = i % 7 == 0 ? 70000 : (size_t)i * 37 % 5000 + 1;
        pieces[i] = arena_alloc(&a, sizes[i]);
        memset(pieces[i], (int)i, sizes[i]);
    }
    for (unsigned i = 0; i < 200; i++) {
        ck_assert_uint_eq(pieces[i][0], i);
        ck_assert_uint_eq(pieces[i][sizes[i] - 1], i);
    }
    arena_finish(&a);
}
END_TEST

START_TEST(an_arena_stops_at_its_maximum_and_latches)
{
    struct arena a;
    arena_init(&a, 1024);
    ck_assert_ptr_nonnull(arena_alloc(&a, 1000));
    ck_assert_ptr_null(arena_alloc(&a, 100));
    ck_assert_int_eq(a.failed, FERRY_E_TOO_LARGE);
    ck_assert_ptr_null(arena_alloc(&a, 1));
    ck_assert_ptr_null(arena_str(&a, FERRY_LIT("x")).ptr);
    arena_reset(&a);
    ck_assert_ptr_nonnull(arena_alloc(&a, 1000));
    arena_finish(&a);
}
END_TEST

START_TEST(arrays_whose_size_wraps_around_are_refused)
{
    struct arena a;
    size_t n = SIZE_MAX / sizeof(uint64_t) + 2;
    arena_init(&a, SIZE_MAX);
    ck_assert_ptr_null(arena_array(&a, uint64_t, n));
    ck_assert_int_eq(a.failed, FERRY_E_TOO_LARGE);
    arena_reset(&a);
    ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX));
    ck_assert_int_eq(a.failed, FERRY_E_TOO_LARGE);
    arena_finish(&a);
}
END_TEST

START_TEST(copies_end_with_nul_and_absent_stays_absent)
{
    struct arena a;
    struct ferry_str s;
    arena_init(&a, 4096);
    s = arena_str(&a, (struct ferry_str){"abcdef", 3});
    ck_assert_str_eq(s.ptr, "abc");
    ck_assert_uint_eq(s.len, 3);
    ck_assert_ptr_null(arena_str(&a, (struct ferry_str){NULL, 0}).ptr);
    s = arena_str(&a, FERRY_LIT(""));
    ck_assert_ptr_nonnull(s.ptr);
    s = arena_printf(&a, "%s-%d", "x", 42);
    ck_assert_str_eq(s.ptr, "x-42");
    ck_assert_uint_eq(s.len, 4);
    arena_finish(&a);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base memory");
    TCase *buffers = tcase_create("buf");
    TCase *arenas = tcase_create("arena");
    SRunner *runner;
    int failed;
    tcase_add_test(buffers, an_untouched_buffer_is_absent_but_a_c_string);
    tcase_add_test(buffers, putting_absent_leaves_absent_and_putting_empty_makes_empty);
    tcase_add_test(buffers, a_buffer_takes_exactly_its_maximum);
    tcase_add_test(buffers, a_failure_latches_until_reset);
    tcase_add_test(buffers, sizes_that_wrap_around_are_too_large);
    tcase_add_test(buffers, printf_grows_across_capacity_steps);
    tcase_add_test(buffers, integers_are_written_from_the_least_to_the_most);
    tcase_add_test(buffers, a_printf_that_does_not_fit_leaves_what_was_there);
    tcase_add_test(buffers, room_counts_only_when_grown_and_cut_goes_back);
    tcase_add_test(buffers, growing_past_the_room_is_refused);
    tcase_add_test(buffers, a_finished_buffer_works_as_after_init);
    tcase_add_test(buffers, a_borrowed_buffer_never_leaves_the_room_it_was_given);
    tcase_add_test(arenas, arena_memory_is_zeroed_and_aligned_also_after_reset);
    tcase_add_test(arenas, pieces_do_not_overlap_whatever_their_sizes);
    tcase_add_test(arenas, an_arena_stops_at_its_maximum_and_latches);
    tcase_add_test(arenas, arrays_whose_size_wraps_around_are_refused);
    tcase_add_test(arenas, copies_end_with_nul_and_absent_stays_absent);
    suite_add_tcase(suite, buffers);
    suite_add_tcase(suite, arenas);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
