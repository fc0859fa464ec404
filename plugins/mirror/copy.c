/* SPDX-License-Identifier: MIT */
/*
 * copy.c - what of a result changes on its way to the other project: its status, by the map a person
 * gave, and its message, which says where it came from. Pure text; it never asks the desk.
 */
#include "mirror.h"

static const char mark[] = "[Mirrored from ";

/* Cuts one entry off the map; 0 at the end. Both sides trimmed; absent where there is no '='. */
static int next_entry(struct ferry_str *rest, struct ferry_str *from, struct ferry_str *to)
{
    struct ferry_str line;
    if (!str_split(rest, '\n', &line)) {
        return 0;
    }
    *to = line;
    if (!str_split(to, '=', from) || !to->ptr) {
        *from = *to = (struct ferry_str){NULL, 0};
        return 1;
    }
    *from = str_trim(*from);
    *to = str_trim(*to);
    return 1;
}

/* The first word that `word` is mapped to; absent where it is not. */
static struct ferry_str mapped(struct ferry_str map, struct ferry_str word)
{
    struct ferry_str from, to;
    while (!str_empty(word) && next_entry(&map, &from, &to)) {
        if (str_cmp_nocase(from, word) == 0) {
            return to;
        }
    }
    return (struct ferry_str){NULL, 0};
}

int32_t mirror_check_map(struct mirror_job *j)
{
    struct ferry_str rest = j->status_map, from, to;
    uint32_t n = 0;
    while (!str_empty(j->status_map) && next_entry(&rest, &from, &to)) {
        if (++n > MIRROR_MAX_MAP) {
            return ferry_fail(j->err, FERRY_E_CONFIG, "status_map",
                              "mirror: status_map has more than %d entries", MIRROR_MAX_MAP);
        }
        if (str_empty(from) || str_empty(to)) {
            return ferry_fail(j->err, FERRY_E_CONFIG, "status_map",
                              "mirror: entry %u of status_map is not FROM=TO; write it like "
                              "\"errored=failed\"",
                              n);
        }
        if (str_cmp_nocase(mapped(j->status_map, from), to) != 0) {
            return ferry_fail(j->err, FERRY_E_CONFIG, "status_map",
                              "mirror: status_map maps \"%.*s\" twice, to \"%.*s\" as well; keep "
                              "one of them",
                              STR_ARG(utf8_cut(from, 64)), STR_ARG(utf8_cut(to, 64)));
        }
    }
    return FERRY_OK;
}

void mirror_map_status(const struct mirror_job *j, struct ferry_result *result)
{
    struct ferry_str to = mapped(j->status_map, result->status_text);
    if (str_empty(to)) {
        to = mapped(j->status_map, ferry_cstr(ferry_result_status_text(result->status)));
    }
    if (str_empty(to)) {
        return;
    }
    for (uint32_t status = FERRY_PASSED; status < FERRY_OTHER; status++) {
        if (str_is_nocase(to, ferry_result_status_text(status))) {
            result->status = status;
            result->status_text = (struct ferry_str){NULL, 0};
            return;
        }
    }
    result->status = FERRY_OTHER;
    result->status_text = to;
}

const char *mirror_unsettled(const struct ferry_result *result)
{
    static const char *const reasons[] = {"status in_progress", "status untested", "status retest",
                                          "status deleted"};
    if (result->status >= FERRY_PASSED && result->status < FERRY_OTHER) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (str_is_nocase(str_trim(result->status_text), reasons[i] + strlen("status "))) {
            return reasons[i];
        }
    }
    return NULL;
}

/* Does it begin with "[Mirrored from X]", on one line, and then a space or nothing? */
static int is_marked(struct ferry_str message)
{
    uint64_t i = sizeof mark - 1;
    if (!str_starts(message, mark)) {
        return 0;
    }
    while (i < message.len && message.ptr[i] != ']') {
        if ((unsigned char)message.ptr[i] < 0x20) {
            return 0;
        }
        i++;
    }
    return i > sizeof mark - 1 && i < message.len &&
           (i + 1 == message.len || message.ptr[i + 1] == ' ');
}

struct ferry_str mirror_message(struct mirror_job *j, struct ferry_str message)
{
    struct ferry_str project = j->call->source_project, ours;
    if (str_empty(project)) {
        project = j->call->source;
    }
    if (str_empty(project) || is_marked(message)) {
        return message;
    }
    ours = mirror_glue(j, ferry_cstr(mark), "", mirror_glue(j, project, "]", FERRY_LIT("")));
    /* A project's name may hold a ']' of its own. */
    if (ferry_eq(str_sub(message, 0, ours.len), ours) &&
        (message.len == ours.len || message.ptr[ours.len] == ' ')) {
        return message;
    }
    return str_empty(message) ? ours : mirror_glue(j, ours, " ", message);
}
