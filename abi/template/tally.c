/* SPDX-License-Identifier: MIT */
/* tally.c - a complete reader. Step 1: copy this folder, put the name of your format for "tally". */
#include <ferry/ferry.h>
#include <stdlib.h>
struct ferry_parse { /* step 2: what is remembered from one piece to the next; nothing is static */
    const struct ferry_sink *sink;
    uint32_t n;
    char line[1000];
};
static int32_t sniff(struct ferry_str head, struct ferry_str name) /* step 3: 0 (not mine) to 100 */
{
    (void)name;
    return head.len > 2 && (!memcmp(head.ptr, "+ ", 2) || !memcmp(head.ptr, "- ", 2)) ? 60 : 0;
}
static int32_t begin(const struct ferry_host *host, const struct ferry_kv *options, uint32_t n,
                     const struct ferry_sink *sink, struct ferry_parse **p, struct ferry_error *err)
{
    (void)host, (void)options, (void)n, (void)err;
    *p = calloc(1, sizeof **p);
    if (*p) {
        (*p)->sink = sink;
    }
    return *p ? FERRY_OK : FERRY_E_NO_MEMORY;
}
static int32_t feed(struct ferry_parse *p, struct ferry_str bytes, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    for (uint64_t i = 0; i < bytes.len && !rc; i++) { /* step 4: from bytes to items */
        struct ferry_result r = {.size = sizeof r};
        struct ferry_item item = {.size = sizeof item, .noun = FERRY_RESULT, .result = &r};
        if (bytes.ptr[i] >= ' ' && bytes.ptr[i] <= '~' && p->n < sizeof p->line) {
            p->line[p->n++] = bytes.ptr[i];
        } else if (bytes.ptr[i] != '\n' || !sniff((struct ferry_str){p->line, p->n}, r.file)) {
            rc = ferry_fail(err, FERRY_E_INPUT, NULL, "want lines of \"+ NAME\" or \"- NAME\"");
        } else {
            r.status = p->line[0] == '+' ? FERRY_PASSED : FERRY_FAILED;
            r.name = (struct ferry_str){p->line + 2, p->n - 2};
            p->n = 0;
            rc = p->sink->item(p->sink->self, &item); /* it copies what it keeps */
        }
    }
    return rc;
}
static int32_t end(struct ferry_parse *p, struct ferry_error *err) /* step 5: was that all of it? */
{
    int32_t rc = p->n ? ferry_fail(err, FERRY_E_INPUT, NULL, "the last line is cut") : FERRY_OK;
    return free(p), rc;
}
static void give_up(struct ferry_parse *p)
{
    free(p);
}
static const char *const globs[] = {"*.tally", NULL};
static const struct ferry_reader reader = {globs, sniff, begin, feed, end, give_up};
static const void *query(const char *id) /* step 6: one line an interface */
{
    return strcmp(id, FERRY_READER_1) == 0 ? &reader : NULL;
}
FERRY_PLUGIN_DEFINE(tally, "tally") = {FERRY_PLUGIN_HEAD,  .id = "tally",    .name = "Tally",
                                       .version = "1.0.0", .license = "MIT", .query = query};
