/* SPDX-License-Identifier: MIT */
/*
 * try_plugin.c - loads one plugin as ferry does, and reads a sample with it.
 *
 *     try_plugin FOLDER ID [SAMPLE EXPECTED]
 *
 * The sample is read whole, byte by byte and in pieces of 7: the items must be the same each time,
 * and be those of EXPECTED: a line each, status TAB name. Exits 0, or 1 with the reason.
 */
#include <buf.h>
#include <file.h>
#include <plugins.h>

enum { MAX_FILE = 1024 * 1024 };

static int32_t take_item(void *self, const struct ferry_item *item)
{
    struct buf *out = self;
    if (item->noun != FERRY_RESULT || !item->result) {
        return FERRY_E_BUG;
    }
    buf_printf(out, "%s\t", ferry_result_status_text(item->result->status));
    buf_put(out, item->result->name);
    return buf_putc(out, '\n');
}

static int64_t take_text(void *self, int64_t number, struct ferry_str piece)
{
    (void)self, (void)piece;
    return number ? number : 1;
}

static int32_t take_notice(void *self, const struct ferry_notice *notice)
{
    buf_puts(self, "notice\t");
    buf_put(self, notice->code);
    return buf_putc(self, '\n');
}

static const void *no_service(void *self, const char *id)
{
    (void)self, (void)id;
    return NULL;
}

static int32_t read_in_pieces(const struct ferry_reader *reader, struct ferry_str bytes,
                              uint64_t piece, struct buf *out, struct ferry_error *err)
{
    const struct ferry_host host = {.size = sizeof host,
                                    .level = FERRY_ABI_NEWEST,
                                    .version = FERRY_LIT(FERRY_VERSION),
                                    .query = no_service};
    const struct ferry_sink sink = {out, take_item, take_text, take_notice};
    struct ferry_parse *parse = NULL;
    int32_t rc = reader->begin(&host, NULL, 0, &sink, &parse, err);
    if (rc) {
        return rc;
    }
    for (uint64_t at = 0; at < bytes.len && !rc; at += piece) {
        uint64_t n = bytes.len - at < piece ? bytes.len - at : piece;
        rc = reader->feed(parse, (struct ferry_str){bytes.ptr + at, n}, err);
    }
    if (rc) {
        reader->abort(parse);
        return rc;
    }
    return reader->end(parse, err);
}

static int compare(const struct ferry_reader *reader, const char *sample, const char *expected)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf in, want, got;
    static const uint64_t pieces[] = {1, 7, MAX_FILE};
    int rc = 1;
    buf_init(&in, MAX_FILE);
    buf_init(&want, MAX_FILE);
    buf_init(&got, MAX_FILE);
    if (file_read(sample, &in, &err) || file_read(expected, &want, &err)) {
        printf("%s\n", err.message);
        goto out;
    }
    if (reader->sniff(buf_str(&in), ferry_cstr(path_base(sample))) <= 0) {
        printf("%s: the reader does not take it for its own\n", sample);
        goto out;
    }
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        buf_reset(&got);
        if (read_in_pieces(reader, buf_str(&in), pieces[i], &got, &err)) {
            printf("%s: %s\n", sample, err.message);
            goto out;
        }
        if (!ferry_eq(buf_str(&got), buf_str(&want)) || want.len == 0) {
            printf("in pieces of %llu the items are\n%sand not\n%s", (unsigned long long)pieces[i],
                   buf_cstr(&got), buf_cstr(&want));
            goto out;
        }
    }
    /* something else entirely is refused, not read as an empty report */
    buf_reset(&got);
    if (read_in_pieces(reader, FERRY_LIT("<testsuite/>\n"), 5, &got, &err) != FERRY_E_INPUT) {
        printf("a report of another kind is not refused with E_INPUT\n");
        goto out;
    }
    rc = 0;
out:
    buf_finish(&in);
    buf_finish(&want);
    buf_finish(&got);
    return rc;
}

int main(int argc, char **argv)
{
    struct ferry_error err = {.size = sizeof err};
    struct plugins *plugins = NULL;
    const struct ferry_plugin *plugin;
    const struct ferry_reader *reader;
    int rc = 1;
    if (argc != 3 && argc != 5) {
        fprintf(stderr, "usage: try_plugin FOLDER ID [SAMPLE EXPECTED]\n");
        return 2;
    }
    if (plugins_open(&plugins, (const char *const[]){argv[1], NULL}, &err)) {
        printf("%s\n", err.message);
        return 1;
    }
    plugin = plugins_get(plugins, ferry_cstr(argv[2]), &err);
    if (!plugin) {
        printf("%s\n", err.message);
        goto out;
    }
    printf("%s %s: accepted\n", plugin->name, plugin->version);
    rc = 0;
    if (argc == 5) {
        reader = plugins_interface(plugins, ferry_cstr(argv[2]), FERRY_READER_1, &err);
        if (!reader) {
            printf("%s\n", err.message);
        }
        rc = reader ? compare(reader, argv[3], argv[4]) : 1;
    }
out:
    plugins_close(plugins);
    return rc;
}
