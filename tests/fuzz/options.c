/* SPDX-License-Identifier: MIT */
/*
 * options - what a person writes for an option, of every type. What is taken, written again in the form that a plugin sees, means
 * the same; and the host of a URL that was taken is one that a secret can be bound to. A first byte chooses the type.
 */
#include "fuzz.h"

#include <config_private.h>
#include <url.h>

enum { MOST = 1 << 20 };

static const char *const choices[] = {"none", "class_name", "Fail", NULL};

/* A number with its smallest unit is the number again. */
static const char *unit_of(uint32_t type)
{
    return type == FERRY_OPT_DURATION ? "ms" : type == FERRY_OPT_SIZE ? "b" : "";
}

static void again(const struct ferry_option *o, struct ferry_str value, struct arena *arena)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str text = arena_printf(arena, "%.*s%s", STR_ARG(value), unit_of(o->type)), same;
    int32_t rc = option_value(o, text, arena, &same, &err);
    fuzz_claim(rc == FERRY_OK, "type %u: \"%.*s\" was taken, and is now refused: %s", o->type,
               STR_ARG(value), err.message);
    fuzz_same("an option's value", value, same);
}

/* Wherever a request goes, it is the host of the base that gets the secrets. */
static void join(struct ferry_str base, struct ferry_str target, int32_t want)
{
    struct buf out;
    struct ferry_error err = {.size = sizeof err};
    buf_init(&out, MOST);
    int32_t rc = url_join(&out, base, target, &err);
    fuzz_claim(rc == want, "%.*s and %.*s: %d", STR_ARG(base), STR_ARG(target), rc);
    if (rc == FERRY_OK) {
        fuzz_same("the host of a joined URL", url_host(base), url_host(buf_str(&out)));
    }
    buf_finish(&out);
}

static void url(struct ferry_str value)
{
    struct ferry_str host = url_host(value);
    fuzz_claim(host.len > 0, "a URL without a host: %.*s", STR_ARG(value));
    for (uint64_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        fuzz_claim(c > ' ' && c < 0x7f && !strchr("/@?#\\%", c) && !(c >= 'A' && c <= 'Z'),
                   "a host with '%c' in it: %.*s", c, STR_ARG(host));
    }
    fuzz_claim(value.ptr[value.len - 1] != '/', "ends with a slash: %.*s", STR_ARG(value));
    url_is_loopback(host);
    join(value, FERRY_LIT("/v1/x?y"), FERRY_OK);
    join(value, value, FERRY_OK);
    join(value, FERRY_LIT("https://elsewhere.example.org/"),
         str_is(host, "elsewhere.example.org") && !url_is_plain(value) ? FERRY_OK : FERRY_E_CONFIG);
}

static void suggest(struct ferry_str text)
{
    static const struct ferry_option token = {.size = sizeof token, .name = "api_token"};
    static const struct ferry_option *const table[] = {&token, NULL};
    char scratch[80], long_scratch[128], path[160];
    fuzz_claim(strlen(option_suggest(table, text, scratch)) < sizeof scratch, "a long suggestion");
    snprintf(path, sizeof path, "%.*s", STR_ARG(text));
    fuzz_claim(strlen(config_suggest(path, long_scratch)) < sizeof long_scratch, "a longer one");
    config_key_find(path);
    config_is_section(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str text = {(const char *)data, size}, value = {NULL, 0};
    struct ferry_error err = {.size = sizeof err};
    struct arena arena;
    struct ferry_option o = {.size = sizeof o, .name = "some_option", .choices = choices};
    o.type = 1 + fuzz_choice(&text, FERRY_OPT_SIZE);
    arena_init(&arena, MOST);
    int32_t rc = option_value(&o, text, &arena, &value, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_CONFIG, "type %u: %d: %s", o.type, rc, err.message);
    if (rc) {
        fuzz_message(&err);
        o.flags = FERRY_OPT_SECRET;
        fuzz_claim(option_value(&o, text, &arena, &value, &err) == rc, "a secret is taken");
        fuzz_message(&err);
    } else {
        fuzz_claim(value.ptr && utf8_valid(value) == value.len, "no text");
        again(&o, value, &arena);
        if (o.type == FERRY_OPT_URL) {
            url(value);
        }
    }
    suggest(text);
    arena_finish(&arena);
    return 0;
}
