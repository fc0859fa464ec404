/* SPDX-License-Identifier: MIT */
/* receipt.c - says how a call ended; receipt_show.c writes it down. */
#include "receipt.h"

#include <text.h>

/* The first that applies, from the top. */
static int rank(int code)
{
    static const int order[] = {RECEIPT_INTERRUPTED,  RECEIPT_USAGE,       RECEIPT_SYSTEM,
                                RECEIPT_NO_RESULTS,   RECEIPT_CREDENTIALS, RECEIPT_UNREACHABLE,
                                RECEIPT_UNCONFIRMED,  RECEIPT_REJECTED,    RECEIPT_MIRROR,
                                RECEIPT_AUDIT,        RECEIPT_PARTLY_READ, RECEIPT_CONTRADICTION,
                                RECEIPT_TESTS_FAILED, RECEIPT_DONE};
    int i = 0;
    while (order[i] != code && order[i] != RECEIPT_DONE) {
        i++;
    }
    return i;
}

static int first_of(int a, int b)
{
    return rank(a) < rank(b) ? a : b;
}

/* What stopped the lane. */
static int code_of_stop(const struct road_lane *road)
{
    switch (road->rc) {
    case FERRY_OK:
        return RECEIPT_DONE;
    case FERRY_E_STOP:
        return RECEIPT_INTERRUPTED;
    case FERRY_E_UNREACHABLE:
        return RECEIPT_UNREACHABLE;
    case FERRY_E_REFUSED: /* without "credentials" a read was refused, no item was */
        return strcmp(road->error.where, "credentials") == 0 ? RECEIPT_CREDENTIALS
                                                             : RECEIPT_UNCONFIRMED;
    case FERRY_E_CONFIG:
    case FERRY_E_UNSUPPORTED:
        return RECEIPT_USAGE;
    case FERRY_E_PROTOCOL:
        return RECEIPT_UNCONFIRMED;
    default:
        return RECEIPT_SYSTEM;
    }
}

int receipt_lane_code(const struct road_lane *road)
{
    const struct lane_counts *c = &road->counts;
    int code = code_of_stop(road);
    if (c->unconfirmed) {
        code = first_of(code, RECEIPT_UNCONFIRMED);
    }
    if (c->rejected || c->unplanned) {
        code = first_of(code, RECEIPT_REJECTED);
    } else if (c->waiting) { /* for nothing that was rejected: so for nothing that we know */
        code = first_of(code, RECEIPT_UNCONFIRMED);
    }
    if (c->duplicates || road->audit.missing || road->audit.duplicates) {
        code = first_of(code, RECEIPT_AUDIT);
    }
    return code;
}

/* Trouble with a tracker that --on-delivery-error=warn makes a warning. What a person has to mend in the input or the configuration stays an error. */
static int is_trouble(int code)
{
    return code == RECEIPT_CREDENTIALS || code == RECEIPT_UNREACHABLE ||
           code == RECEIPT_UNCONFIRMED || code == RECEIPT_MIRROR;
}

int receipt_code(const struct receipt *r)
{
    int worst = r->captured && (r->captured->truncated || r->captured->unreadable)
                    ? RECEIPT_PARTLY_READ
                    : RECEIPT_DONE;
    worst =
        r->captured && r->captured->contradictory ? first_of(worst, RECEIPT_CONTRADICTION) : worst;
    worst = r->tests_failed ? first_of(worst, RECEIPT_TESTS_FAILED) : worst;
    for (uint32_t i = 0; i < r->n; i++) {
        int code = r->lanes[i].role ? receipt_lane_code(&r->lanes[i]) : RECEIPT_SYSTEM;
        int mirrors_own = code != RECEIPT_DONE && code != RECEIPT_INTERRUPTED &&
                          code != RECEIPT_USAGE && code != RECEIPT_SYSTEM;
        code = r->lanes[i].role == ROLE_MIRROR && mirrors_own ? RECEIPT_MIRROR : code;
        worst = r->lenient && is_trouble(code) ? worst : first_of(worst, code);
    }
    return r->interrupted ? RECEIPT_INTERRUPTED : worst;
}
