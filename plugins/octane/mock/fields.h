/* SPDX-License-Identifier: MIT */
/*
 * fields.h - what things there are, and which fields they have: as a workspace of 2023 told its metadata. Two kinds may be the same things
 * seen twice (application modules and product areas), and so may two fields.
 */
#ifndef OCTANE_MOCK_FIELDS_H
#define OCTANE_MOCK_FIELDS_H

#include "mock.h"

enum field_type {
    FIELD_STRING = 1, /* up to `max` characters */
    FIELD_MEMO,
    FIELD_LONG,
    FIELD_BOOL,
    FIELD_TIME,
    FIELD_REF, /* {"type","id"} */
    FIELD_REFS /* {"data":[...]} */
};
enum {
    FIELD_WRITE = 1u,
    FIELD_NEEDED = 2u, /* and writable */
    FIELD_JIRA = 4u,   /* its name is an option */
    FIELD_COVER = 8u   /* there only where an option says so */
};
struct field {
    const char *name;
    enum field_type type;
    unsigned flags;
    unsigned max; /* of a text */
    const char *
        target; /* of a reference: types, with spaces between; "list_node.x" are the items of a list */
    const char *stored; /* where it is the same as another: that one's name */
};

enum { KIND_GET = 1u, KIND_POST = 2u, KIND_PUT = 4u, KIND_DELETE = 8u, KIND_ALL = 15u };
struct kind {
    const char *noun; /* in paths */
    const char *type; /* as it is told */
    const char *
        rows; /* types it is stored as, with spaces between; several: an aggregate, which has `subtype` */
    unsigned verbs;
    const struct field *const
        *fields; /* NULL-ended list of tables, each ended by a field without a name */
};
extern const struct kind alm_kinds[]; /* ended by one without a noun */

const struct kind *alm_kind_of_noun(struct ferry_str noun);
/* Of a type as it is told, or as it is stored. Aggregates are not looked at. */
const struct kind *alm_kind_of_type(struct ferry_str type);
/* The field of this name, or NULL. */
const struct field *alm_field(const struct http *h, const struct kind *k, struct ferry_str name);
/* The field of this name of what `f` refers to, whichever of its targets has it; NULL where none has. */
const struct field *alm_target_field(const struct http *h, const struct field *f,
                                     struct ferry_str name);
/* Whether anything that `f` refers to is known here. */
int alm_target_known(const struct field *f);
/* Its name here. */
struct ferry_str alm_field_name(const struct http *h, const struct field *f);
/* Where it stands in a body. */
const char *alm_field_stored(const struct field *f);
/* Whether this workspace has it. */
int alm_field_there(const struct http *h, const struct field *f);
/* Whether `type` is one of those in the list. */
int alm_type_among(const char *list, struct ferry_str type);
/* The type under which things of a type are stored. */
struct ferry_str alm_type_stored(struct ferry_str type);
#define alm_each_field(f, k)                                                                       \
    for (const struct field *const *t_ = (k)->fields; *t_; t_++)                                   \
        for (const struct field *f = *t_; f->name; f++)

/* fields_*.c */
extern const struct field alm_common[], alm_authored[], alm_fields_run_automated[],
    alm_fields_run_suite[], alm_fields_run_manual[], alm_fields_test_automated[],
    alm_fields_test_suite[], alm_fields_work_item[], alm_fields_module[], alm_fields_release[],
    alm_fields_milestone[], alm_fields_named[], alm_fields_taxonomy[], alm_fields_list_node[],
    alm_fields_metadata[], alm_fields_metadata_entity[];

#endif
