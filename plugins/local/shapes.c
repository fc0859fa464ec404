/* SPDX-License-Identifier: MIT */
/*
 * shapes.c - every object of the interface, member by member, in alphabetical order (strcmp).
 * Texts are allowed three times the codec's limit: what is not UTF-8 grows when it is mended.
 */
#include "shape.h"

#define COUNT(a)          (sizeof(a) / sizeof *(a))
#define SHAPE(name, list) const struct shape name = {list, COUNT(list)}
#define TEXT(name, max)                                                                            \
    {                                                                                              \
        name, SHAPE_TEXT, 0, 0, (int64_t)(max)*3, NULL                                             \
    }
#define INT(name, min, max)                                                                        \
    {                                                                                              \
        name, SHAPE_INT, 0, min, max, NULL                                                         \
    }
#define BOOL(name)                                                                                 \
    {                                                                                              \
        name, SHAPE_BOOL, 0, 0, 0, NULL                                                            \
    }
#define DIGEST(name)                                                                               \
    {                                                                                              \
        name, SHAPE_DIGEST, 0, 0, 0, NULL                                                          \
    }
#define TEXTS(name)                                                                                \
    {                                                                                              \
        name, SHAPE_TEXTS, 0, 0, LOCAL_NAME * 3, NULL                                              \
    }
#define PAIRS(name)                                                                                \
    {                                                                                              \
        name, SHAPE_PAIRS, 0, 0, LOCAL_TEXT * 3, NULL                                              \
    }
#define ITEMS(name, s)                                                                             \
    {                                                                                              \
        name, SHAPE_ITEMS, 0, 0, 0, s                                                              \
    }

/* Milliseconds since the epoch, the years -9999 to 9999 and some. */
#define TIME INT64_C(400000000000000)
#define LONG INT64_C(400000000000000000)

static const struct shape_member attachment_members[] = {
    INT("bytes", 0, LOCAL_ATTACHMENT),
    {"digest", SHAPE_DIGEST, SHAPE_REQUIRED, 0, 0, NULL},
    TEXT("mime", LOCAL_NAME),
    TEXT("name", LOCAL_NAME),
};
static SHAPE(attachment, attachment_members);

static const struct shape step;
static const struct shape_member step_members[] = {
    TEXT("action", LOCAL_TEXT),
    ITEMS("attachments", &attachment),
    TEXT("comment", LOCAL_TEXT),
    TEXT("data", LOCAL_TEXT),
    INT("duration_us", 0, LONG),
    TEXT("expected", LOCAL_TEXT),
    {"status", SHAPE_STATUS, 0, 0, 0, NULL},
    ITEMS("steps", &step),
};
static SHAPE(step, step_members);

static const struct shape_member failure_members[] = {
    TEXT("details", LOCAL_TEXT),
    TEXT("message", LOCAL_TEXT),
    {"status", SHAPE_STATUS, SHAPE_REQUIRED, 0, 0, NULL},
    TEXT("type", LOCAL_NAME),
};
static SHAPE(failure, failure_members);

static const struct shape_member field_members[] = {
    {"entity", SHAPE_ENTITY, SHAPE_REQUIRED, 0, 0, NULL},
    BOOL("required"),
    {"title", SHAPE_WORD, SHAPE_REQUIRED, 0, LOCAL_TITLE * 3, NULL},
    TEXT("type", LOCAL_NAME),
};
SHAPE(local_shape_field, field_members);

static const struct shape_member case_members[] = {
    TEXT("description", LOCAL_TEXT),
    PAIRS("fields"),
    TEXT("marker", LOCAL_MARKER),
    TEXT("precondition", LOCAL_TEXT),
    TEXT("signature", LOCAL_SIGNATURE),
    ITEMS("steps", &step),
    TEXTS("tags"),
    {"title", SHAPE_WORD, SHAPE_REQUIRED, 0, LOCAL_TITLE * 3, NULL},
};
SHAPE(local_shape_case, case_members);

static const struct shape_member run_members[] = {
    TEXT("description", LOCAL_TEXT),
    INT("end_ms", -TIME, TIME),
    PAIRS("fields"),
    TEXT("marker", LOCAL_MARKER),
    INT("start_ms", -TIME, TIME),
    TEXTS("tags"),
    {"title", SHAPE_WORD, SHAPE_REQUIRED, 0, LOCAL_TITLE * 3, NULL},
};
SHAPE(local_shape_run, run_members);

static const struct shape_member complete_members[] = {
    INT("end_ms", -TIME, TIME),
    TEXT("note", LOCAL_TEXT),
};
SHAPE(local_shape_complete, complete_members);

static const struct shape_member result_members[] = {
    ITEMS("attachments", &attachment),
    INT("attempt", 0, INT32_MAX),
    INT("case_id", 1, INT64_MAX),
    TEXTS("case_ids"),
    TEXT("class", LOCAL_NAME),
    TEXT("details", LOCAL_TEXT),
    DIGEST("details_blob"),
    INT("duration_us", 0, LONG),
    ITEMS("failures", &failure),
    PAIRS("fields"),
    TEXT("file", LOCAL_NAME),
    BOOL("flaky"),
    {"id", SHAPE_UUID, SHAPE_REQUIRED, 0, 0, NULL},
    TEXT("key", LOCAL_KEY),
    INT("line", 0, UINT32_MAX),
    TEXT("message", LOCAL_TEXT),
    TEXT("name", LOCAL_NAME),
    PAIRS("parameters"),
    PAIRS("properties"),
    TEXT("signature", LOCAL_SIGNATURE),
    INT("start_ms", -TIME, TIME),
    {"status", SHAPE_STATUS, SHAPE_REQUIRED, 0, 0, NULL},
    TEXT("status_text", LOCAL_NAME),
    TEXT("stderr", LOCAL_TEXT),
    DIGEST("stderr_blob"),
    TEXT("stdout", LOCAL_TEXT),
    DIGEST("stdout_blob"),
    ITEMS("steps", &step),
    TEXTS("suite"),
    BOOL("superseded"),
    BOOL("synthetic"),
    TEXTS("tags"),
    TEXT("title", LOCAL_TITLE),
    TEXT("type", LOCAL_NAME),
    BOOL("zoneless"),
};
SHAPE(local_shape_result, result_members);
