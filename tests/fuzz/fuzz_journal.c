/* SPDX-License-Identifier: MIT */
/* fuzz_journal.c - see fuzz_journal.h. */
#include "fuzz_journal.h"

#include "fuzz.h"

#include <capture.h>
#include <deliver.h>
#include <log.h>
#include <receipt.h>
#include <rig.h>
#include <stdlib.h>

enum { LANES = 8 };

static struct config *config;
static struct plugins *plugins;
static struct clock virtual_clock;
static volatile int interrupted;

static const char report[] =
    "<testsuite name=\"pay\" timestamp=\"2026-05-01T10:00:00Z\">"
    "<testcase classname=\"pay.Card\" name=\"pays [KEY_1]\" time=\"0.5\">"
    "<properties><property name=\"Automation Key\" value=\"KEY_1\"/>"
    "<property name=\"attachment\" value=\"shot.png\"/></properties></testcase>"
    "<testcase classname=\"pay.Card\" name=\"refuses\"><failure message=\"no\" type=\"E\">at 1"
    "</failure><system-out>said</system-out></testcase>"
    "<testcase classname=\"pay.Card\" name=\"flaky\"><flakyFailure message=\"once\">x"
    "</flakyFailure></testcase><testcase name=\"later\"><skipped/></testcase></testsuite>";

/* --- time stands where it was put, so that a template is the same each time ------------------------- */

static int64_t now_ms(struct clock *c)
{
    return INT64_C(1790000000000) + c->shift_us / 1000;
}

static int64_t mono_us(struct clock *c)
{
    return c->shift_us;
}

static int wait_ms(struct clock *c, int64_t ms, const volatile int *stop)
{
    fuzz_claim(ms >= 0 && ms <= DELIVER_LONGEST_WAIT_MS, "a wait of %lld ms", (long long)ms);
    c->shift_us += ms * 1000;
    return stop && *stop;
}

/* --- the template ------------------------------------------------------------------------------------- */

static int32_t make_lanes(void *self, const struct captured *c, struct ferry_error *err)
{
    static const char *const places[] = {"local:AO", "local:BO", "local:CO"};
    struct engine *e = self;
    int32_t rc = FERRY_OK;
    int64_t first = 0, id = 0;
    for (int i = 0; i < 3 && rc == FERRY_OK; i++) {
        struct target *t = NULL;
        struct lane lane = {.run_id = c->run_id,
                            .role = i ? ROLE_MIRROR : ROLE_PRIMARY,
                            .planner = i ? FERRY_LIT("mirror") : FERRY_LIT("upload"),
                            .source_dest = first,
                            .run_key = ferry_cstr(c->run_key),
                            .run_marker = FERRY_LIT("run-key=K"),
                            .run_title = FERRY_LIT("Nightly"),
                            .flags = FERRY_PLAN_CREATE_CASES | FERRY_PLAN_COMPLETE};
        rc = target_resolve(&t, e->config, e->plugins, ferry_cstr(places[i]), err);
        rc = rc ? rc : lane_dest(e, t, &lane.dest_id, err);
        rc = rc ? rc : lane_put(e, &lane, &id, err);
        first = first ? first : lane.dest_id;
        target_free(t);
    }
    return rc;
}

static void capture(struct engine *e)
{
    struct ferry_error err = {.size = sizeof err};
    const struct keys_config kc = {.n_properties = 0};
    const struct ferry_str arg = FERRY_LIT("in.xml");
    struct readers readers;
    struct keys *keys = NULL;
    struct inputs inputs = {.n = 0};
    struct captured captured;
    readers_init(&readers);
    fuzz_claim(readers_add_all(&readers, plugins, NULL, 0, &err) == FERRY_OK &&
                   keys_open(&keys, &kc, &err) == FERRY_OK &&
                   inputs_expand(&inputs, &arg, 1, readers.globs, &err) == FERRY_OK,
               "%s", err.message);
    const struct capture_call call = {
        .read = {.readers = &readers, .spool = e->journal.spool},
        .keys = keys,
        .run_key = FERRY_LIT("K"),
        .run_title = FERRY_LIT("Nightly"),
        .commit = {e, make_lanes},
    };
    fuzz_claim(capture_reports(e, &inputs, &call, &captured, &err) == FERRY_OK, "%s", err.message);
    fuzz_claim(captured.results == 5, "%llu results captured",
               (unsigned long long)captured.results);
    keys_close(keys);
    inputs_finish(&inputs);
    readers_finish(&readers);
}

static void engine_begin(struct engine *e)
{
    struct ferry_error err = {.size = sizeof err};
    int32_t rc = fuzz_journal_open(e, &err);
    fuzz_claim(rc == FERRY_OK, "%s", err.message);
}

static void go(int64_t lane, uint32_t flags)
{
    struct engine e;
    struct road_lane road;
    engine_begin(&e);
    road_go(&e, lane, flags, &road);
    fuzz_claim(road.rc == FERRY_OK, "lane %lld: %d: %s", (long long)lane, road.rc,
               road.error.message);
    engine_close(&e);
}

void fuzz_journal_make(void)
{
    struct ferry_error err = {.size = sizeof err};
    struct engine e;
    fuzz_folder();
    log_setup(0, 0);
    unsetenv("CI");
    setenv("HOME", fuzz_folder(), 1);
    setenv("FERRY_CHANCE", "1", 1);
    setenv("FERRY_BATCH", "16", 1); /* room for ten thousand operations takes most of the time */
    fuzz_file("in.xml", FERRY_LIT(report));
    fuzz_file("shot.png", FERRY_LIT("png"));
    virtual_clock = (struct clock){.now_ms = now_ms, .mono_us = mono_us, .wait_ms = wait_ms};
    fuzz_claim(config_load(&config, ".", NULL, &err) == FERRY_OK &&
                   plugins_open(&plugins, NULL, &err) == FERRY_OK,
               "%s", err.message);
    engine_begin(&e);
    capture(&e);
    engine_close(&e);
    go(1, ROAD_PLAN);
    go(2, ROAD_PLAN | ROAD_DRY_RUN);
    fuzz_file("faults", FERRY_LIT("POST **/results * drop-before\n"));
    setenv("FERRY_FAULTS", "faults", 1);
    go(3, ROAD_PLAN);
    unsetenv("FERRY_FAULTS");
    fuzz_claim(rename("state", "template") == 0, "no template");
}

/* --- an input's own copy --------------------------------------------------------------------- */

void fuzz_journal_restore(void)
{
    fuzz_claim(folder_copy("template", "state"), "the template cannot be copied");
}

int32_t fuzz_journal_open(struct engine *e, struct ferry_error *err)
{
    virtual_clock.shift_us = 0;
    return engine_open(e, config, plugins, &virtual_clock, "state", &interrupted, err);
}

/* --- what a command does with it ------------------------------------------------------------------------- */

static void tell(struct engine *e, struct road_lane *lanes, uint32_t n)
{
    struct receipt r = {.e = e, .lanes = lanes, .n = n};
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    buf_init(&text, 64 << 20);
    int code = receipt_code(&r);
    fuzz_claim(code >= 0 && code < 256, "exit code %d", code);
    if (receipt_text(&r, &text, &err)) {
        fuzz_message(&err);
    }
    buf_reset(&text);
    if (receipt_json(&r, code, &text, &err)) {
        fuzz_message(&err);
    }
    buf_finish(&text);
}

void fuzz_journal_use(struct engine *e)
{
    int64_t ids[LANES];
    struct ferry_error err = {.size = sizeof err};
    struct road_lane *lanes = calloc(LANES, sizeof *lanes);
    fuzz_claim(lanes, "out of memory");
    uint32_t n = road_open_lanes(e, ids, LANES, &err);
    for (uint32_t i = 0; i < n; i++) {
        road_go(e, ids[i], 0, &lanes[i]);
        if (lanes[i].rc) {
            fuzz_claim(lanes[i].rc != FERRY_E_NO_MEMORY, "lane %lld: %s", (long long)ids[i],
                       lanes[i].error.message);
            fuzz_message(&lanes[i].error);
        }
    }
    tell(e, lanes, n);
    free(lanes);
}
