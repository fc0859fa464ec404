/* SPDX-License-Identifier: MIT */
/*
 * inspect.c - `ferry inspect`: what ferry understands of reports, and nothing else. It reads them
 * as upload would, keeps nothing, writes no file and sends nothing.
 */
#include "cmd.h"
#include "inspect_out.h"

#include <read_setup.h>
#include <text.h>

#include <stdlib.h>

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "allow_empty", .help = "no results are no failure"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "as one JSON document"),
    OPTION(.type = FERRY_OPT_SIZE, .name = "max_unpacked", .def = "4294967296",
           .help = "largest content of a .gz that is read"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "ndjson",
           .help = "every result with all that is known of it, one JSON object a line"),
    OPTION(.type = FERRY_OPT_LIST, .name = "reader_option", .value = "READER.NAME=VALUE",
           .help = "sets an option of a reader; may be repeated"),
    NULL,
};

struct inspect {
    const struct read_setup *setup;
    const struct input *input; /* the report at hand */
    struct inspect_out out;
    struct arena arena; /* of the result at hand */
    uint64_t results;   /* of all kinds */
    uint32_t partly;    /* a report was read in part, or not at all */
    uint32_t contradictory;
};

/* --- what is read -------------------------------------------------------------------- */

/* Two keys in one place: upload takes the first and tells; so do we. */
static int32_t tell_second_key(struct inspect *in, const struct ferry_item *item,
                               const struct keys_found *key)
{
    struct ferry_notice notice = {.size = sizeof notice, .code = FERRY_LIT("two-keys")};
    struct buf text;
    int32_t rc;
    buf_init(&text, 4096);
    buf_putc(&text, '"');
    text_show(&text, item->result->name, 200);
    buf_puts(&text, "\" has two keys: \"");
    text_show(&text, key->key, 200);
    buf_puts(&text, "\" is taken, \"");
    text_show(&text, key->also, 200);
    buf_puts(&text, "\" is not");
    notice.text = buf_str(&text);
    rc = inspect_notice(&in->out, &notice);
    buf_finish(&text);
    return rc;
}

static int32_t on_item(void *self, const struct ferry_item *item)
{
    struct inspect *in = self;
    struct keys_found key;
    int32_t rc;
    if (!item->result) {
        return FERRY_OK;
    }
    in->results++;
    arena_reset(&in->arena);
    rc = keys_find(in->setup->keys, item, &in->arena, &key);
    if (!rc && key.also.ptr) {
        rc = tell_second_key(in, item, &key);
    }
    return rc ? rc : inspect_result(&in->out, in->input->shown, item, &key);
}

static int32_t on_notice(void *self, const struct ferry_notice *notice)
{
    struct inspect *in = self;
    return inspect_notice(&in->out, notice);
}

/* --- inputs ------------------------------------------------------------------------------ */

/* Missing ones are told like reports that could not be read; the rest is worth a line on stderr. */
static int32_t tell_notes(struct inspect *in, const struct inputs *inputs)
{
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < inputs->n_notes && !rc; i++) {
        const struct input_note *note = &inputs->notes[i];
        if (note->status == FERRY_OK) {
            log_warn("%s", note->message);
            continue;
        }
        log_error("%s", note->message);
        in->partly = 1;
        inspect_file_begin(&in->out);
        rc = inspect_file_end(&in->out, note->shown, NULL, note->message);
    }
    return rc;
}

/* One report. A status other than OK ends the command. */
static int32_t inspect_one(struct inspect *in, const struct read_call *call,
                           const struct input *input, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct read_report report;
    int32_t rc;
    in->input = input;
    inspect_file_begin(&in->out);
    rc = read_input(call, input, &report, &why);
    if (rc == FERRY_E_STOP || rc == FERRY_E_NO_MEMORY || rc == FERRY_E_CONFIG) {
        return ferry_fail(err, rc, why.where, "%s", why.message);
    }
    if (rc && report.unknown && input->found) {
        log_warn("left out: %s", why.message); /* a pattern may lead to files that are no reports */
        return FERRY_OK;
    }
    if (rc) {
        log_error("%s", why.message);
    }
    in->partly |= rc || report.truncated;
    in->contradictory |= report.contradicts;
    return inspect_file_end(&in->out, input->shown, &report, rc ? why.message : NULL);
}

static int32_t inspect_all(struct inspect *in, const struct args *args, struct ferry_error *err)
{
    struct read_call call = read_setup_call(in->setup);
    struct inputs inputs;
    int32_t rc = inputs_expand(&inputs, args->rest, args->n_rest, in->setup->readers.globs, err);
    call.max_unpacked = (uint64_t)args_int(args, "max_unpacked", 0);
    call.interrupted = &app_interrupted;
    call.self = in;
    call.item = on_item;
    call.notice = on_notice;
    if (!rc) {
        rc = inspect_begin(&in->out);
    }
    if (!rc) {
        rc = tell_notes(in, &inputs);
    }
    for (size_t i = 0; i < inputs.n && !rc; i++) {
        rc = inspect_one(in, &call, &inputs.list[i], err);
    }
    if (!rc) {
        rc = inspect_end(&in->out);
    }
    inputs_finish(&inputs);
    return rc;
}

/* --- the command ------------------------------------------------------------------------------ */

/* "junit.strict=true" of each --reader-option, into kv. */
static int32_t reader_options(const struct args *args, struct ferry_kv *kv, uint32_t *n,
                              struct ferry_error *err)
{
    struct ferry_str given;
    for (*n = 0; (given = args_nth(args, "reader_option", *n)).ptr; ++*n) {
        struct ferry_str value = given, key;
        str_split(&value, '=', &key);
        if (!value.ptr) {
            char shown[80];
            return ferry_fail(err, FERRY_E_CONFIG, "reader_option",
                              "--reader-option %s: has no value; write READER.NAME=VALUE",
                              text_show_to(shown, sizeof shown, given));
        }
        kv[*n] = (struct ferry_kv){key, value};
    }
    return FERRY_OK;
}

static int exit_code(const struct inspect *in, const struct args *args)
{
    if (in->results == 0 && !args_flag(args, "allow_empty")) {
        log_error("no results found in what was named");
        return EXIT_NO_RESULTS;
    }
    if (in->partly) {
        log_warn("a report was read only in part, or not at all; it is named above");
    }
    return in->partly ? EXIT_PARTLY_READ : in->contradictory ? EXIT_CONTRADICTION : EXIT_DONE;
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_kv *given = calloc((size_t)args->n_given + 1, sizeof *given);
    struct read_setup setup = {0};
    struct inspect in = {.setup = &setup};
    int ndjson = args_flag(args, "ndjson"), json = args_flag(args, "json");
    uint32_t n_given = 0;
    int32_t rc;
    inspect_out_init(&in.out, ndjson ? INSPECT_NDJSON : json ? INSPECT_JSON : INSPECT_TABLE);
    arena_init(&in.arena, (size_t)1 << 30);
    rc = given ? reader_options(args, given, &n_given, &err)
               : ferry_fail(&err, FERRY_E_NO_MEMORY, NULL, "inspect: out of memory");
    if (!rc && json && ndjson) {
        rc = ferry_fail(&err, FERRY_E_CONFIG, "json", "--json and --ndjson exclude each other");
    }
    if (!rc) {
        rc = read_setup_open(&setup, app->config, app->plugins, given, n_given, &err);
    }
    if (!rc) {
        rc = inspect_all(&in, args, &err);
    }
    err.status = rc;
    rc = rc ? cmd_fail(&err) : exit_code(&in, args);
    read_setup_close(&setup);
    inspect_out_finish(&in.out);
    arena_finish(&in.arena);
    free(given);
    return rc;
}

const struct cmd cmd_inspect = {
    .name = "inspect",
    .summary = "shows what ferry understands of reports; sends nothing",
    .usage = "INPUT...",
    .text =
        "INPUT is a report, a folder, a pattern (quoted: ferry expands ** itself), or - for stdin.\n"
        "Exit code 3: a report was read only in part or not at all; 4: there are no results;\n"
        "9: a report counts failures or tests that it does not hold.",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .min_rest = 1,
    .max_rest = UINT32_MAX,
    .run = run,
};
