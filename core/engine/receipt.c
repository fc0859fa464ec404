/* SPDX-License-Identifier: MIT */
/* receipt.c - says how a call ended; receipt_show.c writes it down. */
#include "receipt.h"

#include <text.h>

int receipt_lane_code(const struct road_lane *road)
{
    const struct lane_counts *c = &road->counts;
    switch (road->rc) {
    case FERRY_OK:
        break;
    case FERRY_E_STOP:
        return RECEIPT_INTERRUPTED;
    case FERRY_E_UNREACHABLE:
        return RECEIPT_UNREACHABLE;
    case FERRY_E_REFUSED:
        return strcmp(road->error.where, "credentials") == 0 ? RECEIPT_CREDENTIALS
               : c->rejected                                 ? RECEIPT_REJECTED
                             : RECEIPT_UNCONFIRMED; /* a read was refused, no item was */
    case FERRY_E_CONFIG:
    case FERRY_E_UNSUPPORTED:
        return RECEIPT_USAGE;
    case FERRY_E_PROTOCOL:
        return RECEIPT_UNCONFIRMED;
    default:
        return RECEIPT_SYSTEM;
    }
    if (c->unconfirmed) {
        return RECEIPT_UNCONFIRMED;
    }
    if (c->rejected) {
        return RECEIPT_REJECTED;
    }
    return c->waiting                                                       ? RECEIPT_UNCONFIRMED
           : c->duplicates || road->audit.missing || road->audit.duplicates ? RECEIPT_AUDIT
                                                                            : RECEIPT_DONE;
}

static int rank(int code)
{
    static const int order[] = {RECEIPT_INTERRUPTED, RECEIPT_USAGE,       RECEIPT_SYSTEM,
                                RECEIPT_NO_RESULTS,  RECEIPT_CREDENTIALS, RECEIPT_UNREACHABLE,
                                RECEIPT_UNCONFIRMED, RECEIPT_REJECTED,    RECEIPT_MIRROR,
                                RECEIPT_AUDIT,       RECEIPT_PARTLY_READ, RECEIPT_TESTS_FAILED,
                                RECEIPT_DONE};
    int i = 0;
    while (order[i] != code && order[i] != RECEIPT_DONE) {
        i++;
    }
    return i;
}

int receipt_code(const struct receipt *r, struct ferry_error *err)
{
    int worst = r->captured && (r->captured->truncated || r->captured->unreadable)
                    ? RECEIPT_PARTLY_READ
                    : RECEIPT_DONE;
    for (uint32_t i = 0; i < r->n; i++) {
        struct lane lane;
        int code = RECEIPT_SYSTEM;
        if (lane_load(r->e, r->lanes[i].id, &lane, err) == FERRY_OK) {
            code = receipt_lane_code(&r->lanes[i]);
            int mirrors_own = code != RECEIPT_DONE && code != RECEIPT_INTERRUPTED &&
                              code != RECEIPT_USAGE && code != RECEIPT_SYSTEM;
            code = lane.role == ROLE_MIRROR && mirrors_own ? RECEIPT_MIRROR : code;
            lane_finish(&lane);
        }
        worst = rank(code) < rank(worst) ? code : worst;
    }
    return worst;
}
