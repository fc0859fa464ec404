/* SPDX-License-Identifier: MIT */
/*
 * junit - the whole reader, through the plugin's own table. An input is a report. What is said of it must not depend on
 * how its bytes were cut, a second reading says the same, and all of it is UTF-8.
 */
#include "fuzz.h"

#include <junit_events.h>

enum { SMALL = 4096 };

static void read_cut(struct events *e, struct ferry_str report)
{
    const struct ferry_reader *reader = junit_reader();
    struct ferry_parse *parse = NULL;
    struct fuzz_cuts cuts;
    events_init(e);
    fuzz_cuts_init(&cuts, report);
    struct ferry_sink sink = events_sink(e);
    e->rc = reader->begin(NULL, NULL, 0, &sink, &parse, &e->error);
    while (!e->rc && report.len > 0) {
        struct ferry_str piece = str_sub(report, 0, fuzz_cuts_next(&cuts));
        e->rc = reader->feed(parse, piece, &e->error);
        report = str_sub(report, piece.len, report.len);
    }
    if (e->rc) {
        reader->abort(parse);
    } else {
        e->rc = reader->end(parse, &e->error);
    }
}

/* --- what it says is text; only what stands in data: URIs and long outputs may be any bytes ------------ */

static int32_t on_item(void *self, const struct ferry_item *item)
{
    (void)self;
    fuzz_item(item);
    return FERRY_OK;
}

static int64_t on_text(void *self, int64_t number, struct ferry_str piece)
{
    int64_t *n = self;
    (void)piece;
    return number ? number : ++*n;
}

static int32_t on_notice(void *self, const struct ferry_notice *notice)
{
    (void)self;
    fuzz_claim(utf8_valid(notice->text) == notice->text.len && notice->code.len > 0,
               "a notice that is no text: %.*s", STR_ARG(notice->text));
    return FERRY_OK;
}

static void read_for_text(struct ferry_str report)
{
    const struct ferry_reader *reader = junit_reader();
    struct ferry_parse *parse = NULL;
    int64_t texts = 0;
    const struct ferry_sink sink = {&texts, on_item, on_text, on_notice};
    fuzz_claim(reader->begin(NULL, NULL, 0, &sink, &parse, NULL) == FERRY_OK, "cannot begin");
    if (reader->feed(parse, report, NULL)) {
        reader->abort(parse);
    } else {
        reader->end(parse, NULL);
    }
}

/* --- the same for every cut --------------------------------------------------------------------- */

static void judge(const struct events *whole, struct events *cut, const char *how)
{
    fuzz_same(how, buf_str(&whole->log), buf_str(&cut->log));
    fuzz_claim(whole->rc == cut->rc, "%s: %d, and %d when cut", how, whole->rc, cut->rc);
    fuzz_same(how, ferry_cstr(whole->rc ? whole->error.message : ""),
              ferry_cstr(cut->rc ? cut->error.message : ""));
    events_finish(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str report = {(const char *)data, size};
    struct events whole, cut;
    int32_t sure = junit_reader()->sniff(str_sub(report, 0, 4096), FERRY_LIT("report.xml"));
    fuzz_claim(sure >= 0 && sure <= 100, "sniff says %d", sure);
    events_read(&whole, report, 0);
    fuzz_claim(whole.rc == FERRY_OK || whole.rc == FERRY_E_INPUT || whole.rc == FERRY_E_TOO_LARGE,
               "a report of %zu bytes ends with %d: %s", size, whole.rc, whole.error.message);
    if (whole.rc) {
        fuzz_message(&whole.error);
    }
    read_for_text(report);
    fuzz_claim(whole.most_piece <= (1u << 20) + 8, "a piece of text of %llu bytes",
               (unsigned long long)whole.most_piece);
    read_cut(&cut, report);
    judge(&whole, &cut, "cut anywhere");
    if (size <= SMALL) {
        events_read(&cut, report, 1);
        judge(&whole, &cut, "byte by byte");
    }
    events_finish(&whole);
    return 0;
}
