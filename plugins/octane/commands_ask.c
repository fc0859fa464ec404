/* SPDX-License-Identifier: MIT */
/* commands_ask.c - see commands.h: one request and its answer, lists to their end, and what a refusal means. */
#include "commands.h"

#include <text.h>

/* --- refusals ----------------------------------------------------------------------------------------- */

/* Who has to act: whoever keeps the credentials, whoever asked, or nobody but the server. */
static int32_t status_of(uint32_t status)
{
    return status == 429 || status >= 500 ? FERRY_E_UNREACHABLE : FERRY_E_REFUSED;
}

static const char *cure_of(uint32_t status)
{
    switch (status) {
    case 401:
        return "; check client_id and client_secret (or user and password) of the destination";
    case 403:
        return "; the account has no right to that in this workspace";
    case 404:
        return "; check the path, the space and the workspace";
    default:
        return "";
    }
}

static struct ferry_str without_stop(struct ferry_str text)
{
    return text.len && text.ptr[text.len - 1] == '.' ? str_sub(text, 0, text.len - 1) : text;
}

int32_t shell_refused(struct shell *s, const char *method, struct ferry_str target,
                      const struct ferry_message *answer)
{
    struct octane_words words;
    struct json_doc doc = {NULL};
    struct arena a;
    char said[260], where[140];
    struct ferry_str rest = target, path;
    struct ferry_str site = octane_site(&s->codec);
    arena_init(&a, 16 << 20);
    str_split(&rest, '?', &path);
    path = str_sub(path, path.len > site.len ? site.len : 0, path.len);
    octane_read_error(&doc, &a, answer->body, &words);
    int is_known = words.code.len || words.description.len;
    struct ferry_str text = words.description.len ? words.description : words.code;
    text_show_to(said, sizeof said, utf8_cut(is_known ? without_stop(text) : answer->body, 240));
    text_show_to(where, sizeof where, path);
    int32_t rc = ferry_fail(s->err, status_of(answer->status),
                            answer->status == 401 || answer->status == 403 ? "credentials" : "",
                            "%s %s: %u%s%s%s", method, where, answer->status, said[0] ? ": " : "",
                            said, cure_of(answer->status));
    json_finish(&doc);
    arena_finish(&a);
    return rc;
}

/* --- one request --------------------------------------------------------------------------------------- */

struct asking {
    struct shell *shell;
    const char *method;
    struct ferry_str target;
    struct json_doc *out;
};

static int32_t take_answer(void *data, const struct ferry_message *answer)
{
    struct asking *a = data;
    struct ferry_error why = {.size = sizeof why};
    if (!octane_is_success(answer)) {
        return shell_refused(a->shell, a->method, a->target, answer);
    }
    return json_parse(a->out, answer->body, JSON_STRICT, NULL, &why)
               ? octane_not_understood(a->shell->err, why.message)
               : FERRY_OK;
}

int32_t shell_ask(struct shell *s, const char *method, struct ferry_str target,
                  struct ferry_str body, struct json_doc *out)
{
    const struct ferry_kv type = {FERRY_LIT("content-type"), FERRY_LIT("application/json")};
    struct asking a = {s, method, target, out};
    const struct ferry_message m = {.size = sizeof m,
                                    .method = ferry_cstr(method),
                                    .target = target,
                                    .headers = &type,
                                    .n_headers = body.ptr ? 1 : 0,
                                    .body = body};
    return s->call->io->send(s->call->io->self, &m, take_answer, &a, s->err);
}

/* --- lists ------------------------------------------------------------------------------------------------ */

struct listing {
    struct shell *shell;
    struct ferry_str target;
    shell_each_fn *each;
    void *data;
    int64_t got, total; /* of this page; of all */
    int is_capped;      /* there are more than it says */
};

static int32_t hand_on(void *data, uint32_t index, const struct cJSON *v)
{
    struct listing *l = data;
    (void)index;
    l->got++;
    return l->each(l->shell, l->data, v);
}

static int32_t take_page(void *data, const struct ferry_message *answer)
{
    struct listing *l = data;
    struct ferry_error *err = l->shell->err;
    struct ferry_error why = {.size = sizeof why};
    struct json_doc rest = {NULL};
    if (!octane_is_success(answer)) {
        return shell_refused(l->shell, "GET", l->target, answer);
    }
    int32_t rc = json_elements(answer->body, "data", hand_on, l, &rest, &why);
    if (rc == FERRY_E_INPUT) {
        rc = octane_not_understood(err, why.message);
    } else if (rc == FERRY_OK && !json_int(json_get(rest.root, "total_count"), &l->total)) {
        rc = octane_not_understood(err, "no \"total_count\" in a list");
    }
    l->is_capped = json_bool(json_get(rest.root, "exceeds_total_count"), 0);
    json_finish(&rest);
    return rc;
}

int32_t shell_list(struct shell *s, const struct octane_list *l, shell_each_fn *each, void *data,
                   int64_t *total)
{
    struct listing p = {.shell = s, .each = each, .data = data};
    struct octane_list page = *l;
    struct buf target;
    int32_t rc = FERRY_OK;
    page.limit = OCTANE_PAGE;
    buf_init(&target, OCTANE_BODY);
    do {
        buf_reset(&target);
        p.got = 0;
        rc = octane_put_list(&target, &s->codec, &page, s->err);
        p.target = buf_str(&target);
        const struct ferry_message m = {
            .size = sizeof m, .method = FERRY_LIT("GET"), .target = p.target};
        rc = rc ? rc : s->call->io->send(s->call->io->self, &m, take_page, &p, s->err);
        page.offset += p.got;
    } while (rc == FERRY_OK && p.got > 0 && (page.offset < p.total || p.is_capped));
    if (total) {
        *total = p.is_capped && page.offset > p.total ? page.offset : p.total;
    }
    buf_finish(&target);
    return rc;
}
