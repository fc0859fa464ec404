/* SPDX-License-Identifier: MIT */
/* late.c - see late.h. */
#include "late.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <text.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* every table */

static int32_t fail_load(const struct late_library *l, struct ferry_error *err)
{
    const char *text = dlerror();
    char shown[256];
    text_show_to(shown, sizeof shown, ferry_cstr(text ? text : "no reason given"));
    return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "%s cannot be loaded: %s; install %s",
                      l->file, shown, l->package);
}

static int32_t fill(const struct late_library *l, void *handle, struct ferry_error *err)
{
    for (uint32_t i = 0; i < l->n_calls; i++) {
        void *found = dlsym(handle, l->calls[i].name);
        if (!found) {
            return fail_load(l, err);
        }
        memcpy(l->calls[i].at, &found, sizeof found); /* POSIX: code has addresses like data */
    }
    return FERRY_OK;
}

int32_t late_open(struct late_library *l, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    pthread_mutex_lock(&lock);
    if (!l->is_open) {
        void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);
        rc = handle ? fill(l, handle, err) : fail_load(l, err);
        l->is_open = rc == FERRY_OK;
    }
    pthread_mutex_unlock(&lock);
    return rc;
}
