/* SPDX-License-Identifier: MIT */
/*
 * result.c - a frame that ended becomes items: one result an attempt, then nothing is left of it.
 * Called by parse.c. A <testcase> counts once, with the worst that its own children say; other
 * attempts of it are said as superseded. It must never allocate outside of the frame's arena.
 */
#include "parse.h"
#include "text.h"

/* One execution of a case, as it will be said. */
struct attempt {
    uint32_t status, flags, number;
    int32_t owner;          /* of its attachments */
    const struct fault *of; /* the one element it comes from; NULL: the case's own children */
    int is_last;
};

struct word {
    const char *word;
    uint32_t status;
};
/* What `status` and `result` are known to say; any other word says nothing. */
static const struct word WORDS[] = {
    {"notrun", FERRY_NOT_RUN},   {"not_run", FERRY_NOT_RUN},    {"not run", FERRY_NOT_RUN},
    {"disabled", FERRY_NOT_RUN}, {"suppressed", FERRY_NOT_RUN}, {"skipped", FERRY_NOT_RUN},
    {"skip", FERRY_NOT_RUN},     {"ignored", FERRY_NOT_RUN},    {"pending", FERRY_NOT_RUN},
    {"untested", FERRY_NOT_RUN}, {"inactive", FERRY_NOT_RUN},   {"fail", FERRY_FAILED},
    {"failed", FERRY_FAILED},    {"failure", FERRY_FAILED},     {"error", FERRY_ERRORED},
    {"errored", FERRY_ERRORED},  {"broken", FERRY_ERRORED},     {"crashed", FERRY_ERRORED},
    {"timeout", FERRY_ERRORED},  {"timed out", FERRY_ERRORED},  {"aborted", FERRY_ERRORED},
    {"blocked", FERRY_BLOCKED},
};

static uint32_t word_status(struct ferry_str word)
{
    for (size_t i = 0; word.len > 0 && i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (str_is_nocase(word, WORDS[i].word)) {
            return WORDS[i].status;
        }
    }
    return 0;
}

static uint32_t element_status(enum element el)
{
    switch (el) {
    case EL_ERROR:
    case EL_FLAKY_ERROR:
    case EL_RERUN_ERROR:
        return FERRY_ERRORED;
    case EL_SKIPPED:
        return FERRY_SKIPPED;
    default:
        return FERRY_FAILED;
    }
}

/* How bad a status is: ERRORED over FAILED over SKIPPED. */
static int badness(uint32_t status)
{
    switch (status) {
    case FERRY_ERRORED:
        return 4;
    case FERRY_FAILED:
        return 3;
    case FERRY_BLOCKED:
        return 2;
    case FERRY_SKIPPED:
        return 1;
    default:
        return 0;
    }
}

/* The status of a case by its children, else by its attributes; *word: that which said it. */
static uint32_t case_status(const struct frame *f, struct ferry_str *word)
{
    uint32_t worst = 0, by_status, by_result;
    *word = (struct ferry_str){NULL, 0};
    for (uint32_t i = 0; i < f->faults.n; i++) {
        enum element el = list_at(&f->faults, struct fault, i)->el;
        uint32_t status = element_status(el);
        if (!element_is_attempt(el) && (worst == 0 || badness(status) > badness(worst))) {
            worst = status;
        }
    }
    if (worst) {
        return worst;
    }
    by_status = word_status(f->status);
    by_result = word_status(f->result);
    if (!by_status && !by_result) {
        return FERRY_PASSED;
    }
    if (!by_status || (by_result && badness(by_result) > badness(by_status))) {
        *word = f->result;
        return by_result;
    }
    *word = f->status;
    return by_status;
}

static int is_bad(uint32_t status)
{
    return status == FERRY_FAILED || status == FERRY_ERRORED;
}

static const struct ferry_blob *blob_of(struct frame *f, const struct text *t)
{
    struct ferry_blob *blob = t->number > 0 ? arena_new(&f->arena, struct ferry_blob) : NULL;
    if (blob) {
        blob->size = sizeof *blob;
        blob->digest = arena_printf(&f->arena, "text:%lld", (long long)t->number);
        blob->bytes = t->bytes;
    }
    return blob;
}

/* The first line that is not blank, for a failure that has no message of its own. */
static struct ferry_str first_line(struct ferry_str s)
{
    struct ferry_str line = {NULL, 0};
    while (str_split(&s, '\n', &line)) {
        line = str_trim(line);
        if (line.len > 0) {
            return utf8_cut(line, 1024);
        }
    }
    return (struct ferry_str){NULL, 0};
}

/* What a person reads first. LuaUnit puts it into the type: "quay.lua:7: expected: 1, actual: 2". */
static struct ferry_str message_of(const struct fault *fault)
{
    struct ferry_str type = fault->type;
    if (fault->message.len > 0) {
        return fault->message;
    }
    if (type.len > 2 && memmem(type.ptr, (size_t)type.len, ": ", 2)) {
        return type;
    }
    return first_line(fault->details.str);
}

static struct ferry_failure *failure_of(struct frame *f, const struct fault *fault)
{
    struct ferry_failure *out = arena_new(&f->arena, struct ferry_failure);
    if (out) {
        out->size = sizeof *out;
        out->status = element_status(fault->el);
        out->type = fault->type;
        out->details = fault->details.str;
        out->message = message_of(fault);
    }
    return out;
}

static int belongs(const struct attempt *a, const struct fault *fault)
{
    return a->of ? a->of == fault : !element_is_attempt(fault->el);
}

/* The failures of an attempt, and the worst of them once more in the result. */
static void put_failures(struct frame *f, const struct attempt *a, struct ferry_result *r)
{
    const struct fault *worst = NULL;
    const struct ferry_failure **all;
    if (f->faults.n == 0) {
        return;
    }
    all = arena_array(&f->arena, const struct ferry_failure *, f->faults.n);
    for (uint32_t i = 0; all && i < f->faults.n; i++) {
        const struct fault *fault = list_at(&f->faults, struct fault, i);
        const struct ferry_failure *one = belongs(a, fault) ? failure_of(f, fault) : NULL;
        if (!one) {
            continue;
        }
        all[r->n_failures++] = one;
        if (!worst || badness(one->status) > badness(element_status(worst->el))) {
            worst = fault;
            r->message = one->message;
            r->type = one->type;
            r->details = fault->details.number > 0 ? (struct ferry_str){NULL, 0} : one->details;
            r->details_blob = blob_of(f, &fault->details);
        }
    }
    r->failures = all;
}

static struct ferry_attachment *attachment_of(struct frame *f, const struct mark *m)
{
    struct ferry_attachment *out = arena_new(&f->arena, struct ferry_attachment);
    if (out) {
        out->size = sizeof *out;
        out->name = m->name;
        out->mime = m->mime;
        out->path = m->path;
        out->blob = blob_of(f, &m->data);
    }
    return out;
}

/* A long trace that is not the worst has no place of its own: it is attached. */
static int is_spare_trace(const struct attempt *a, const struct fault *fault,
                          const struct ferry_result *r)
{
    char digest[32];
    snprintf(digest, sizeof digest, "text:%lld", (long long)fault->details.number);
    return fault->details.number > 0 && belongs(a, fault) &&
           !(r->details_blob && str_is(r->details_blob->digest, digest));
}

static void put_attachments(struct frame *f, const struct attempt *a, struct ferry_result *r)
{
    const struct ferry_attachment **all;
    if (f->marks.n + f->faults.n == 0) {
        return;
    }
    all = arena_array(&f->arena, const struct ferry_attachment *, f->marks.n + f->faults.n);
    for (uint32_t i = 0; all && i < f->marks.n; i++) {
        const struct mark *m = list_at(&f->marks, struct mark, i);
        if (m->owner == a->owner || (m->owner == OWNER_LAST && a->is_last)) {
            all[r->n_attachments] = attachment_of(f, m);
            r->n_attachments += all[r->n_attachments] != NULL;
        }
    }
    for (uint32_t i = 0; all && i < f->faults.n; i++) {
        const struct fault *fault = list_at(&f->faults, struct fault, i);
        struct mark m = {a->owner, {NULL, 0}, {NULL, 0}, FERRY_LIT("text/plain"), fault->details};
        if (is_spare_trace(a, fault, r)) {
            m.name = arena_printf(&f->arena, "failure-%u.txt", (unsigned)i + 1);
            all[r->n_attachments] = attachment_of(f, &m);
            r->n_attachments += all[r->n_attachments] != NULL;
        }
    }
    r->attachments = r->n_attachments ? all : NULL;
}

static void put_steps(struct frame *f, struct ferry_result *r)
{
    const struct ferry_step **all;
    if (f->steps.n == 0) {
        return;
    }
    all = arena_array(&f->arena, const struct ferry_step *, f->steps.n);
    for (uint32_t i = 0; all && i < f->steps.n; i++) {
        all[i] = list_at(&f->steps, struct ferry_step, i);
    }
    r->steps = all;
    r->n_steps = all ? f->steps.n : 0;
}

/* The suites that are open; absent where none has a name. */
static struct ferry_str path_of(const struct parse *p)
{
    return p->path.len > 0 ? buf_str(&p->path) : (struct ferry_str){NULL, 0};
}

/* What a person sees where the report gives no name. */
static struct ferry_str name_of(const struct frame *f)
{
    if (f->name.len > 0) {
        return f->name;
    }
    return f->class_name.len > 0 ? f->class_name : FERRY_LIT("(no name)");
}

/* What is the same for all attempts of a case: who it is. */
static void put_identity(struct parse *p, struct frame *f, struct ferry_result *r)
{
    r->size = sizeof *r;
    r->suite = path_of(p);
    r->class_name = f->class_name;
    r->name = name_of(f);
    r->file = f->file;
    r->line = f->line;
    r->has = f->has & FERRY_RESULT_HAS_LINE;
    r->case_ids = f->case_ids.items;
    r->n_case_ids = f->case_ids.n;
    r->parameters = f->parameters.items;
    r->n_parameters = f->parameters.n;
    r->properties = f->properties.items;
    r->n_properties = f->properties.n;
    r->tags = f->tags.items;
    r->n_tags = f->tags.n;
}

static void put_timing(const struct frame *f, const struct attempt *a, struct ferry_result *r)
{
    uint32_t has = a->of ? a->of->has : f->has;
    r->has |= has & (FERRY_RESULT_HAS_START | FERRY_RESULT_HAS_DURATION);
    r->start_ms = a->of ? a->of->start_ms : f->start_ms;
    r->duration_us = a->of ? a->of->duration_us : f->duration_us;
    r->flags |= a->of ? a->of->flags : f->flags;
}

static void put_output(struct frame *f, const struct attempt *a, struct ferry_result *r)
{
    struct text out = a->of ? a->of->out : capture_text(&f->out);
    struct text err = a->of ? a->of->err : capture_text(&f->err);
    r->out = out.str;
    r->err = err.str;
    r->out_blob = blob_of(f, &out);
    r->err_blob = blob_of(f, &err);
}

static void send(struct parse *p, const struct ferry_item *item)
{
    if (!p->rc) {
        int32_t rc = p->sink->item(p->sink->self, item);
        if (rc) {
            parse_fail(p, rc, "", "the results could not be taken: %s", ferry_status_text(rc));
        }
    }
}

static void emit(struct parse *p, struct frame *f, const struct attempt *a, struct ferry_str word)
{
    struct ferry_result result;
    struct ferry_item item;
    memset(&result, 0, sizeof result);
    memset(&item, 0, sizeof item);
    put_identity(p, f, &result);
    result.status = a->status;
    result.flags = a->flags;
    result.attempt = a->number;
    if (a->is_last && word.len > 0 && !str_is_nocase(word, ferry_result_status_text(a->status))) {
        result.status_text = word;
    }
    put_timing(f, a, &result);
    put_output(f, a, &result);
    put_failures(f, a, &result);
    put_attachments(f, a, &result);
    if (a->is_last) {
        put_steps(f, &result);
    }
    if (f->arena.failed) {
        frame_overfull(p, f);
    }
    item.size = sizeof item;
    item.noun = FERRY_RESULT;
    item.name = result.name;
    item.result = &result;
    send(p, &item);
}

/* The attempts other than the case's own, in the report's order; `which` 0: all of them. */
static uint32_t count_attempts(const struct frame *f, int reruns_only)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->faults.n; i++) {
        enum element el = list_at(&f->faults, struct fault, i)->el;
        n += element_is_attempt(el) &&
             (!reruns_only || el == EL_RERUN_FAILURE || el == EL_RERUN_ERROR);
    }
    return n;
}

static int is_rerun(enum element el)
{
    return el == EL_RERUN_FAILURE || el == EL_RERUN_ERROR;
}

/* Says the attempts whose element is_rerun() is `reruns`, or all of them (-1). */
static void emit_others(struct parse *p, struct frame *f, int reruns, struct attempt *own,
                        uint32_t *number, uint32_t total)
{
    for (uint32_t i = 0; i < f->faults.n && !p->rc; i++) {
        const struct fault *fault = list_at(&f->faults, struct fault, i);
        struct attempt a = {element_status(fault->el),
                            FERRY_RESULT_SUPERSEDED,
                            ++*number,
                            (int32_t)i + 1,
                            fault,
                            0};
        if (!element_is_attempt(fault->el) || (reruns >= 0 && is_rerun(fault->el) != reruns)) {
            --*number;
            continue;
        }
        if (a.number == total) { /* the last word; its status is what the case counts as */
            a.status = own->status;
            a.flags = own->flags;
            a.is_last = 1;
        }
        emit(p, f, &a, (struct ferry_str){NULL, 0});
    }
}

/*
 * CTest fails over a test that it could not run (no executable, a fixture that failed), and writes <skipped> for it as for one that
 * skipped itself, but for the message.
 */
static int is_not_executed(const struct frame *f)
{
    const struct fault *only = f->faults.n == 1 ? list_at(&f->faults, struct fault, 0) : NULL;
    return only && only->el == EL_SKIPPED && only->message.len > 0 && str_is(f->status, "notrun") &&
           ferry_eq(f->name, f->class_name) && !str_starts(only->message, "SKIP_");
}

static void warn_of_case(struct parse *p, const struct frame *f, uint32_t status)
{
    struct shown name;
    if (f->name.len == 0 && !p->rc && !notice_counted(p->notices, NOTICE_NO_NAME)) {
        p->rc = notice_say(p->notices, NOTICE_NO_NAME, parse_place(p),
                           "a test case without a name, shown as \"%s\"",
                           parse_show(&name, name_of(f)));
    }
    if (is_not_executed(f) && !p->rc && !notice_counted(p->notices, NOTICE_NOT_EXECUTED)) {
        struct shown why;
        p->rc = notice_say(p->notices, NOTICE_NOT_EXECUTED, parse_place(p),
                           "\"%s\" is told as skipped, but it could not be run: %s",
                           parse_show(&name, f->name),
                           parse_show(&why, list_at(&f->faults, struct fault, 0)->message));
    }
    if (!is_bad(status) && count_attempts(f, 1) > 0 && !p->rc &&
        !notice_counted(p->notices, NOTICE_RERUN)) {
        p->rc = notice_say(p->notices, NOTICE_RERUN, parse_place(p),
                           "\"%s\" names failed reruns but no failure of its own; counted as %s",
                           parse_show(&name, f->name), ferry_result_status_text(status));
    }
}

/*
 * Surefire's order, which Playwright and nextest keep: on a case that passed in the end, the flaky
 * elements came before; on one that failed, the case's own failure came first and the reruns after.
 */
void result_of_case(struct parse *p, struct frame *f)
{
    struct ferry_str word;
    struct attempt own = {case_status(f, &word), 0, 0, OWNER_MAIN, NULL, 0};
    uint32_t total = 1 + count_attempts(f, 0), number = 0;
    int reruns_follow = is_bad(own.status) && count_attempts(f, 1) > 0;
    warn_of_case(p, f, own.status);
    p->seen.tests++;
    if (f->faults.n == 0) { /* else its children were counted */
        p->seen.failures += own.status == FERRY_FAILED;
        p->seen.errors += own.status == FERRY_ERRORED;
    }
    if (total > 1) {
        emit_others(p, f, is_bad(own.status) ? 0 : -1, &own, &number, 0);
    }
    own.number = ++number;
    own.is_last = own.number == total;
    own.flags = own.is_last ? 0 : FERRY_RESULT_SUPERSEDED;
    if (own.is_last && own.status == FERRY_PASSED && total > 1) {
        own.flags = FERRY_RESULT_FLAKY;
    }
    if (!p->rc) {
        emit(p, f, &own, word);
    }
    if (reruns_follow) {
        own.flags = 0;
        emit_others(p, f, 1, &own, &number, total);
    }
    p->n_results++;
}

void result_of_suite_fault(struct parse *p, struct frame *f)
{
    const struct fault *fault;
    struct attempt a;
    if (f->faults.n == 0) {
        return;
    }
    fault = list_at(&f->faults, struct fault, f->faults.n - 1);
    if (fault->el == EL_FAILURE || fault->el == EL_ERROR) {
        struct ferry_result result;
        struct ferry_item item;
        memset(&result, 0, sizeof result);
        memset(&item, 0, sizeof item);
        a = (struct attempt){element_status(fault->el), FERRY_RESULT_SYNTHETIC, 1, 0, fault, 1};
        result.size = sizeof result;
        result.suite = path_of(p);
        result.name = name_of(f);
        result.status = a.status;
        result.flags = a.flags;
        result.attempt = 1;
        put_failures(f, &a, &result);
        if (f->arena.failed) {
            frame_overfull(p, f);
        }
        item.size = sizeof item;
        item.noun = FERRY_RESULT;
        item.name = result.name;
        item.result = &result;
        send(p, &item);
    }
    f->faults.n = 0;
}

static int says_nothing(const struct frame *f, const struct ferry_suite *s)
{
    return f->el == EL_TESTSUITES && s->n_properties == 0 && !s->out.len && !s->err.len &&
           !s->out_blob && !s->err_blob && !s->has && !s->host.len;
}

/*
 * Counters are wrong in one report of eight, so they are not believed; but a runner that could not even begin its tests says so
 * nowhere else, and its report would look green.
 */
static void check_counters(struct parse *p)
{
    const struct tally *seen = &p->seen;
    int by_root = p->said[0].tests + p->said[0].failures + p->said[0].errors > 0;
    const struct tally *said = &p->said[by_root ? 0 : 1];
    uint64_t bad = seen->failures + seen->errors;
    char what[160];
    if (said->tests > 0 && seen->tests + bad == 0) {
        snprintf(what, sizeof what, "%llu tests, %llu of them failed, and holds none",
                 (unsigned long long)said->tests,
                 (unsigned long long)(said->failures + said->errors));
    } else if (said->failures + said->errors > 0 && bad == 0) {
        snprintf(what, sizeof what, "%llu failures and errors, and none of its %llu tests failed",
                 (unsigned long long)(said->failures + said->errors),
                 (unsigned long long)seen->tests);
    } else if (said->errors > 0 && seen->errors == 0 && said->failures + said->errors > bad) {
        snprintf(what, sizeof what, "%llu errors, and none of its tests has one",
                 (unsigned long long)said->errors);
    } else {
        return;
    }
    if (!p->rc) {
        p->rc = notice_say(p->notices, NOTICE_COUNTERS, parse_place(p),
                           "the report counts %s; did something fail outside of its tests?", what);
    }
}

void result_of_suite(struct parse *p, struct frame *f)
{
    struct ferry_suite suite;
    struct ferry_item item;
    struct text out = capture_text(&f->out), err = capture_text(&f->err);
    if (p->n_frames == 1) {
        check_counters(p);
    }
    memset(&suite, 0, sizeof suite);
    memset(&item, 0, sizeof item);
    suite.size = sizeof suite;
    suite.has = f->has;
    suite.flags = f->flags;
    suite.path = path_of(p);
    suite.host = f->host;
    suite.out = out.str;
    suite.err = err.str;
    suite.out_blob = blob_of(f, &out);
    suite.err_blob = blob_of(f, &err);
    suite.start_ms = f->start_ms;
    suite.duration_us = f->duration_us;
    suite.properties = f->properties.items;
    suite.n_properties = f->properties.n;
    if (f->arena.failed) {
        frame_overfull(p, f);
    }
    item.size = sizeof item;
    item.noun = FERRY_SUITE;
    item.name = f->name;
    item.suite = &suite;
    if (!says_nothing(f, &suite)) {
        send(p, &item);
    }
}
