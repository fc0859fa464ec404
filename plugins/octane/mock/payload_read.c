/* SPDX-License-Identifier: MIT */
/* payload_read.c - a judged document, run by run. What the schema has made sure of is not looked at again. */
#include "payload.h"

#include "payload_tree.h"

#include <text.h>

xmlNodePtr payload_next(xmlNodePtr n)
{
    if (n->children && n->type == XML_ELEMENT_NODE) {
        return n->children;
    }
    while (n && !n->next) {
        n = n->parent && n->parent->type == XML_ELEMENT_NODE ? n->parent : NULL;
    }
    return n ? n->next : NULL;
}

int payload_is(const xmlNode *n, const char *name)
{
    return n->type == XML_ELEMENT_NODE && xmlStrEqual(n->name, (const xmlChar *)name);
}

size_t payload_utf16(const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        n += (c & 0xc0) != 0x80;
        n += c >= 0xf0; /* a pair */
    }
    return n;
}

/* --- small things ------------------------------------------------------------------------------------------ */

#define each_child(n, parent)                                                                      \
    for (xmlNodePtr n = (parent) ? (parent)->children : NULL; n; n = n->next)

static struct ferry_str keep(struct arena *a, xmlChar *text)
{
    struct ferry_str out = arena_str(a, ferry_cstr((const char *)text));
    xmlFree(text);
    return out;
}

static struct ferry_str attribute(struct arena *a, xmlNodePtr n, const char *name)
{
    return keep(a, xmlGetNoNsProp(n, (const xmlChar *)name));
}

/* A number with its sign and its zeros put away. */
static struct ferry_str number(struct arena *a, xmlNodePtr n, const char *name)
{
    struct ferry_str text = str_trim(attribute(a, n, name));
    int64_t value = 0;
    return text.ptr && str_int64(text, &value) ? arena_printf(a, "%lld", (long long)value) : text;
}

static uint32_t children(xmlNodePtr parent)
{
    uint32_t n = 0;
    each_child (c, parent) {
        n += c->type == XML_ELEMENT_NODE;
    }
    return n;
}

static struct ids read_ids(struct arena *a, xmlNodePtr parent)
{
    struct ids out = {arena_array(a, struct ferry_str, children(parent) + 1), 0};
    each_child (c, parent) {
        if (c->type == XML_ELEMENT_NODE && out.list) {
            out.list[out.n++] = number(a, c, "id");
        }
    }
    return out;
}

static const struct ferry_kv *read_pairs(struct arena *a, xmlNodePtr parent, uint32_t *n)
{
    struct ferry_kv *list = arena_array(a, struct ferry_kv, children(parent) + 1);
    each_child (c, parent) {
        if (c->type == XML_ELEMENT_NODE && list) {
            list[(*n)++] = (struct ferry_kv){attribute(a, c, "type"), attribute(a, c, "value")};
        }
    }
    return list;
}

/* --- contexts and runs ---------------------------------------------------------------------------------------- */

static void read_context(struct arena *a, xmlNodePtr parent, struct context *out)
{
    each_child (c, parent) {
        if (payload_is(c, "suite_ref")) {
            out->suite = number(a, c, "id");
            out->external_run_id = attribute(a, c, "external_run_id");
        } else if (payload_is(c, "program_ref")) {
            out->program = number(a, c, "id");
        } else if (payload_is(c, "release_ref")) {
            out->release = number(a, c, "id");
        } else if (payload_is(c, "release")) {
            out->release_name = attribute(a, c, "name");
        } else if (payload_is(c, "milestone_ref")) {
            out->milestone = number(a, c, "id");
        } else if (payload_is(c, "backlog_items")) {
            out->backlog = read_ids(a, c);
        } else if (payload_is(c, "product_areas")) {
            out->areas = read_ids(a, c);
        } else if (payload_is(c, "test_fields")) {
            out->fields = read_pairs(a, c, &out->n_fields);
        } else if (payload_is(c, "environment")) {
            out->environment = read_pairs(a, c, &out->n_environment);
        }
    }
}

void alm_payload_context(const struct payload *x, struct arena *a, struct context *out)
{
    *out = (struct context){0};
    read_context(a, xmlDocGetRootElement((const xmlDoc *)x), out);
}

static void read_children(struct arena *a, xmlNodePtr n, struct payload_run *run)
{
    each_child (c, n) {
        if (payload_is(c, "error")) {
            run->has_error = 1;
            run->error_type = attribute(a, c, "type");
            run->error_message = attribute(a, c, "message");
            run->error_text = keep(a, xmlNodeGetContent(c));
        } else if (payload_is(c, "description")) {
            run->description = keep(a, xmlNodeGetContent(c));
        } else if (payload_is(c, "steps")) {
            run->steps += children(c);
        }
    }
}

static void read_run(struct arena *a, xmlNodePtr n, struct payload_run *run)
{
    struct ferry_str manual = str_trim(attribute(a, n, "manual"));
    run->is_gherkin = payload_is(n, "gherkin_test_run");
    run->is_manual = str_is(manual, "true") || str_is(manual, "1");
    run->name = attribute(a, n, "name");
    run->run_name = attribute(a, n, "run_name");
    run->module = attribute(a, n, "module");
    run->package = attribute(a, n, "package");
    run->class_name = attribute(a, n, "class");
    run->status = attribute(a, n, "status");
    run->started = number(a, n, "started");
    run->url = attribute(a, n, "external_report_url");
    run->external_test_id = attribute(a, n, "external_test_id");
    run->external_run_id = attribute(a, n, "external_run_id");
    str_int64(number(a, n, "duration"), &run->duration);
    read_context(a, n, &run->context);
    read_children(a, n, run);
}

int32_t alm_payload_runs(const struct payload *x, struct arena *a, payload_run_fn *fn, void *data)
{
    xmlNodePtr root = xmlDocGetRootElement((const xmlDoc *)x);
    uint32_t index = 0;
    int32_t rc = FERRY_OK;
    each_child (list, root) {
        each_child (n, payload_is(list, "test_runs") ? list : NULL) {
            if (rc == FERRY_OK && n->type == XML_ELEMENT_NODE) {
                struct payload_run run = {.index = ++index};
                read_run(a, n, &run);
                rc = a->failed ? a->failed : fn(data, &run);
            }
        }
    }
    return rc;
}
