/* SPDX-License-Identifier: MIT */
/* marks.c - words and marks, for both halves: statuses, ferry's mark in a text, percent-encoding. Pure. */
#include "ledger.h"

static const char mark_open[] = "[ferry:";

static const struct {
    const char *word;
    uint32_t status;
} words[] = {
    {"passed", FERRY_PASSED},   {"failed", FERRY_FAILED},   {"invalid", FERRY_ERRORED},
    {"skipped", FERRY_SKIPPED}, {"not_run", FERRY_NOT_RUN}, {"blocked", FERRY_BLOCKED},
    {"untested", FERRY_OTHER},  {"retest", FERRY_OTHER},    {"in_progress", FERRY_OTHER},
};

const char *ledger_status_word(const struct ferry_result *result)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].status == result->status &&
            (result->status != FERRY_OTHER || str_is(result->status_text, words[i].word))) {
            return words[i].word;
        }
    }
    return NULL;
}

uint32_t ledger_status_of(struct ferry_str word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_is(word, words[i].word)) {
            return words[i].status;
        }
    }
    return 0;
}

int ledger_put_marked(struct buf *out, struct ferry_str text, struct ferry_str mark)
{
    uint64_t tail = mark.len ? mark.len + sizeof mark_open + 1 : 0;
    struct ferry_str kept = utf8_cut(text, tail < LEDGER_TEXT ? LEDGER_TEXT - tail : 0);
    buf_put(out, kept);
    if (mark.len) {
        buf_puts(out, kept.len ? "\n" : "");
        buf_puts(out, mark_open);
        buf_put(out, mark);
        buf_putc(out, ']');
    }
    return kept.len < text.len;
}

struct ferry_str ledger_unmark(struct ferry_str text, struct ferry_str *mark)
{
    uint64_t at = text.len;
    struct ferry_str line;
    *mark = (struct ferry_str){NULL, 0};
    while (at > 0 && text.ptr[at - 1] != '\n') {
        at--;
    }
    line = str_sub(text, at, text.len - at);
    if (!str_starts(line, mark_open) || line.len < sizeof mark_open + 1 ||
        line.ptr[line.len - 1] != ']') {
        return text;
    }
    *mark = str_sub(line, sizeof mark_open - 1, line.len - sizeof mark_open);
    return str_sub(text, 0, at ? at - 1 : 0);
}

void ledger_put_escaped(struct buf *out, struct ferry_str s)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.ptr[i] && strchr(plain, s.ptr[i])) {
            buf_putc(out, s.ptr[i]);
        } else {
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)s.ptr[i]);
        }
    }
}
