/* SPDX-License-Identifier: MIT */
/*
 * parse.c - expat's events become frames. Called by the filter with bytes that were mended. It must
 * never follow an entity or a DOCTYPE (the filter lets none through), never nest deeper than
 * PARSE_DEPTH, and never emit half a case.
 */
#include "parse.h"
#include "text.h"
#include "what.h"

#include <stdarg.h>
#include <stdlib.h>

enum { MAX_OPEN = sizeof((struct parse *)0)->open / sizeof((struct parse *)0)->open[0] };

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes);
static void XMLCALL on_end(void *data, const XML_Char *name);

int32_t parse_fail(struct parse *p, int32_t status, const char *where, const char *format, ...)
{
    char message[sizeof p->error.message];
    va_list args;
    if (p->rc) {
        return p->rc;
    }
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    p->rc = ferry_fail(&p->error, status, where, "%s", message);
    return p->rc;
}

const char *parse_show(struct shown *shown, struct ferry_str s)
{
    return text_show_to(shown->text, sizeof shown->text, s);
}

int32_t parse_init(struct parse *p, const struct ferry_sink *sink, struct notices *notices)
{
    memset(p, 0, sizeof *p);
    p->sink = sink;
    p->notices = notices;
    p->error.size = sizeof p->error;
    buf_init(&p->path, (size_t)PARSE_DEPTH * (PARSE_PART_MAX + 1));
    buf_init(&p->carry, 8 * PARSE_TEXT_MAX);
    for (size_t i = 0; i < sizeof p->scratch / sizeof p->scratch[0]; i++) {
        buf_init(&p->scratch[i].buf, PARSE_CASE_MAX);
    }
    p->xml = XML_ParserCreate("UTF-8");
    return p->xml ? FERRY_OK : FERRY_E_NO_MEMORY;
}

void parse_finish(struct parse *p)
{
    if (p->xml) {
        XML_ParserFree(p->xml);
    }
    for (size_t i = 0; i < PARSE_DEPTH; i++) {
        frame_free(p->frames[i]);
    }
    for (size_t i = 0; i < sizeof p->scratch / sizeof p->scratch[0]; i++) {
        buf_finish(&p->scratch[i].buf);
    }
    buf_finish(&p->path);
    buf_finish(&p->carry);
    memset(p, 0, sizeof *p);
}

struct place parse_place(struct parse *p)
{
    uint64_t line = XML_GetCurrentLineNumber(p->xml), column = XML_GetCurrentColumnNumber(p->xml);
    struct place at;
    at.column = column + (line == 1 ? p->base.column : 1);
    at.line = line + p->base.line - 1;
    return at;
}

/* ---- bytes -------------------------------------------------------------------------------- */

int32_t parse_open(void *data, struct place at)
{
    struct parse *p = data;
    if (p->dead) {
        return p->rc;
    }
    if (p->rooted) {
        XML_ParserReset(p->xml, "UTF-8");
    }
    XML_SetUserData(p->xml, p);
    XML_SetElementHandler(p->xml, on_start, on_end);
    p->base = at;
    p->depth = p->n_frames = p->n_open = 0;
    p->attempt = p->root_has_id = 0;
    memset(&p->seen, 0, sizeof p->seen);
    memset(p->said, 0, sizeof p->said);
    p->chunk = NULL;
    p->chunk_len = 0;
    memset(&p->names, 0, sizeof p->names); /* their addresses mean other names from now on */
    buf_reset(&p->path);
    return p->rc;
}

/* expat found a fault that nothing mends: what came before it is kept, and the rest refused. */
static void give_up(struct parse *p)
{
    const char *why = XML_ErrorString(XML_GetErrorCode(p->xml));
    struct place at = parse_place(p);
    if (XML_GetErrorCode(p->xml) == XML_ERROR_NO_MEMORY) {
        parse_fail(p, FERRY_E_NO_MEMORY, "", "out of memory while reading the report");
        return;
    }
    p->dead = 1;
    if (!p->rooted) {
        parse_fail(p, FERRY_E_INPUT, "", "not a JUnit report: line %llu, column %llu: %s",
                   (unsigned long long)at.line, (unsigned long long)at.column, why);
        return;
    }
    p->rc = notice_say(p->notices, NOTICE_MALFORMED, at,
                       "%s: the report cannot be followed from here", why);
    parse_fail(p, FERRY_E_INPUT, "",
               "line %llu, column %llu: %s; the report cannot be followed from there, the %llu "
               "results before it are kept",
               (unsigned long long)at.line, (unsigned long long)at.column, why,
               (unsigned long long)p->n_results);
}

static int32_t flush(struct parse *p, int final)
{
    enum XML_Status status;
    if (p->dead || p->rc || (!p->chunk && !final)) {
        return p->rc;
    }
    status = p->chunk ? XML_ParseBuffer(p->xml, (int)p->chunk_len, final)
                      : XML_Parse(p->xml, "", 0, final);
    p->chunk = NULL;
    p->chunk_len = 0;
    if (status == XML_STATUS_ERROR && !p->rc) {
        give_up(p);
    }
    return p->rc;
}

int32_t parse_bytes(void *data, const unsigned char *bytes, size_t n)
{
    struct parse *p = data;
    while (n > 0 && !p->dead && !p->rc) {
        size_t m = PARSE_CHUNK - p->chunk_len;
        if (!p->chunk) {
            p->chunk = XML_GetBuffer(p->xml, PARSE_CHUNK);
            if (!p->chunk) {
                give_up(p);
                break;
            }
        }
        m = n < m ? n : m;
        memcpy(p->chunk + p->chunk_len, bytes, m);
        p->chunk_len += m;
        bytes += m;
        n -= m;
        if (p->chunk_len == PARSE_CHUNK) {
            flush(p, 0);
        }
    }
    return p->rc;
}

int32_t parse_skipped_lines(void *data, uint64_t n)
{
    struct parse *p = data;
    flush(p, 0); /* what came before counts without them */
    p->base.line += n;
    return p->rc;
}

int32_t parse_close(void *data)
{
    return flush(data, 1);
}

int32_t parse_cut(struct parse *p, struct place at)
{
    struct frame *f;
    struct shown name;
    if (p->dead || p->rc) {
        return p->rc;
    }
    XML_SetReparseDeferralEnabled(p->xml, XML_FALSE); /* no more bytes are worth waiting for */
    flush(p, 0);
    f = parse_frame(p);
    if (p->dead || p->rc) {
        return p->rc;
    }
    if (!p->rooted) {
        return parse_fail(p, FERRY_E_INPUT, "", "not a JUnit report: it ends inside its first tag");
    }
    p->dead = 1;
    p->rc = notice_say(p->notices, NOTICE_TRUNCATED, at,
                       "the report ends inside %s \"%s\"; the %llu results before it are kept",
                       f && f->el == EL_TESTCASE ? "test case" : "suite",
                       parse_show(&name, f ? f->name : FERRY_LIT("")),
                       (unsigned long long)p->n_results);
    return p->rc;
}

/* ---- elements ----------------------------------------------------------------------------- */

/* What is no JUnit although the root's name is. */
static const char *foreign_namespace(const char **attributes)
{
    for (; attributes[0]; attributes += 2) {
        if (strncmp(attributes[0], "xmlns", 5) == 0 &&
            strcmp(attributes[1], "http://check.sourceforge.net/ns") == 0) {
            return "Check's own XML (srunner_set_xml)";
        }
    }
    return NULL;
}

static void check_root(struct parse *p, const char *name, enum element el, const char **attributes)
{
    const char *foreign = foreign_namespace(attributes);
    struct shown shown;
    if (element_is_root(el) && !foreign) {
        p->rooted = 1;
        return;
    }
    if (!foreign) {
        foreign = what_has_root(name);
    }
    parse_fail(p, FERRY_E_INPUT, "",
               "not a JUnit report: the root element is <%s>%s%s; name the files that the test "
               "runner wrote",
               parse_show(&shown, ferry_cstr(name)), foreign ? ", as in " : "",
               foreign ? foreign : "");
}

/* The attempt that is open, or NULL. */
static struct fault *open_attempt(struct parse *p, struct frame *f)
{
    return p->attempt > 0 ? list_at(&f->faults, struct fault, p->attempt - 1) : NULL;
}

static void start_output(struct parse *p, struct frame *f, enum element el)
{
    struct capture *c = el == EL_OUT ? &f->out : &f->err;
    if (p->attempt > 0) {
        c = &p->scratch[p->n_open];
        capture_reset(c);
    }
    capture_begin(p, c, el, p->attempt);
}

static void start_fault(struct parse *p, struct frame *f, enum element el, const char **attributes)
{
    struct capture *c = &p->scratch[p->n_open];
    int32_t i = frame_fault(p, f, el, attributes);
    if (i >= 0 && element_is_attempt(el)) {
        p->attempt = i + 1;
    }
    capture_begin(p, c, el, OWNER_MAIN);
    if (i >= 0) {
        c->head = &list_at(&f->faults, struct fault, i)->details;
    }
}

static void start_property(struct parse *p, struct frame *f, const char **attributes)
{
    p->property = p->value = (struct ferry_str){NULL, 0};
    for (; attributes[0]; attributes += 2) {
        enum attribute what = attribute_of(&p->names, attributes[0]);
        if (what == AT_NAME) {
            p->property = frame_keep(p, f, ferry_cstr(attributes[1]));
        } else if (what == AT_VALUE) {
            p->value = frame_keep(p, f, ferry_cstr(attributes[1]));
        }
    }
    capture_begin(p, &p->scratch[p->n_open], EL_PROPERTY, OWNER_LAST);
}

static void unknown(struct parse *p, struct frame *f, const char *name)
{
    struct shown shown;
    if (strcmp(name, "passed") == 0 || notice_counted(p->notices, NOTICE_UNKNOWN)) {
        return; /* <passed/> says what no child would say as well */
    }
    p->rc = notice_say(p->notices, NOTICE_UNKNOWN, parse_place(p),
                       "element <%s> inside <%s> is not known, left out",
                       parse_show(&shown, ferry_cstr(name)),
                       f->el == EL_TESTCASE ? "testcase" : "testsuite");
}

/* Elements inside a suite or a case. */
static void start_inside(struct parse *p, struct frame *f, enum element el, const char *name,
                         const char **attributes)
{
    switch (el) {
    case EL_PROPERTIES:
        break;
    case EL_PROPERTY:
        start_property(p, f, attributes);
        break;
    case EL_OUT:
    case EL_ERR:
        start_output(p, f, el);
        break;
    case EL_FAILURE:
    case EL_ERROR:
    case EL_SKIPPED:
    case EL_FLAKY_FAILURE:
    case EL_FLAKY_ERROR:
    case EL_RERUN_FAILURE:
    case EL_RERUN_ERROR:
        start_fault(p, f, el, attributes);
        break;
    case EL_OTHER:
        if (p->stack[p->depth - 2] != EL_OTHER) {
            unknown(p, f, name);
        }
        break;
    default:
        capture_begin(p, &p->scratch[p->n_open], el, OWNER_MAIN);
        break;
    }
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct parse *p = data;
    enum element el = element_of(name, strlen(name));
    struct frame *f = parse_frame(p);
    if (p->rc) {
        return;
    }
    if (p->depth == PARSE_DEPTH) {
        parse_fail(p, FERRY_E_INPUT, "", "line %llu: elements stand deeper than %d in each other",
                   (unsigned long long)parse_place(p).line, PARSE_DEPTH);
    } else if (p->depth == 0) {
        check_root(p, name, el, attributes);
    }
    if (p->rc) {
        XML_StopParser(p->xml, XML_FALSE);
        return;
    }
    if (element_is_text(el) && p->n_open >= MAX_OPEN) {
        el = EL_OTHER; /* the filter lets none so deep through */
    }
    p->stack[p->depth++] = (unsigned char)el;
    if (element_is_root(el)) {
        f = frame_open(p, el);
        if (f && el == EL_TESTCASE) {
            frame_case(p, f, attributes);
        } else if (f) {
            frame_suite(p, f, attributes);
        }
    } else if (f) {
        start_inside(p, f, el, name, attributes);
    }
    if (p->rc) {
        XML_StopParser(p->xml, XML_FALSE);
    }
}

/* Without the line ends around it, and the indentation behind it. */
static struct ferry_str trim_block(struct ferry_str s)
{
    while (s.len > 0 && (s.ptr[0] == '\n' || s.ptr[0] == '\r')) {
        s = str_sub(s, 1, s.len);
    }
    while (s.len > 0 && strchr(" \t\r\n", s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

/* The text of a capture as part of the frame; `trim`: a block without its margins. */
static struct text keep_text(struct parse *p, struct frame *f, const struct capture *c, int trim)
{
    struct text t = capture_text(c);
    if (t.number == 0 && t.str.len > 0) {
        t.str = frame_keep(p, f, trim ? trim_block(t.str) : t.str);
        t.bytes = t.str.len;
    }
    return t;
}

/* The element's own text; where a <stackTrace> stands in it too, the text goes first. */
static void add_details(struct parse *p, struct frame *f, struct fault *fault, struct text own)
{
    struct ferry_str trace = fault->details.str;
    if (trace.len > 0 && own.str.len > 0) {
        own.str = arena_printf(&f->arena, "%.*s\n%.*s", STR_ARG(own.str), STR_ARG(trace));
        own.bytes = own.str.len;
    }
    if (own.str.len > 0) {
        fault->details = own;
    }
    if (f->arena.failed) {
        frame_overfull(p, f);
    }
}

static void end_fault(struct parse *p, struct frame *f, enum element el, const struct capture *c)
{
    struct fault *fault;
    struct text t;
    if (f->faults.n == 0 || list_at(&f->faults, struct fault, f->faults.n - 1)->el != el) {
        return; /* it was left out */
    }
    fault = list_at(&f->faults, struct fault, f->faults.n - 1);
    if (c->number == 0 && f->arena.used > PARSE_ROOMY) {
        frame_overfull(p, f);
    } else if (c->number > 0) {
        t = capture_text(c);
        t.str = fault->details.str; /* its head, kept when it left */
        fault->details = t;
    } else if (fault->details.number == 0) {
        add_details(p, f, fault, keep_text(p, f, c, 1));
    }
    p->attempt = 0;
    if (f->el != EL_TESTCASE) {
        result_of_suite_fault(p, f);
    }
}

static void end_property(struct parse *p, struct frame *f, const struct capture *c)
{
    struct ferry_str text = str_trim(buf_str(&c->buf));
    struct ferry_str value = p->value.len > 0 || text.len == 0 ? p->value : text;
    if (p->property.len > 0) {
        p->value_cut = c->gone > 0;
        convention_property(p, f, p->property, value, OWNER_LAST);
        p->value_cut = 0;
    }
}

/* Text inside a fault, or of a child that some writers use in place of an attribute. */
static void end_child(struct parse *p, struct frame *f, enum element el, const struct capture *c)
{
    enum element parent = p->depth > 1 ? (enum element)p->stack[p->depth - 2] : EL_OTHER;
    struct fault *fault =
        f->faults.n > 0 ? list_at(&f->faults, struct fault, f->faults.n - 1) : NULL;
    if (el == EL_STACK_TRACE && fault && fault->el == parent) {
        fault->details = keep_text(p, f, c, 1);
    } else if (el == EL_MESSAGE && fault && fault->el == parent && !fault->message.ptr) {
        fault->message = keep_text(p, f, c, 1).str;
    } else if (el == EL_WARNING && f->el == EL_TESTCASE) {
        frame_property(p, f, FERRY_LIT("warning"), str_trim(buf_str(&c->buf)));
    } else if (parent == f->el) {
        frame_child_text(p, f, el, str_trim(buf_str(&c->buf)));
    }
}

static void end_text(struct parse *p, struct frame *f, enum element el)
{
    struct capture *c = capture_end(p);
    struct fault *attempt;
    switch (el) {
    case EL_PROPERTY:
        end_property(p, f, c);
        break;
    case EL_OUT:
    case EL_ERR:
        attempt = open_attempt(p, f);
        if (attempt) {
            *(el == EL_OUT ? &attempt->out : &attempt->err) = keep_text(p, f, c, 0);
        }
        break;
    case EL_STACK_TRACE:
    case EL_MESSAGE:
    case EL_WARNING:
    case EL_NAME:
    case EL_CLASSNAME:
    case EL_TIME:
        end_child(p, f, el, c);
        break;
    default:
        end_fault(p, f, el, c);
        break;
    }
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct parse *p = data;
    struct frame *f = parse_frame(p);
    enum element el;
    (void)name;
    if (p->rc || p->depth == 0 || !f) {
        return;
    }
    el = (enum element)p->stack[p->depth - 1];
    if (element_is_text(el)) {
        end_text(p, f, el);
    } else if (el == EL_TESTCASE) {
        result_of_case(p, f);
        frame_close(p);
    } else if (element_is_root(el)) {
        result_of_suite(p, f);
        frame_close(p);
    }
    p->depth--;
    if (p->rc) {
        XML_StopParser(p->xml, XML_FALSE);
    }
}
