/* SPDX-License-Identifier: MIT */
/*
 * seed.c - what a workspace has before anybody makes something: the root of modules, the root of work items, lists, phases, a user. All else is
 * made through the interface.
 */
#include "entity.h"

#include <text.h>

struct planter {
    const struct ferry_sql *sql;
    struct ferry_error *err;
    int64_t num;
    struct ferry_str name; /* of the thing in hand */
};

static int32_t plant(struct planter *p, const char *type, const char *id, struct json_out *j)
{
    char digits[24];
    p->num++;
    snprintf(digits, sizeof digits, "%lld", (long long)p->num);
    json_close(j, '}');
    int32_t rc =
        j->buf->failed
            ? j->buf->failed
            : kit_run(p->sql, p->err,
                      "INSERT INTO entity (num, id, type, name, body) VALUES (?, ?, ?, ?, ?)",
                      "issss", p->num, ferry_cstr(id ? id : digits), ferry_cstr(type), p->name,
                      buf_str(j->buf));
    buf_reset(j->buf);
    return rc;
}

static struct json_out begin(struct planter *p, struct buf *b, const char *name)
{
    p->name = ferry_cstr(name);
    struct json_out j = json_to(b);
    json_open(&j, '{');
    json_member(&j, "name", ferry_cstr(name));
    return j;
}

static const struct {
    const char *root, *items; /* with commas between */
} lists[] = {
    {"list_node.business_impact", "No Impact,Low,Medium,High,Critical"},
    {"list_node.run_native_status", "Passed,Failed,Blocked,Skipped,Not Completed,Planned"},
    {"list_node.run_status", "Passed,Failed,Requires Attention,Skipped,Needs Attention,Planned"},
    {"list_node.test_level", "Unit Test,Integration Test,System Test,Gherkin Test"},
    {"list_node.test_type", "Sanity,End to End,Regression,Acceptance,Security,Performance,GUI,API"},
    {"list_node.je.framework", "JUnit,TestNG,Cucumber,UFT,NUnit,JBehave,Karma,Jasmine,Mocha"},
    {"list_node.testing_tool_type",
     "Manual Runner,Selenium,UFT,LeanFT,SoapUI,Protractor,LoadRunner"},
    {"list_node.priority", "Low,Medium,High,Very High"},
    {"list_node.release_agile_type", "Scrum,Scaled Agile,Waterfall"},
    {NULL, NULL},
};

static int32_t plant_list(struct planter *p, struct buf *b, const char *root, const char *items)
{
    struct ferry_str rest = ferry_cstr(items), item;
    struct json_out j = begin(p, b, root);
    json_member(&j, "logical_name", ferry_cstr(root));
    int32_t rc = plant(p, "list_node", root, &j);
    for (int64_t index = 0; rc == FERRY_OK && str_split(&rest, ',', &item); index++) {
        char id[160], name[80];
        alm_logical_name(id, sizeof id, root, item);
        snprintf(name, sizeof name, "%.*s", STR_ARG(item));
        j = begin(p, b, name);
        json_member(&j, "logical_name", ferry_cstr(id));
        json_member_int(&j, "index", index);
        json_key(&j, "list_root");
        json_open(&j, '{');
        json_member(&j, "type", FERRY_LIT("list_node"));
        json_member(&j, "id", ferry_cstr(root));
        json_close(&j, '}');
        rc = plant(p, "list_node", id, &j);
    }
    return rc;
}

static int32_t plant_phases(struct planter *p, struct buf *b)
{
    static const char *const types[] = {"story", "defect", "feature"};
    static const char *const names[] = {"New", "In Progress", "In Testing", "Done"};
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; rc == FERRY_OK && k < 4; k++) {
            char root[40], id[80];
            snprintf(root, sizeof root, "phase.%s", types[i]);
            alm_logical_name(id, sizeof id, root, ferry_cstr(names[k]));
            struct json_out j = begin(p, b, names[k]);
            json_member(&j, "logical_name", ferry_cstr(id));
            rc = plant(p, "phase", id, &j);
        }
    }
    return rc;
}

int32_t alm_seed(const struct ferry_service_call *call, struct ferry_error *err)
{
    struct planter p = {
        call->host->query(call->host->self, FERRY_HOST_SQL_1), err, 1000, {NULL, 0}};
    struct buf b;
    buf_init(&b, 64 * 1024);
    struct json_out j = begin(&p, &b, "Backlog");
    int32_t rc = plant(&p, "work_item_root", NULL, &j); /* 1001 */
    j = begin(&p, &b, "Application Modules");
    json_member(&j, "logical_name", FERRY_LIT("product_area.root"));
    rc = rc ? rc : plant(&p, "product_area", NULL, &j); /* 1002 */
    j = begin(&p, &b, "ferry");
    rc = rc ? rc : plant(&p, "workspace_user", NULL, &j); /* 1003 */
    for (size_t i = 0; rc == FERRY_OK && lists[i].root; i++) {
        rc = plant_list(&p, &b, lists[i].root, lists[i].items);
    }
    rc = rc ? rc : plant_phases(&p, &b);
    rc = rc ? rc
            : kit_run(p.sql, err, "INSERT INTO mock (name, number) VALUES ('last', ?)", "i",
                      (int64_t)2000);
    buf_finish(&b);
    return rc;
}
