/* SPDX-License-Identifier: MIT */
/* doctor_plugins.c - which plugins there are, which were refused and why, and whether there is one for each work. */
#include "doctor.h"

#include <text.h>

static const struct role {
    const char *interface, *name, *work;
} roles[] = {
    {FERRY_READER_1, "reader", "no report can be read"},
    {FERRY_PLANNER_1, "planner", "nothing can be planned"},
    {FERRY_TRACKER_1, "tracker", "there is nowhere to send results"},
};
enum { ROLES = sizeof roles / sizeof *roles };

/* Loads one, and notes what it offers. */
static void look_at(struct doctor *d, struct plugin_entry *e, uint32_t have[ROLES])
{
    const char *name = e->id[0] ? e->id : strrchr(e->path, '/') ? strrchr(e->path, '/') + 1 : "?";
    char list[80] = "";
    size_t n = 0;
    if (e->status == FERRY_OK && !e->plugin) {
        plugins_load(d->app->plugins, e);
    }
    if (!e->plugin) {
        doctor_warn(d, name, NULL, "refused: %s", e->error.message);
        return;
    }
    for (size_t i = 0; i < ROLES; i++) {
        if (e->plugin->query(roles[i].interface)) {
            have[i]++;
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", roles[i].name);
        }
    }
    doctor_ok(d, name, "%s %s%s%s, %s", e->plugin->name, e->plugin->version, n ? ", " : "", list,
              e->path);
}

void doctor_plugins(struct doctor *d)
{
    uint32_t have[ROLES] = {0}, n = plugins_count(d->app->plugins);
    d->group = "plugin";
    for (uint32_t i = 0; i < n; i++) {
        look_at(d, plugins_at(d->app->plugins, i), have);
    }
    for (size_t i = 0; i < ROLES; i++) {
        if (!have[i]) {
            doctor_fail(d, EXIT_USAGE, roles[i].name,
                        "install ferry whole, or name a folder with FERRY_PLUGIN_PATH",
                        "no plugin is a %s, so %s", roles[i].name, roles[i].work);
        }
    }
}
