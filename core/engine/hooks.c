/* SPDX-License-Identifier: MIT */
/* hooks.c - the table hook; see hooks.h. */
#include "hooks.h"

#include <hash.h>
#include <text.h>

enum { KNOWN_DAYS = 30 };

static void digest_event(const char *plugin, const struct ferry_event *e, unsigned char out[32])
{
    char numbers[64];
    struct sha256 h;
    sha256_init(&h);
    snprintf(numbers, sizeof numbers, "%u %lld", e->what, (long long)e->at_ms);
    sha256_add_field(&h, ferry_cstr(plugin));
    sha256_add_field(&h, ferry_cstr(numbers));
    sha256_add_field(&h, e->name);
    sha256_add_field(&h, e->project);
    sha256_add_field(&h, e->run);
    sha256_end(&h, out);
}

int32_t hooks_put(struct db *db, const char *plugin, const struct ferry_event *e, int64_t now_ms,
                  int *fresh, struct ferry_error *err)
{
    unsigned char digest[32];
    struct hook any;
    if (e->project.len >= sizeof any.project || e->run.len >= sizeof any.run ||
        strlen(plugin) >= sizeof any.plugin) {
        return ferry_fail(err, FERRY_E_INPUT, "",
                          "an event whose project or run has a name of over %zu bytes",
                          sizeof any.run - 1);
    }
    digest_event(plugin, e, digest);
    int32_t rc = db_begin(db, err);
    if (rc) {
        return rc;
    }
    rc = db_run(db, err, "DELETE FROM hook WHERE state <> 0 AND received_ms < ?", "i",
                now_ms - INT64_C(86400000) * KNOWN_DAYS);
    rc = rc ? rc
            : db_run(db, err,
                     "INSERT INTO hook(digest, plugin, project, run, name, at_ms, received_ms)"
                     " VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(digest) DO NOTHING",
                     "bzsssii", (struct ferry_str){(const char *)digest, sizeof digest}, plugin,
                     e->project, e->run, e->name.ptr ? e->name : FERRY_LIT(""), e->at_ms, now_ms);
    *fresh = rc == FERRY_OK && db_changes(db) > 0;
    return db_end(db, rc, err);
}

static void copy(char *to, size_t room, struct ferry_str from)
{
    snprintf(to, room, "%.*s", STR_ARG(from));
}

int32_t hooks_next(struct db *db, int64_t now_ms, struct hook *out, int *got,
                   struct ferry_error *err)
{
    struct db_rows rows = {0};
    *got = 0;
    int32_t rc = db_query(
        db, &rows, err,
        "SELECT id, tries, received_ms, plugin, project, run FROM hook WHERE state = 0 AND not_before <= ? ORDER BY id LIMIT 1",
        "i", now_ms);
    int step = rc ? 0 : db_step(&rows);
    if (step > 0) {
        *out = (struct hook){
            .id = db_int(&rows, 0), .tries = db_int(&rows, 1), .received_ms = db_int(&rows, 2)};
        copy(out->plugin, sizeof out->plugin, db_str(&rows, 3));
        copy(out->project, sizeof out->project, db_str(&rows, 4));
        copy(out->run, sizeof out->run, db_str(&rows, 5));
        *got = 1;
    }
    db_done(&rows);
    return rc ? rc : step < 0 ? -step : FERRY_OK;
}

int32_t hooks_settle(struct db *db, int64_t id, enum hook_state state, int64_t not_before_ms,
                     const char *text, struct ferry_error *err)
{
    return db_run(
        db, err,
        "UPDATE hook SET state = ?, tries = tries + 1, not_before = ?, text = ? WHERE id = ?",
        "iizi", (int64_t)state, not_before_ms, text, id);
}

int64_t hooks_count(struct db *db, enum hook_state state)
{
    struct ferry_error err = {.size = sizeof err};
    return db_one_int(db, -1, &err, "SELECT COUNT(*) FROM hook WHERE state = ?", "i",
                      (int64_t)state);
}
