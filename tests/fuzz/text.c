/* SPDX-License-Identifier: MIT */
/*
 * text - what stands between untrusted text and a person: the escape, the repair of UTF-8, cutting; and that a registered
 * secret does not get through the redaction in any of its spellings.
 */
#include "fuzz.h"

#include <secrets.h>

enum { MOST = 1 << 20 };

static int is_inert(uint32_t code)
{
    return code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && code != 0x2028 && code != 0x2029 &&
           code != 0x200e && code != 0x200f && code != 0x061c &&
           !(code >= 0x202a && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069) &&
           code != 0xfeff;
}

static void show(struct ferry_str text)
{
    struct buf out;
    char small[40];
    buf_init(&out, MOST);
    text_show(&out, text, 0);
    struct ferry_str rest = buf_str(&out);
    while (rest.len > 0) {
        uint32_t code = 0;
        unsigned n = utf8_char(rest, &code);
        fuzz_claim(n > 0 && is_inert(code), "shown with U+%04X in it", code);
        rest = str_sub(rest, n, rest.len);
    }
    text_show_to(small, sizeof small, text);
    fuzz_claim(strlen(small) < sizeof small && utf8_valid(ferry_cstr(small)) == strlen(small),
               "a short form that is no text");
    fuzz_claim(out.len >= sizeof small || strcmp(small, buf_cstr(&out)) == 0, "\"%s\" and \"%s\"",
               small, buf_cstr(&out));
    buf_finish(&out);
}

static void repair(struct ferry_str text)
{
    struct buf out, again;
    uint64_t valid = utf8_valid(text), n;
    buf_init(&out, MOST);
    buf_init(&again, MOST);
    n = utf8_repair(&out, text);
    fuzz_claim((n == 0) == (valid == text.len), "%llu repairs, valid to %llu of %llu",
               (unsigned long long)n, (unsigned long long)valid, (unsigned long long)text.len);
    fuzz_claim(utf8_valid(buf_str(&out)) == out.len, "repaired, and not UTF-8");
    fuzz_claim(utf8_repair(&again, buf_str(&out)) == 0, "repaired twice");
    fuzz_same("repaired once and twice", buf_str(&out), buf_str(&again));
    for (uint64_t max = 0; max < 12; max++) {
        struct ferry_str cut = utf8_cut(buf_str(&out), max);
        fuzz_claim(cut.len <= max && utf8_valid(cut) == cut.len, "cut to %llu: %llu bytes",
                   (unsigned long long)max, (unsigned long long)cut.len);
        fuzz_claim(max < 4 || cut.len + 3 >= max || cut.len == out.len, "cut shorter than need be");
    }
    buf_finish(&out);
    buf_finish(&again);
}

static void pieces(struct ferry_str text)
{
    struct ferry_str rest = text, piece, trimmed = str_trim(text);
    uint64_t all = 0, n = 0;
    int64_t number = 0;
    char digits[24];
    while (str_split(&rest, ',', &piece)) {
        all += piece.len;
        n++;
    }
    fuzz_claim(!text.ptr || all + n - 1 == text.len, "split loses bytes");
    fuzz_claim(str_trim(trimmed).len == trimmed.len, "trimmed twice is shorter");
    if (str_int64(text, &number)) {
        snprintf(digits, sizeof digits, "%lld", (long long)number);
        int64_t same = number + 1;
        fuzz_claim(str_int64(ferry_cstr(digits), &same) && same == number, "%s is another number",
                   digits);
    }
}

/* The first part is a secret, the second is a text it may stand in. */
static void redact(struct ferry_str secret, struct ferry_str text)
{
    struct buf out;
    secrets_clear();
    fuzz_claim(secrets_add(secret) == FERRY_OK, "a secret cannot be registered");
    buf_init(&out, MOST);
    secrets_redact(&out, text);
    /* A secret that holds the mask itself may be spelt by a mask and what stands around it. */
    int holds_mask = secrets_found(FERRY_LIT("***")) ||
                     (secret.len && memmem(secret.ptr, (size_t)secret.len, "***", 3));
    fuzz_claim(!secrets_found(buf_str(&out)) || holds_mask, "a secret gets through: %.*s in %s",
               STR_ARG(secret), buf_cstr(&out));
    fuzz_claim(secrets_found(text) || ferry_eq(text, buf_str(&out)), "changed without a secret");
    if (secret.len >= 4 && text.len >= secret.len) {
        fuzz_claim(secrets_found(text) ||
                       !memmem(text.ptr, (size_t)text.len, secret.ptr, (size_t)secret.len),
                   "a secret is not seen");
    }
    secrets_forget(secret);
    fuzz_claim(!secrets_found(text), "forgotten, and found");
    buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str rest = {(const char *)data, size}, secret, text;
    show(rest);
    repair(rest);
    pieces(rest);
    if (fuzz_part(&rest, &secret) && fuzz_part(&rest, &text)) {
        redact(secret, text);
    }
    return 0;
}
