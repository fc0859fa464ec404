/* SPDX-License-Identifier: MIT */
/* codec_case.c - a case as Qase wants it; the Automation Key goes into its custom field, whose id is a fact. */
#include "codec.h"

#include <text.h>

static void write_steps(struct writer *w, const struct ferry_step *const *steps, uint32_t n,
                        unsigned level)
{
    if (n == 0) {
        return;
    }
    if (level > QASE_STEP_LEVELS) {
        qase_note(w, FERRY_NOTE_SKIPPED, "steps", "steps in steps, too deep, are left out");
        return;
    }
    json_key(&w->json, "steps");
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(&w->json, '{');
        qase_member(w, "action", steps[i]->action.len ? steps[i]->action : FERRY_LIT("-"),
                    QASE_TEXT);
        qase_member(w, "expected_result", steps[i]->expected, QASE_TEXT);
        qase_member(w, "data", steps[i]->data, QASE_TEXT);
        write_steps(w, steps[i]->steps, steps[i]->n_steps, level + 1);
        json_close(&w->json, '}');
    }
    json_close(&w->json, ']');
}

static int32_t write_key(struct writer *w, struct ferry_str key, struct ferry_error *err)
{
    struct ferry_str field = qase_key_field(w->call);
    if (key.len == 0) {
        return FERRY_OK;
    }
    if (!field.ptr) {
        return ferry_fail(err, FERRY_E_INPUT, "key",
                          "the project has no custom field \"%.*s\" on cases to hold its key",
                          STR_ARG(w->call->key_field));
    }
    json_key_str(&w->json, field);
    json_put(&w->json, key);
    return FERRY_OK;
}

/* The key, and what the configuration says of every case. */
static int32_t write_custom(struct writer *w, struct ferry_str key, struct ferry_error *err)
{
    const struct case_fields *f = w->fields;
    if (key.len == 0 && (!f || f->n_custom == 0)) {
        return FERRY_OK;
    }
    json_key(&w->json, "custom_field");
    json_open(&w->json, '{');
    int32_t rc = write_key(w, key, err);
    for (uint32_t i = 0; f && i < f->n_custom; i++) {
        json_key_str(&w->json, f->custom[i].key);
        json_put(&w->json, f->custom[i].value);
    }
    json_close(&w->json, '}');
    return rc;
}

int32_t qase_write_case(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_item *item = op->item;
    const struct ferry_case *c = item->test_case;
    struct ferry_str title = str_trim(c ? c->title : item->name);
    title = title.len ? title : str_trim(item->name.len ? item->name : item->key);
    if (title.len == 0) {
        return ferry_fail(err, FERRY_E_INPUT, "title", "a case without a title");
    }
    json_open(&w->json, '{');
    qase_member(w, "title", title, QASE_TITLE);
    int32_t rc = write_custom(w, item->key, err);
    if (rc) {
        return rc;
    }
    if (w->fields) {
        qase_write_case_fields(w, w->fields, c);
    }
    json_key(&w->json, "isManual");
    json_put_bool(&w->json, 0);
    if (c) {
        qase_member(w, "description", c->description, QASE_TEXT);
        qase_member(w, "preconditions", c->precondition, QASE_TEXT);
        if (c->n_tags > 0) {
            json_key(&w->json, "tags");
            json_open(&w->json, '[');
            for (uint32_t i = 0; i < c->n_tags; i++) {
                json_put(&w->json, qase_fitting(w, "tags", c->tags[i], QASE_TITLE));
            }
            json_close(&w->json, ']');
        }
        write_steps(w, c->steps, c->n_steps, 1);
    }
    json_close(&w->json, '}');
    return FERRY_OK;
}
