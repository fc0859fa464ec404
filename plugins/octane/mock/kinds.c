/* SPDX-License-Identifier: MIT */
/* kinds.c - the collections, and the fields of each found by name. */
#include "fields.h"

#include <text.h>

#define TABLES(...)                                                                                \
    (const struct field *const[])                                                                  \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define COMMON alm_common, alm_authored

static const struct field subtype[] = {
    {"subtype", FIELD_STRING, FIELD_WRITE | FIELD_NEEDED, 255, NULL, NULL},
    {NULL, 0, 0, 0, NULL, NULL},
};

const struct kind alm_kinds[] = {
    {"application_modules", "application_module", "product_area", KIND_ALL,
     TABLES(COMMON, alm_fields_module)},
    {"product_areas", "product_area", "product_area", KIND_ALL, TABLES(COMMON, alm_fields_module)},
    {"test_suites", "test_suite", "test_suite", KIND_ALL, TABLES(COMMON, alm_fields_test_suite)},
    {"automated_tests", "test_automated", "test_automated", KIND_ALL,
     TABLES(COMMON, alm_fields_test_automated)},
    {"suite_run", "run_suite", "run_suite", KIND_ALL, TABLES(COMMON, alm_fields_run_suite)},
    {"automated_runs", "run_automated", "run_automated", KIND_GET | KIND_PUT | KIND_DELETE,
     TABLES(COMMON, alm_fields_run_automated)},
    {"stories", "story", "story", KIND_ALL, TABLES(COMMON, alm_fields_work_item)},
    {"defects", "defect", "defect", KIND_ALL, TABLES(COMMON, alm_fields_work_item)},
    {"features", "feature", "feature", KIND_ALL, TABLES(COMMON, alm_fields_work_item)},
    {"work_item_roots", "work_item_root", "work_item_root", KIND_GET, TABLES(alm_common)},
    {"releases", "release", "release", KIND_ALL, TABLES(COMMON, alm_fields_release)},
    {"milestones", "milestone", "milestone", KIND_ALL, TABLES(COMMON, alm_fields_milestone)},
    {"programs", "program", "program", KIND_ALL, TABLES(COMMON)},
    {"taxonomy_item_nodes", "taxonomy_item_node", "taxonomy_item_node",
     KIND_GET | KIND_POST | KIND_PUT, TABLES(COMMON, alm_fields_taxonomy)},
    {"taxonomy_category_nodes", "taxonomy_category_node", "taxonomy_category_node",
     KIND_GET | KIND_POST | KIND_PUT, TABLES(COMMON)},
    {"list_nodes", "list_node", "list_node", KIND_GET | KIND_POST, TABLES(alm_fields_list_node)},
    {"phases", "phase", "phase", KIND_GET, TABLES(alm_common, alm_fields_named)},
    {"workspace_users", "workspace_user", "workspace_user", KIND_GET, TABLES(alm_common)},
    {"runs", "run", "run_automated run_suite", KIND_GET | KIND_POST,
     TABLES(subtype, COMMON, alm_fields_run_automated, alm_fields_run_suite)},
    {"tests", "test", "test_automated test_suite", KIND_GET,
     TABLES(subtype, COMMON, alm_fields_test_automated, alm_fields_test_suite)},
    {"work_items", "work_item", "story defect feature work_item_root", KIND_GET,
     TABLES(subtype, COMMON, alm_fields_work_item)},
    {NULL, NULL, NULL, 0, NULL},
};

const struct kind *alm_kind_of_noun(struct ferry_str noun)
{
    for (const struct kind *k = alm_kinds; k->noun; k++) {
        if (str_is(noun, k->noun)) {
            return k;
        }
    }
    return NULL;
}

const struct kind *alm_kind_of_type(struct ferry_str type)
{
    for (const struct kind *k = alm_kinds; k->noun; k++) {
        if (str_is(type, k->type) && !strchr(k->rows, ' ')) {
            return k;
        }
    }
    return NULL;
}

const struct field *alm_field(const struct http *h, const struct kind *k, struct ferry_str name)
{
    alm_each_field (f, k) {
        int maybe = name.len > 0 && (f->name[0] == name.ptr[0] || f->flags & FIELD_JIRA);
        if (maybe && ferry_eq(alm_field_name(h, f), name)) {
            return alm_field_there(h, f) ? f : NULL;
        }
    }
    return NULL;
}

/* The next of the types that a field refers to; items of lists are of one kind. */
static const struct kind *next_target(struct ferry_str *rest)
{
    struct ferry_str one;
    const struct kind *k = NULL;
    while (!k && str_split(rest, ' ', &one)) {
        k = alm_kind_of_type(str_starts(one, "list_node.") ? FERRY_LIT("list_node") : one);
    }
    return k;
}

const struct field *alm_target_field(const struct http *h, const struct field *f,
                                     struct ferry_str name)
{
    struct ferry_str rest = ferry_cstr(f->target);
    const struct kind *k;
    const struct field *found = NULL;
    while (!found && (k = next_target(&rest)) != NULL) {
        found = alm_field(h, k, name);
    }
    return found;
}

int alm_target_known(const struct field *f)
{
    struct ferry_str rest = ferry_cstr(f->target);
    return next_target(&rest) != NULL;
}

struct ferry_str alm_field_name(const struct http *h, const struct field *f)
{
    if (!(f->flags & FIELD_JIRA)) {
        return ferry_cstr(f->name);
    }
    struct ferry_str udf = kit_option(h->call, "jira_udf");
    return udf.len > 0 ? udf : ferry_cstr(f->name);
}

const char *alm_field_stored(const struct field *f)
{
    return f->stored ? f->stored : f->name;
}

int alm_field_there(const struct http *h, const struct field *f)
{
    return !(f->flags & FIELD_COVER) || alm_option_is(h, "run_coverage", "true");
}

int alm_type_among(const char *list, struct ferry_str type)
{
    struct ferry_str rest = ferry_cstr(list), one;
    while (str_split(&rest, ' ', &one)) {
        if (ferry_eq(one, type) || (str_starts(one, "list_node.") && str_is(type, "list_node"))) {
            return 1;
        }
    }
    return 0;
}

struct ferry_str alm_type_stored(struct ferry_str type)
{
    return str_is(type, "application_module") ? FERRY_LIT("product_area") : type;
}
