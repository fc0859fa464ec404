/* SPDX-License-Identifier: MIT */
/*
 * commands_write.c - see commands.h: many entities changed, so many at once as Octane takes. Of a request it does what it can and names the others by
 * their place (409); only those go again.
 */
#include "commands.h"

#include <text.h>

enum { AT_ONCE = 200 };

struct writing {
    struct shell *shell;
    struct ferry_str target;
    struct change **batch; /* those of this request, in order */
    uint32_t n;
};

/* {"total_count":1,"data":[...],"errors":[{"index":1,"error_code":"...","description":"..."}]} */
static int32_t take_partial(struct writing *w, const struct ferry_message *answer)
{
    struct json_doc doc = {NULL};
    uint32_t named = 0;
    int parsed = json_parse(&doc, answer->body, 0, NULL, NULL) == FERRY_OK;
    json_each (v, parsed ? json_get(doc.root, "errors") : NULL) {
        int64_t index = -1;
        struct ferry_str why = json_str(json_get(v, "description"));
        why = why.len ? why : json_str(json_get(v, "error_code"));
        if ((json_int(json_get(v, "index"), &index) ||
             json_int(json_get(v, "entity_index"), &index)) &&
            index >= 0 && index < w->n) {
            w->batch[index]->why =
                arena_str(&w->shell->arena, why.len ? why : FERRY_LIT("refused without a word"));
            named++;
        }
    }
    json_finish(&doc);
    return named ? w->shell->arena.failed : shell_refused(w->shell, "PUT", w->target, answer);
}

/* The only one in a request may be refused as if it were the request. */
static int32_t take_single(struct writing *w, const struct ferry_message *answer)
{
    struct octane_words words;
    struct json_doc doc = {NULL};
    octane_read_error(&doc, &w->shell->arena, answer->body, &words);
    struct ferry_str why = words.description.len ? words.description : words.code;
    w->batch[0]->why =
        arena_str(&w->shell->arena, why.len ? why : FERRY_LIT("refused without a word"));
    json_finish(&doc);
    return w->shell->arena.failed;
}

static int32_t take_answer(void *data, const struct ferry_message *answer)
{
    struct writing *w = data;
    if (octane_is_success(answer)) {
        return FERRY_OK;
    }
    if (answer->status == 409) {
        int32_t rc = take_partial(w, answer);
        return rc == FERRY_E_REFUSED && w->n == 1 ? take_single(w, answer) : rc;
    }
    return w->n == 1 && (answer->status == 400 || answer->status == 404)
               ? take_single(w, answer)
               : shell_refused(w->shell, "PUT", w->target, answer);
}

static void write_body(struct buf *b, const struct writing *w)
{
    buf_puts(b, "{\"data\":[");
    for (uint32_t i = 0; i < w->n; i++) {
        struct json_out json = json_to(b);
        buf_puts(b, i ? "," : "");
        json_open(&json, '{');
        json_member(&json, "id", w->batch[i]->id);
        buf_putc(b, ',');
        buf_put(b, w->batch[i]->json);
        json_close(&json, '}');
    }
    buf_puts(b, "]}");
}

static int32_t send(struct writing *w)
{
    const struct ferry_kv type = {FERRY_LIT("content-type"), FERRY_LIT("application/json")};
    struct shell *s = w->shell;
    struct buf body;
    if (w->n == 0) {
        return FERRY_OK;
    }
    buf_init(&body, 64 << 20);
    write_body(&body, w);
    const struct ferry_message m = {.size = sizeof m,
                                    .method = FERRY_LIT("PUT"),
                                    .target = w->target,
                                    .headers = &type,
                                    .n_headers = 1,
                                    .body = buf_str(&body)};
    int32_t rc = body.failed
                     ? ferry_fail(s->err, body.failed, NULL, "a request does not fit into memory")
                     : s->call->io->send(s->call->io->self, &m, take_answer, w, s->err);
    buf_finish(&body);
    return rc;
}

/* Those of from..to that are to go: all, or what was refused before. */
static int32_t send_part(struct writing *w, struct change *changes, uint32_t from, uint32_t to,
                         int again)
{
    w->n = 0;
    for (uint32_t i = from; i < to; i++) {
        if (!again || changes[i].why.ptr) {
            changes[i].why = (struct ferry_str){NULL, 0};
            w->batch[w->n++] = &changes[i];
        }
    }
    return send(w);
}

int32_t shell_change(struct shell *s, const char *collection, const char *arguments,
                     struct change *changes, uint32_t n, uint32_t *refused)
{
    struct change *batch[AT_ONCE];
    struct buf target;
    buf_init(&target, 8192);
    int32_t rc = octane_put_path(&target, &s->codec, "/", s->err);
    buf_puts(&target, collection);
    buf_puts(&target, arguments);
    struct writing w = {.shell = s, .target = buf_str(&target), .batch = batch};
    *refused = 0;
    for (uint32_t from = 0; rc == FERRY_OK && from < n; from += AT_ONCE) {
        uint32_t to = n - from < AT_ONCE ? n : from + AT_ONCE;
        rc = send_part(&w, changes, from, to, 0);
        rc = rc ? rc : send_part(&w, changes, from, to, 1);
        for (uint32_t i = from; i < to; i++) {
            *refused += changes[i].why.ptr != NULL;
        }
    }
    buf_finish(&target);
    return rc;
}
