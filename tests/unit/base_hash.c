/* SPDX-License-Identifier: MIT */
/* base_hash.c - digests against the published vectors, UUIDs against RFC 4122/9562. */
#include "hash.h"

#include <check.h>
#include <stdlib.h>

static void digest_of(struct ferry_str s, char out[SHA256_HEX])
{
    struct sha256 h;
    unsigned char digest[32];
    sha256_init(&h);
    sha256_add(&h, s);
    sha256_end(&h, digest);
    hex_text(digest, 32, out);
}

/* FIPS 180-2, appendix B, and the empty message. */
START_TEST(digests_are_those_of_the_standard)
{
    static const struct {
        const char *text, *digest;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (unsigned i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char hex[SHA256_HEX];
        digest_of(ferry_cstr(vectors[i].text), hex);
        ck_assert_str_eq(hex, vectors[i].digest);
    }
}
END_TEST

START_TEST(a_million_bytes_in_uneven_pieces_give_the_digest_of_the_standard)
{
    struct sha256 h;
    char block[997], text[DIGEST_TEXT];
    unsigned char digest[32];
    sha256_init(&h);
    size_t left = 1000000;
    memset(block, 'a', sizeof block);
    for (size_t n = 1; left > 0; n = n % sizeof block + 1) {
        size_t take = n < left ? n : left;
        sha256_add(&h, (struct ferry_str){block, take});
        left -= take;
    }
    sha256_end(&h, digest);
    digest_text(digest, text);
    ck_assert_str_eq(text,
                     "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

START_TEST(a_digest_may_be_started_over)
{
    struct sha256 h;
    unsigned char first[32], second[32];
    sha256_init(&h);
    sha256_add(&h, FERRY_LIT("abc"));
    sha256_end(&h, first);
    sha256_add(&h, FERRY_LIT("abc"));
    sha256_end(&h, second);
    ck_assert_mem_eq(first, second, 32);
}
END_TEST

static void fields(struct ferry_str a, struct ferry_str b, unsigned char out[32])
{
    struct sha256 h;
    sha256_init(&h);
    sha256_add_field(&h, a);
    sha256_add_field(&h, b);
    sha256_end(&h, out);
}

START_TEST(fields_keep_their_borders_and_absent_is_not_empty)
{
    static const struct ferry_str absent = {NULL, 0};
    unsigned char a[5][32];
    fields(FERRY_LIT("ab"), FERRY_LIT("c"), a[0]);
    fields(FERRY_LIT("a"), FERRY_LIT("bc"), a[1]);
    fields(FERRY_LIT("abc"), FERRY_LIT(""), a[2]);
    fields(FERRY_LIT("abc"), absent, a[3]);
    fields(absent, FERRY_LIT("abc"), a[4]);
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned j = i + 1; j < 5; j++) {
            ck_assert_mem_ne(a[i], a[j], 32);
        }
    }
}
END_TEST

/* The DNS name space of RFC 4122, appendix C. */
static const char dns[] = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

START_TEST(name_uuids_are_those_of_the_rfc)
{
    static const struct {
        const char *name, *uuid;
    } vectors[] = {{"www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"},
                   {"python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"}};
    unsigned char space[16], uuid[16];
    char text[UUID_TEXT];
    ck_assert(uuid_parse(FERRY_LIT(dns), space));
    for (unsigned i = 0; i < 2; i++) {
        uuid5(space, ferry_cstr(vectors[i].name), uuid);
        uuid_text(uuid, text);
        ck_assert_str_eq(text, vectors[i].uuid);
    }
}
END_TEST

START_TEST(uuids_are_read_in_either_case_and_written_low)
{
    unsigned char uuid[16];
    char text[UUID_TEXT];
    ck_assert(uuid_parse(FERRY_LIT("6BA7B810-9DAD-11D1-80B4-00C04FD430C8"), uuid));
    uuid_text(uuid, text);
    ck_assert_str_eq(text, dns);
}
END_TEST

START_TEST(what_is_no_uuid_is_refused_and_nothing_is_written)
{
    static const char *const bad[] = {"",
                                      "6ba7b810",
                                      "6ba7b8109dad11d180b400c04fd430c8",
                                      "6ba7b810-9dad-11d1-80b4-00c04fd430c",
                                      "6ba7b810-9dad-11d1-80b4-00c04fd430c8 ",
                                      "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
                                      "6ba7b810-9dad-11d1-80b-400c04fd430c8",
                                      "6ba7b810+9dad-11d1-80b4-00c04fd430c8",
                                      "{ba7b810-9dad-11d1-80b4-00c04fd430c}"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        unsigned char uuid[16] = {0xEE};
        ck_assert_msg(!uuid_parse(ferry_cstr(bad[i]), uuid), "%s was taken", bad[i]);
        ck_assert_uint_eq(uuid[0], 0xEE);
    }
    ck_assert(!uuid_parse((struct ferry_str){NULL, 0}, (unsigned char[16]){0}));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base hash");
    TCase *all = tcase_create("hash");
    SRunner *runner;
    int failed;
    tcase_add_test(all, digests_are_those_of_the_standard);
    tcase_add_test(all, a_million_bytes_in_uneven_pieces_give_the_digest_of_the_standard);
    tcase_add_test(all, a_digest_may_be_started_over);
    tcase_add_test(all, fields_keep_their_borders_and_absent_is_not_empty);
    tcase_add_test(all, name_uuids_are_those_of_the_rfc);
    tcase_add_test(all, uuids_are_read_in_either_case_and_written_low);
    tcase_add_test(all, what_is_no_uuid_is_refused_and_nothing_is_written);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
