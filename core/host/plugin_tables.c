/* SPDX-License-Identifier: MIT */
/*
 * plugin_tables.c - are the functions there? For each interface that this ferry knows, the table is
 * asked for once and everything that its header does not call optional must be set, so that no
 * caller ever tests for NULL where the header promises a function. Called by plugin_check.c; it
 * calls query() and no other function.
 */
#include "plugin_check.h"

#include "abi_sizes.h"

#include <ferry/ferry.h>

const char *const plugin_interfaces[] = {
    FERRY_COMMANDS_1, FERRY_HOOK_1,    FERRY_PLANNER_1, FERRY_READER_1,
    FERRY_SERVICE_1,  FERRY_TRACKER_1, FERRY_NEEDS_1,   NULL};

enum { MAX_COMMANDS = 200 };

static int32_t fail_missing(struct ferry_error *err, const char *path, const char *interface,
                            const char *member)
{
    return plugin_fail(
        err, FERRY_E_BUG, path,
        "%s: .%s is NULL; fill it in, or return NULL for this interface from query()", interface,
        member);
}

/* One required member of a table, by the name that stands in its header. */
#define NEED(table, interface, member)                                                             \
    do {                                                                                           \
        if (!(table)->member) {                                                                    \
            return fail_missing(err, path, (interface), #member);                                  \
        }                                                                                          \
    } while (0)

static int32_t reader_check(const struct ferry_reader *t, const char *path, struct ferry_error *err)
{
    NEED(t, FERRY_READER_1, globs);
    NEED(t, FERRY_READER_1, sniff);
    NEED(t, FERRY_READER_1, begin);
    NEED(t, FERRY_READER_1, feed);
    NEED(t, FERRY_READER_1, end);
    NEED(t, FERRY_READER_1, abort);
    return FERRY_OK;
}

static int32_t tracker_check(const struct ferry_tracker *t, const char *path,
                             struct ferry_error *err)
{
    NEED(t, FERRY_TRACKER_1, describe);
    NEED(t, FERRY_TRACKER_1, encode);
    NEED(t, FERRY_TRACKER_1, decode);
    NEED(t, FERRY_TRACKER_1, ask);
    NEED(t, FERRY_TRACKER_1, answer);
    NEED(t, FERRY_TRACKER_1, dress);
    if (t->sign_in || t->keep || t->sign_out) { /* a session is whole or not there */
        NEED(t, FERRY_TRACKER_1, sign_in);
        NEED(t, FERRY_TRACKER_1, keep);
        NEED(t, FERRY_TRACKER_1, sign_out);
    }
    return FERRY_OK;
}

static int32_t hook_check(const struct ferry_hook *t, const char *path, struct ferry_error *err)
{
    NEED(t, FERRY_HOOK_1, header);
    NEED(t, FERRY_HOOK_1, secret);
    NEED(t, FERRY_HOOK_1, read);
    return FERRY_OK;
}

static int32_t service_check(const struct ferry_service *t, const char *path,
                             struct ferry_error *err)
{
    NEED(t, FERRY_SERVICE_1, schema);
    NEED(t, FERRY_SERVICE_1, handle);
    return FERRY_OK;
}

static int32_t command_check(const struct ferry_command *c, const char *path,
                             struct ferry_error *err)
{
    char of[64];
    if (c->size < FIRST_COMMAND) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "%s: a command says size %u, at least %d are needed; write .size = "
                           "sizeof(struct ferry_command)",
                           FERRY_COMMANDS_1, c->size, (int)FIRST_COMMAND);
    }
    if (!c->name || !plugin_word(c->name, '-', 31)) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "%s: a command's name is not [a-z][a-z0-9-]{0,30}; change it",
                           FERRY_COMMANDS_1);
    }
    snprintf(of, sizeof of, "command \"%s\"", c->name);
    NEED(c, of, summary);
    NEED(c, of, run);
    if (c->min_args > c->max_args) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "%s: min_args %u is over max_args %u; change one", of, c->min_args,
                           c->max_args);
    }
    return plugin_options_check(c->options, of, path, err);
}

static int32_t commands_check(const struct ferry_commands *t, const char *path,
                              struct ferry_error *err)
{
    NEED(t, FERRY_COMMANDS_1, list);
    for (uint32_t i = 0; t->list[i]; i++) {
        int32_t rc;
        if (i >= MAX_COMMANDS) {
            return plugin_fail(err, FERRY_E_BUG, path, "%s: over %d commands; end .list with NULL",
                               FERRY_COMMANDS_1, (int)MAX_COMMANDS);
        }
        rc = command_check(t->list[i], path, err);
        if (rc) {
            return rc;
        }
        if (i > 0 && strcmp(t->list[i - 1]->name, t->list[i]->name) >= 0) {
            return plugin_fail(err, FERRY_E_BUG, path,
                               "%s: \"%s\" stands after \"%s\"; sort .list, each name once",
                               FERRY_COMMANDS_1, t->list[i]->name, t->list[i - 1]->name);
        }
    }
    return FERRY_OK;
}

static int32_t table_check(const char *interface, const void *table, const char *path,
                           struct ferry_error *err)
{
    if (strcmp(interface, FERRY_READER_1) == 0) {
        return reader_check(table, path, err);
    }
    if (strcmp(interface, FERRY_TRACKER_1) == 0) {
        return tracker_check(table, path, err);
    }
    if (strcmp(interface, FERRY_HOOK_1) == 0) {
        return hook_check(table, path, err);
    }
    if (strcmp(interface, FERRY_SERVICE_1) == 0) {
        return service_check(table, path, err);
    }
    if (strcmp(interface, FERRY_COMMANDS_1) == 0) {
        return commands_check(table, path, err);
    }
    if (strcmp(interface, FERRY_NEEDS_1) == 0) {
        NEED((const struct ferry_needs *)table, FERRY_NEEDS_1, needs);
        return FERRY_OK;
    }
    NEED((const struct ferry_planner *)table, FERRY_PLANNER_1, plan);
    return FERRY_OK;
}

int32_t plugin_tables_check(const struct ferry_plugin *plugin, const char *path,
                            struct ferry_error *err)
{
    /* First: a query() that answers anything would hand out one table for another. */
    if (plugin->query("") || plugin->query("ferry.no-such-thing/1")) {
        return plugin_fail(
            err, FERRY_E_BUG, path,
            "query() gives a table for an interface that does not exist; compare the "
            "whole id and return NULL for others");
    }
    for (uint32_t i = 0; plugin_interfaces[i]; i++) {
        const char *interface = plugin_interfaces[i];
        const void *table = plugin->query(interface);
        char later[64];
        int32_t rc;
        snprintf(later, sizeof later, "%s0", interface);
        if (plugin->query(later)) {
            return plugin_fail(
                err, FERRY_E_BUG, path,
                "query(\"%s\") gives a table; compare the whole id, not its beginning", later);
        }
        if (table != plugin->query(interface)) {
            return plugin_fail(err, FERRY_E_BUG, path,
                               "query(\"%s\") gives another table each time; return a constant one",
                               interface);
        }
        rc = table ? table_check(interface, table, path, err) : FERRY_OK;
        if (rc) {
            return rc;
        }
    }
    return FERRY_OK;
}
