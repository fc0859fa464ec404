/* SPDX-License-Identifier: MIT */
/*
 * inspect.c - `ferry inspect`: what ferry understands of reports, and nothing else. It reads them
 * as upload would, keeps nothing, writes no file and sends nothing.
 */
#include "cmd.h"
#include "inspect_out.h"

#include <order.h>
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
    OPTION(.type = FERRY_OPT_INT, .name = "threads",
           .help = "reports read at the same time; as many as there are processors unless said"),
    NULL,
};

/* Reports are told in the order in which they were named, and read ahead of that as far as there are places for them. */
enum { PLACES_A_THREAD = 16, MOST_THREADS = 64 };
static const size_t AHEAD = 256 * 1024; /* bytes that a report may have to say before its turn */

/* One report being read, or read and not told. */
struct place {
    struct inspect *in;
    const struct input *input;
    struct order *order;
    size_t job;
    struct inspect_file file;
    struct buf lines;   /* what was logged before its turn */
    struct arena arena; /* of the result at hand */
    struct read_report report;
    struct ferry_error why;
    int32_t rc;
    uint64_t results; /* of all kinds */
};

struct inspect {
    const struct read_setup *setup;
    struct read_call call; /* each place makes a copy its own */
    struct inputs inputs;
    struct place *places;
    size_t n_places;
    struct inspect_out out;
    struct ferry_error *err; /* what ended it all */
    uint64_t results;        /* of all kinds */
    uint32_t partly;         /* a report was read in part, or not at all */
    uint32_t contradictory;
    uint32_t failed; /* because the machine failed */
};

/* --- what is read -------------------------------------------------------------------- */

/* Two keys in one place: upload takes the first and tells; so do we. */
static int32_t tell_second_key(struct place *p, const struct ferry_item *item,
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
    rc = inspect_notice(&p->file, &notice);
    buf_finish(&text);
    return rc;
}

/* Its turn has come: what it says goes where it belongs from now on. */
static int32_t speak(struct place *p)
{
    log_keep(NULL);
    log_show(&p->lines);
    return inspect_hand_results(&p->file);
}

/* Before its turn little is kept, then it is waited for. */
static int32_t hand_results(struct place *p)
{
    if (!order_is_next(p->order, p->job)) {
        if (p->file.results.len < AHEAD) {
            return FERRY_OK;
        }
        if (!order_await(p->order, p->job)) {
            return FERRY_E_STOP;
        }
    }
    return speak(p);
}

static int32_t on_item(void *self, const struct ferry_item *item)
{
    struct place *p = self;
    struct keys_found key;
    int32_t rc;
    if (!item->result) {
        return FERRY_OK;
    }
    p->results++;
    arena_reset(&p->arena);
    rc = keys_find(p->in->setup->keys, item, &p->arena, &key);
    if (!rc && key.also.ptr) {
        rc = tell_second_key(p, item, &key);
    }
    rc = rc ? rc : inspect_result(&p->file, p->input->shown, item, &key);
    return rc || p->file.results.len == 0 ? rc : hand_results(p);
}

static int32_t on_notice(void *self, const struct ferry_notice *notice)
{
    struct place *p = self;
    return inspect_notice(&p->file, notice);
}

/* --- one report ------------------------------------------------------------------------- */

/* By any thread. */
static void read_one(void *self, struct order *order, size_t i, size_t place)
{
    struct inspect *in = self;
    struct place *p = &in->places[place];
    struct read_call call = in->call;
    p->order = order;
    p->job = i;
    p->input = &in->inputs.list[i];
    p->results = 0;
    p->why = (struct ferry_error){.size = sizeof p->why};
    call.self = p;
    inspect_file_begin(&p->file);
    log_keep(order_is_next(order, i) ? NULL : &p->lines);
    p->rc = read_input(&call, p->input, &p->report, &p->why);
    log_keep(NULL);
    if (p->file.warnings.len + p->lines.len > AHEAD) {
        order_await(order, i);
    }
}

/* In order, one at a time. A status other than OK ends the command. */
static int32_t tell_one(void *self, size_t i, size_t place)
{
    struct inspect *in = self;
    struct place *p = &in->places[place];
    int32_t rc = p->rc, said = speak(p);
    (void)i;
    in->results += p->results;
    if (rc == FERRY_E_STOP || rc == FERRY_E_NO_MEMORY || rc == FERRY_E_CONFIG) {
        return ferry_fail(in->err, rc, p->why.where, "%s", p->why.message);
    }
    if (rc && p->report.unknown && p->input->found) {
        log_warn("left out: %s",
                 p->why.message); /* a pattern may lead to files that are no reports */
        return FERRY_OK;
    }
    if (rc) {
        log_error("%s", p->why.message);
    }
    in->failed |= rc == FERRY_E_IO;
    in->partly |= rc || p->report.truncated;
    in->contradictory |= p->report.contradicts;
    return said ? said
                : inspect_file_end(&in->out, &p->file, p->input->shown, &p->report,
                                   rc ? p->why.message : NULL);
}

/* --- all of them ------------------------------------------------------------------------------ */

/* Missing ones are told like reports that could not be read; the rest is worth a line on stderr. */
static int32_t tell_notes(struct inspect *in)
{
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < in->inputs.n_notes && !rc; i++) {
        const struct input_note *note = &in->inputs.notes[i];
        if (note->status == FERRY_OK) {
            log_warn("%s", note->message);
            continue;
        }
        log_error("%s", note->message);
        in->partly = 1;
        inspect_file_begin(&in->places[0].file);
        rc = inspect_file_end(&in->out, &in->places[0].file, note->shown, NULL, note->message);
    }
    return rc;
}

static int32_t make_places(struct inspect *in, size_t n, struct ferry_error *err)
{
    in->places = calloc(n, sizeof *in->places);
    if (!in->places) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "inspect: out of memory");
    }
    in->n_places = n;
    for (size_t i = 0; i < n; i++) {
        struct place *p = &in->places[i];
        p->in = in;
        inspect_file_init(&p->file, in->out.form);
        buf_init(&p->lines, AHEAD * 2);
        arena_init(&p->arena, (size_t)1 << 30);
    }
    return FERRY_OK;
}

static void free_places(struct inspect *in)
{
    for (size_t i = 0; i < in->n_places; i++) {
        inspect_file_finish(&in->places[i].file);
        buf_finish(&in->places[i].lines);
        arena_finish(&in->places[i].arena);
    }
    free(in->places);
}

static int32_t inspect_all(struct inspect *in, const struct args *args, struct ferry_error *err)
{
    int64_t threads = args_int(args, "threads", order_processors());
    int32_t rc;
    if (threads < 1 || threads > MOST_THREADS) {
        return ferry_fail(err, FERRY_E_CONFIG, "threads", "--threads %lld: is not from 1 to %d",
                          (long long)threads, MOST_THREADS);
    }
    rc = inputs_expand(&in->inputs, args->rest, args->n_rest, in->setup->readers.globs, err);
    struct order_work all = {.self = in,
                             .jobs = in->inputs.n,
                             .threads = (unsigned)threads,
                             .work = read_one,
                             .tell = tell_one};
    all.places = threads == 1 || all.jobs < 2 ? 1 : (size_t)threads * PLACES_A_THREAD;
    in->call = read_setup_call(in->setup);
    in->call.max_unpacked = (uint64_t)args_int(args, "max_unpacked", 0);
    in->call.interrupted = &app_interrupted;
    in->call.item = on_item;
    in->call.notice = on_notice;
    in->err = err;
    rc = rc ? rc : make_places(in, all.places, err);
    rc = rc ? rc : inspect_begin(&in->out);
    rc = rc ? rc : tell_notes(in);
    rc = rc ? rc : order_run(&all);
    rc = rc ? rc : inspect_end(&in->out);
    free_places(in);
    inputs_finish(&in->inputs);
    return rc && !err->message[0] ? ferry_fail(err, rc, NULL, "inspect: %s", ferry_status_text(rc))
                                  : rc;
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
    if (in->failed) { /* of the disk, and not of the reports: said above, and the last word */
        return EXIT_SYSTEM;
    }
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
    rc = name_failure(rc, &err, "what is shown");
    rc = rc ? cmd_fail(&err) : exit_code(&in, args);
    read_setup_close(&setup);
    inspect_out_finish(&in.out);
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
