/* SPDX-License-Identifier: MIT */
/* places.c - see places.h. */
#include "places.h"

#include "rig.h"

#include <file.h>
#include <stdlib.h>
#include <string.h>

int wants_places(void)
{
    const char *asked = getenv("FERRY_TORTURE");
    return asked && strncmp(asked, "places", 6) == 0;
}

static int in_order(const void *a, const void *b)
{
    const struct call_place *x = a, *y = b;
    int order = strcmp(x->call, y->call);
    return order ? order : (x->first > y->first) - (x->first < y->first);
}

static int take(struct places *p, struct ferry_str line)
{
    struct call_place one = {.first = 0};
    char text[80];
    snprintf(text, sizeof text, "%.*s", STR_ARG(line));
    if (sscanf(text, "%15s %u %u", one.call, &one.first, &one.last) != 3) {
        return 0;
    }
    if (p->n == p->room) {
        unsigned room = p->room ? p->room * 2 : 1024;
        struct call_place *v = realloc(p->v, room * sizeof *v);
        if (!v) {
            return 0;
        }
        p->v = v;
        p->room = room;
    }
    p->v[p->n++] = one;
    return 1;
}

int places_read(struct places *p)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str text, line;
    struct buf bytes;
    memset(p, 0, sizeof *p);
    buf_init(&bytes, 16 << 20);
    int ok = file_read(PLACES_FILE, &bytes, &err) == FERRY_OK;
    text = buf_str(&bytes);
    while (ok && str_split(&text, '\n', &line)) {
        ok = line.len == 0 || take(p, line);
    }
    buf_finish(&bytes);
    if (!ok || p->n == 0) {
        printf("%s: no places; %s\n", PLACES_FILE, err.message);
        return 0;
    }
    qsort(p->v, p->n, sizeof *p->v, in_order);
    return 1;
}

void places_finish(struct places *p)
{
    free(p->v);
    memset(p, 0, sizeof *p);
}

const struct call_place *places_of(const struct places *p, const char *call, unsigned k)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (strcmp(p->v[i].call, call) == 0 && k-- == 0) {
            return &p->v[i];
        }
    }
    return NULL;
}
