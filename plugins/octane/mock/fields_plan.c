/* SPDX-License-Identifier: MIT */
/* fields_plan.c - what tests are for and where they belong: work items, modules, releases; and what all things have. */
#include "fields.h"

#include "field_rows.h"

const struct field alm_common[] = {
    LONG("client_lock_stamp", WRITE),
    TIME("creation_time", 0),
    MEMO("description", WRITE),
    TIME("last_modified", 0),
    STRING("name", NEED),
    LONG("version_stamp", 0),
    END,
};

const struct field alm_authored[] = {
    REFS("attachments", WRITE, "attachment"),
    REF("author", WRITE, "workspace_user"),
    REFS("comments", 0, "comment"),
    BOOL("has_attachments", 0),
    BOOL("has_comments", 0),
    REF("last_modified_by", WRITE, "workspace_user"),
    REF("program", WRITE, "program"),
    REFS("quality_stories", WRITE, "quality_story"),
    REFS("user_tags", WRITE, "user_tag"),
    END,
};

const struct field alm_fields_work_item[] = {
    ALIAS("application_modules", WRITE, "application_module", "product_areas"),
    BOOL("blocked", WRITE),
    STRING("blocked_reason", WRITE),
    TIME("closed_on", WRITE),
    REFS("commits", WRITE, "scm_commit"),
    LONG("covering_tests", 0),
    REFS("dependence", WRITE, "quality_story story feature defect"),
    LONG("dependence_count", 0),
    REFS("depends_on", WRITE, "quality_story story feature defect"),
    LONG("depends_on_count", 0),
    TIME("done_date", WRITE),
    LONG("estimated_hours", 0),
    BOOL("has_children", 0),
    BOOL("has_coverage", 0),
    LONG("invested_hours", 0),
    JIRA,
    REFS("linked_items1", WRITE, "quality_story story"),
    REFS("linked_items2", WRITE, "story feature defect"),
    REF("milestone", WRITE, "milestone"),
    MEMO("ordering", WRITE),
    REF("owner", WRITE, "workspace_user"),
    REF("parent", NEED, "work_item_root feature"),
    REF("phase", NEED, "phase"),
    REF("priority", WRITE, "list_node.priority"),
    REFS("product_areas", WRITE, "product_area"),
    REF("release", WRITE, "release"),
    LONG("remaining_hours", 0),
    REFS("requirements", WRITE, "requirement_document"),
    REF("sprint", WRITE, "sprint"),
    LONG("story_points", WRITE),
    LONG("tasks_number", 0),
    REF("team", WRITE, "team"),
    LONG("vulnerabilities", 0),
    END,
};

const struct field alm_fields_module[] = {
    REF("business_impact", NEED, "list_node.business_impact"),
    BOOL("has_children", 0),
    STRING("logical_name", 0),
    REF("parent", NEED, "product_area"),
    END,
};

const struct field alm_fields_release[] = {
    LONG("activity_level", WRITE),
    REF("agile_type", WRITE, "list_node.release_agile_type"),
    LONG("done_work", 0),
    TIME("end_date", NEED),
    LONG("expected_velocity", 0),
    LONG("features_estimation", 0),
    BOOL("is_default", WRITE),
    LONG("num_of_sprints", 0),
    REFS("programs", WRITE, "program"),
    LONG("remaining_work", 0),
    LONG("sprint_duration", WRITE),
    TIME("start_date", NEED),
    LONG("user_activation_status", WRITE),
    END,
};

const struct field alm_fields_milestone[] = {
    LONG("activity_level", WRITE),
    TIME("date", NEED),
    REF("release", WRITE, "release"),
    LONG("user_activation_status", WRITE),
    END,
};

const struct field alm_fields_taxonomy[] = {
    LONG("activity_level", WRITE),
    REF("category", NEED, "taxonomy_category_node"),
    LONG("user_activation_status", WRITE),
    END,
};

const struct field alm_fields_list_node[] = {
    LONG("index", 0),
    REF("list_root", WRITE, "list_node"),
    STRING("logical_name", 0),
    STRING("name", NEED),
    END,
};

const struct field alm_fields_named[] = {
    STRING("logical_name", 0),
    END,
};

/* What the metadata says of itself. */
const struct field alm_fields_metadata[] = {
    BOOL("editable", 0),   STRING("entity_name", 0),   STRING("field_type", 0),
    BOOL("filterable", 0), BOOL("is_user_defined", 0), LONG("max_length", 0),
    STRING("name", 0),     BOOL("required", 0),        END,
};

const struct field alm_fields_metadata_entity[] = {
    STRING("label", 0),
    STRING("name", 0),
    END,
};
