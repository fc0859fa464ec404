/* SPDX-License-Identifier: MIT */
/*
 * doctor.c - `ferry doctor`: whether an upload from here would go well, one line for each thing that
 * it needs, with the cause and the cure. It changes nothing, sends nothing, and works where everything
 * else does not: with a broken configuration, a damaged journal, a folder that cannot be written.
 */
#include "doctor.h"

#include <stdarg.h>
#include <text.h>

enum { LARGEST = 4 << 20, NAME_WIDTH = 24, SENTENCE = 1024 };

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "as JSON"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "online",
           .help = "asks each tracker, too: does it answer, does it take the credentials?"),
    NULL,
};

static const char *const words[FINDINGS] = {"ok", "unchecked", "warn", "fail"};

/* As in the table of exit codes: of several the first that applies. */
static const int order[] = {EXIT_USAGE,    EXIT_NO_RESULTS,  EXIT_CREDENTIALS, EXIT_UNREACHABLE,
                            EXIT_REJECTED, EXIT_PARTLY_READ, EXIT_SYSTEM};

static int exit_code(const struct doctor *d)
{
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (d->failed & 1u << i) {
            return order[i];
        }
    }
    return EXIT_DONE;
}

/* --- one line ------------------------------------------------------------------------------------ */

static void put_line(struct doctor *d, enum finding finding, const char *name, const char *cure,
                     const char *text)
{
    static const char *const colors[FINDINGS] = {"\x1b[32m", "", "\x1b[33m", "\x1b[31m"};
    size_t begin;
    int width;
    if (d->quiet && finding < FINDING_WARN) {
        return;
    }
    buf_printf(&d->text, "%s%-9s%s ", d->color ? colors[finding] : "", words[finding],
               d->color && *colors[finding] ? "\x1b[0m" : "");
    buf_printf(&d->text, "%s ", d->group);
    begin = d->text.len;
    text_show(&d->text, ferry_cstr(name), 0);
    width = (int)(d->text.len - begin) + (int)strlen(d->group);
    buf_printf(&d->text, "%*s ", width < NAME_WIDTH ? NAME_WIDTH - width : 0, "");
    text_show(&d->text, ferry_cstr(text), 0);
    if (cure) {
        buf_puts(&d->text, "; ");
        text_show(&d->text, ferry_cstr(cure), 0);
    }
    buf_putc(&d->text, '\n');
}

static void put_json(struct doctor *d, enum finding finding, int code, const char *name,
                     const char *cure, const char *text)
{
    json_open(&d->json, '{');
    json_member(&d->json, "group", ferry_cstr(d->group));
    json_member(&d->json, "name", ferry_cstr(name));
    json_member(&d->json, "status", ferry_cstr(words[finding]));
    json_member(&d->json, "text", ferry_cstr(text));
    json_member(&d->json, "cure", ferry_cstr(cure));
    if (code) {
        json_member_int(&d->json, "exit_code", code);
    }
    json_close(&d->json, '}');
}

static void say(struct doctor *d, enum finding finding, int code, const char *name,
                const char *cure, const char *format, va_list args)
{
    char text[SENTENCE];
    vsnprintf(text, sizeof text, format, args);
    d->counts[finding]++;
    for (size_t i = 0; code && i < sizeof order / sizeof *order; i++) {
        d->failed |= order[i] == code ? 1u << i : 0;
    }
    if (d->as_json) {
        put_json(d, finding, code, name, cure, text);
    } else {
        put_line(d, finding, name, cure, text);
    }
}

#define SAY(d, finding, code, name, cure, format)                                                  \
    do {                                                                                           \
        va_list args_;                                                                             \
        va_start(args_, format);                                                                   \
        say(d, finding, code, name, cure, format, args_);                                          \
        va_end(args_);                                                                             \
    } while (0)

void doctor_ok(struct doctor *d, const char *name, const char *format, ...)
{
    SAY(d, FINDING_OK, 0, name, NULL, format);
}

void doctor_unchecked(struct doctor *d, const char *name, const char *cure, const char *format, ...)
{
    SAY(d, FINDING_UNCHECKED, 0, name, cure, format);
}

void doctor_warn(struct doctor *d, const char *name, const char *cure, const char *format, ...)
{
    SAY(d, FINDING_WARN, 0, name, cure, format);
}

void doctor_fail(struct doctor *d, int code, const char *name, const char *cure, const char *format,
                 ...)
{
    SAY(d, FINDING_FAIL, code, name, cure, format);
}

/* --- all of it ----------------------------------------------------------------------------------- */

static void begin(struct doctor *d, const struct args *args)
{
    buf_init(&d->text, LARGEST);
    d->json = json_to(&d->text);
    d->json.pretty = 1;
    d->as_json = args_flag(args, "json");
    d->online = args_flag(args, "online");
    d->quiet = d->app->quiet != 0;
    d->color = d->app->color != 0;
    d->began_ms = d->app->clock.now_ms(&d->app->clock);
    d->began_us = d->app->clock.mono_us(&d->app->clock);
    if (d->as_json) {
        json_open(&d->json, '{');
        json_member_int(&d->json, "schema_version", 1);
        json_key(&d->json, "checks");
        json_open(&d->json, '[');
    }
}

static void end(struct doctor *d, int code)
{
    if (d->as_json) {
        json_close(&d->json, ']');
        for (int i = 0; i < FINDINGS; i++) {
            json_member_int(&d->json, words[i], d->counts[i]);
        }
        json_member_int(&d->json, "exit_code", code);
        json_close(&d->json, '}');
        buf_putc(&d->text, '\n');
        return;
    }
    buf_printf(&d->text, "doctor: %u ok, %u unchecked, %u warnings, %u failures; exit %d\n",
               d->counts[FINDING_OK], d->counts[FINDING_UNCHECKED], d->counts[FINDING_WARN],
               d->counts[FINDING_FAIL], code);
}

static int run(struct app *app, const struct args *args)
{
    struct doctor d = {.app = app};
    struct ferry_error err = {.size = sizeof err};
    int code;
    begin(&d, args);
    doctor_plugins(&d);
    doctor_config(&d);
    doctor_state(&d);
    doctor_machine(&d);
    code = exit_code(&d);
    end(&d, code);
    if (d.text.failed) {
        ferry_fail(&err, d.text.failed, NULL, "doctor: %s", ferry_status_text(d.text.failed));
        code = cmd_fail(&err);
    } else {
        cmd_out(buf_str(&d.text));
    }
    buf_finish(&d.text);
    return code;
}

const struct cmd cmd_doctor = {
    .name = "doctor",
    .summary = "says whether an upload from here would go well, and what to mend",
    .text =
        "Looks at plugins, configuration, trackers, secrets, the state folder, the clock and the "
        "machine.\n"
        "Changes nothing, and sends nothing but with --online. The exit code is 0, also with "
        "warnings, or the\n"
        "one that an upload would have had: 2 configuration, 5 credentials, 7 unreachable, 74 this "
        "machine.\n"
        "With -q only what is wrong.",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS | CMD_ANYWAY,
    .run = run,
};
