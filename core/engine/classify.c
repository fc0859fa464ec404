/* SPDX-License-Identifier: MIT */
/* classify.c - see classify.h. The reasons for each row stand in the design's table of observations. */
#include "classify.h"

#include <text.h>
#include <time.h>

enum fate classify_status(uint32_t status)
{
    if (status >= 200 && status < 300) {
        return FATE_PARSE;
    }
    switch (status) {
    case 400:
    case 422:
    case 507: /* storage is full: this item will not be taken */
        return FATE_REFUSED;
    case 413:
        return FATE_OVERSIZE;
    case 429:
        return FATE_BUSY;
    case 401:
        return FATE_SIGN_IN;
    case 408: /* the server gave up waiting: how much it had seen, nobody knows */
    case 409: /* "already exists" may be the trace of an earlier success */
        return FATE_UNSURE;
    default:
        return status >= 500 ? FATE_UNSURE
                             : FATE_PARKED; /* 3xx and other 4xx: not for us to follow or fix */
    }
}

enum fate classify(const struct exchange *x, const struct ferry_verdict *verdict)
{
    static const enum fate by_verdict[] = {
        [FERRY_REFUSED] = FATE_REFUSED, [FERRY_OVERSIZE] = FATE_OVERSIZE,
        [FERRY_BUSY] = FATE_BUSY,       [FERRY_SIGN_IN] = FATE_SIGN_IN,
        [FERRY_PARKED] = FATE_PARKED,   [FERRY_UNSURE] = FATE_UNSURE,
    };
    if (x->end == EXCHANGE_NOT_SENT) {
        return FATE_NOT_SENT;
    }
    if (x->end != EXCHANGE_ANSWERED) {
        return FATE_UNSURE;
    }
    if (verdict && verdict->size && verdict->code != FERRY_BY_STATUS) {
        return verdict->code < sizeof by_verdict / sizeof *by_verdict ? by_verdict[verdict->code]
                                                                      : FATE_UNSURE;
    }
    return classify_status(x->answer.status);
}

int32_t classify_machine(const struct exchange *x, const char *name, struct ferry_error *err)
{
    int32_t rc = x->error.status;
    if (x->end == EXCHANGE_ANSWERED ||
        (rc != FERRY_E_NO_MEMORY && rc != FERRY_E_IO && rc != FERRY_E_CONFIG)) {
        return FERRY_OK;
    }
    return ferry_fail(err, rc, x->error.where, "%s: %s", name,
                      x->error.message[0] ? x->error.message : ferry_status_text(rc));
}

/* Milliseconds that a Retry-After asks for; 0 where it says nothing usable. */
static int64_t retry_after_ms(struct ferry_str text, int64_t now_ms)
{
    int64_t seconds;
    struct tm tm = {0};
    char copy[64];
    text = str_trim(text);
    if (str_int64(text, &seconds)) {
        return seconds > 0 ? (seconds > 86400 ? 86400 : seconds) * 1000 : 0;
    }
    if (text.len == 0 || text.len >= sizeof copy) {
        return 0;
    }
    memcpy(copy, text.ptr, (size_t)text.len);
    copy[text.len] = '\0';
    const char *end = strptime(copy, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!end || *end) {
        return 0;
    }
    int64_t at = (int64_t)timegm(&tm) * 1000;
    return at > now_ms ? at - now_ms : 0;
}

int64_t classify_wait(const struct ferry_message *answer, uint32_t tries, int64_t now_ms,
                      uint64_t chance)
{
    enum { LEAST = 1000, BASE = 1000, CAP = 60000 };
    int64_t ms = answer ? retry_after_ms(ferry_get(answer->headers, answer->n_headers,
                                                   FERRY_LIT("retry-after")),
                                         now_ms)
                        : 0;
    if (ms > 0) {
        return ms < LEAST ? LEAST : ms > CLASSIFY_WAIT_MOST ? CLASSIFY_WAIT_MOST : ms;
    }
    int64_t ceiling = tries >= 6 ? CAP : (int64_t)BASE << tries;
    ceiling = ceiling > CAP ? CAP : ceiling;
    return 1 + (int64_t)(chance % (uint64_t)ceiling);
}
