/* SPDX-License-Identifier: MIT */
/*
 * hook.c - what Qase calls about: {"event_name":"run.completed","timestamp":1650540194,"payload":{"id":2,...},"project_code":"AO"}, with the
 * secret itself in a header. Of its many events one concerns ferry.
 */
#include "codec.h"

static int32_t fail_event(struct ferry_error *err, const char *member, const char *wanted)
{
    return ferry_fail(err, FERRY_E_INPUT, member, "run.completed without \"%s\": %s", member,
                      wanted);
}

static int32_t read_completed(const struct cJSON *v, const struct ferry_events *events,
                              struct ferry_error *err)
{
    char scratch[24];
    int64_t seconds = 0;
    struct ferry_event event = {.size = sizeof event,
                                .what = FERRY_EVENT_RUN_COMPLETED,
                                .project = json_str(json_get(v, "project_code")),
                                .run = json_id(json_get(json_get(v, "payload"), "id"), scratch),
                                .name = json_str(json_get(v, "event_name"))};
    if (!event.project.len) {
        return fail_event(err, "project_code", "a text is wanted");
    }
    if (!qase_is_number(event.run, NULL)) {
        return fail_event(err, "payload.id", "the number of a run is wanted");
    }
    if (!json_int(json_get(v, "timestamp"), &seconds) || seconds < 0 ||
        seconds > INT64_MAX / 1000) {
        return fail_event(err, "timestamp", "seconds since 1970 are wanted");
    }
    event.at_ms = seconds * 1000;
    return events->event(events->self, &event);
}

static int32_t read_delivery(const struct ferry_message *delivery,
                             const struct ferry_events *events, struct ferry_error *err)
{
    struct json_doc doc = {0};
    int32_t rc = json_parse(&doc, delivery->body, 0, "delivery", err);
    if (rc == FERRY_OK && !json_str(json_get(doc.root, "event_name")).len) {
        rc = ferry_fail(err, FERRY_E_INPUT, "event_name", "a delivery without \"event_name\"");
    } else if (rc == FERRY_OK &&
               ferry_eq(json_str(json_get(doc.root, "event_name")), FERRY_LIT("run.completed"))) {
        rc = read_completed(doc.root, events, err);
    }
    json_finish(&doc);
    return rc;
}

const struct ferry_hook qase_hook = {
    .header = "x-qase-secret", .secret = "webhook_secret", .read = read_delivery};
