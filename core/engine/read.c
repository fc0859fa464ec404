/* SPDX-License-Identifier: MIT */
/*
 * read.c - one report from its file to its reader: bytes in pieces, unpacked where they are a
 * gzip, hashed where asked. The first 4096 bytes of content choose the reader. What the reader
 * says goes through intake.c. It must never hold a file, and never trust one to end.
 */
#include "read.h"

#include "intake.h"
#include "unpack.h"

#include <clock.h>
#include <file.h>
#include <text.h>

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, HEAD = 4096, SHOWN = 200 };

/* One report being read. */
struct reading {
    const struct read_call *call;
    const struct input *input;
    struct read_report *report;
    struct intake intake;
    struct ferry_sink sink;
    struct reader_host host;
    const struct reader_entry *reader; /* once the head has chosen it */
    struct ferry_parse *parse;
    struct unpack *unpack; /* NULL: the bytes are the content */
    struct sha256 sha;     /* with READ_DIGEST */
    int fd;
    char *piece; /* PIECE bytes */
    char head[HEAD];
    size_t head_len;
    uint64_t content;         /* bytes of content so far */
    struct ferry_error *said; /* what failed, without the input's name */
    struct ferry_error *ours; /* the same of the intake, which a reader must not write over */
};

/* --- the reader ------------------------------------------------------------------ */

/* The file's name for sniffing: no folder, and what a gzip was before it was packed. */
static struct ferry_str sniff_name(const struct reading *r)
{
    const char *slash = strrchr(r->input->shown, '/');
    struct ferry_str name = ferry_cstr(slash ? slash + 1 : r->input->shown);
    if (r->unpack && name.len > 3 && str_is(str_sub(name, name.len - 3, 3), ".gz")) {
        name.len -= 3;
    }
    return name;
}

static int32_t mute_item(void *self, const struct ferry_item *item)
{
    (void)self;
    (void)item;
    return FERRY_OK;
}

static int64_t mute_text(void *self, int64_t number, struct ferry_str piece)
{
    (void)self;
    (void)piece;
    return number ? number : 1;
}

static int32_t mute_notice(void *self, const struct ferry_notice *notice)
{
    (void)self;
    (void)notice;
    return FERRY_OK;
}

/* 1 where this reader is for files of such names; stdin has none. */
static int is_for(const struct reader_entry *e, const struct input *input)
{
    const char *slash = strrchr(input->shown, '/');
    return input->path && inputs_wanted(e->reader->globs, slash ? slash + 1 : input->shown);
}

/* What a reader has against these bytes, though it did not claim them; 0: nothing. */
static int objects(const struct reader_entry *e, struct ferry_str head, struct ferry_error *why)
{
    const struct ferry_sink mute = {NULL, mute_item, mute_text, mute_notice};
    struct reader_host host;
    struct ferry_parse *parse = NULL;
    int32_t rc;
    reader_host_init(&host, e);
    rc = e->reader->begin(&host.host, e->options, e->n_options, &mute, &parse, why);
    if (rc) {
        return 0;
    }
    rc = e->reader->feed(parse, head, why);
    if (rc) {
        e->reader->abort(parse);
    } else {
        rc = e->reader->end(parse, why);
    }
    return rc == FERRY_E_INPUT && why->message[0];
}

/* Readers know what files seem to be that are not theirs; those for such names are asked first. */
static int ask_why(const struct reading *r, struct ferry_str head, struct ferry_error *why)
{
    const struct readers *all = r->call->readers;
    for (int ours = 1; ours >= 0; ours--) {
        for (uint32_t i = 0; i < all->n; i++) {
            const struct reader_entry *e = &all->list[i];
            if (is_for(e, r->input) == ours && objects(e, head, why)) {
                return 1;
            }
        }
    }
    return 0;
}

static int32_t refuse_unknown(struct reading *r, struct ferry_str head)
{
    struct ferry_error why = {.size = sizeof why};
    char begins[64], ids[200] = "";
    size_t len = 0;
    if (r->content == 0) {
        return ferry_fail(r->said, FERRY_E_INPUT, "report",
                          "empty: the test run wrote nothing into it; look at the run's own log");
    }
    r->report->unknown = 1;
    if (ask_why(r, head, &why)) {
        return ferry_fail(r->said, FERRY_E_INPUT, "report", "no reader knows it: %s", why.message);
    }
    for (uint32_t i = 0; i < r->call->readers->n && len < sizeof ids; i++) {
        len += (size_t)snprintf(ids + len, sizeof ids - len, "%s%s", i ? ", " : "",
                                r->call->readers->list[i].plugin->id);
    }
    return ferry_fail(r->said, FERRY_E_INPUT, "report",
                      "no reader knows it (%s): it begins with \"%s\"; see ferry plugins",
                      r->call->readers->n ? ids : "there is none",
                      text_show_to(begins, sizeof begins, str_trim(head)));
}

static int32_t begin(struct reading *r, struct ferry_str head)
{
    int32_t rc;
    r->reader = readers_choose(r->call->readers, str_sub(head, 0, HEAD), sniff_name(r));
    if (!r->reader) {
        return refuse_unknown(r, head);
    }
    r->report->reader = r->reader->plugin->id;
    reader_host_init(&r->host, r->reader);
    rc = r->reader->reader->begin(&r->host.host, r->reader->options, r->reader->n_options, &r->sink,
                                  &r->parse, r->said);
    if (rc) {
        r->parse = NULL;
    }
    return rc;
}

static int32_t feed(struct reading *r, struct ferry_str bytes)
{
    return bytes.len ? r->reader->reader->feed(r->parse, bytes, r->said) : FERRY_OK;
}

/* The head is as long as it gets: chooses the reader and gives it the head. */
static int32_t begin_with_head(struct reading *r)
{
    struct ferry_str head = {r->head, r->head_len};
    int32_t rc = begin(r, head);
    return rc ? rc : feed(r, head);
}

/* The next bytes of content. */
static int32_t take_content(void *data, struct ferry_str bytes)
{
    struct reading *r = data;
    int32_t rc = FERRY_OK;
    r->content += bytes.len;
    if (!r->reader) {
        if (r->head_len == 0 && bytes.len >= HEAD) {
            rc = begin(r, bytes);
        } else {
            struct ferry_str part = str_sub(bytes, 0, HEAD - r->head_len);
            memcpy(r->head + r->head_len, part.ptr, (size_t)part.len);
            r->head_len += (size_t)part.len;
            bytes = str_sub(bytes, part.len, bytes.len);
            if (r->head_len == HEAD) {
                rc = begin_with_head(r);
            }
        }
    }
    return rc || !r->reader ? rc : feed(r, bytes);
}

/* --- the bytes -------------------------------------------------------------------- */

/* Up to PIECE bytes, short only at the end or when something came and no more is there yet. */
static int32_t read_piece(struct reading *r, size_t least, size_t *got)
{
    *got = 0;
    while (*got < least) {
        int64_t n = fd_read_stream(r->fd, r->piece + *got, PIECE - *got, r->call->interrupted);
        if (n < 0 && errno == EINTR) {
            return ferry_fail(r->said, FERRY_E_STOP, "report", "interrupted");
        }
        if (n < 0) {
            const char *why = strerrordesc_np(errno);
            return ferry_fail(r->said, file_status(errno, FERRY_E_INPUT), "report",
                              "cannot be read on after %llu bytes: %s; check the disk or the mount",
                              (unsigned long long)r->report->bytes, why ? why : "unknown error");
        }
        if (n == 0) {
            break;
        }
        *got += (size_t)n;
    }
    r->report->bytes += *got;
    return FERRY_OK;
}

static int32_t take_packed(struct reading *r, struct ferry_str bytes)
{
    int32_t rc = unpack_feed(r->unpack, bytes, take_content, r);
    r->report->unpacked = unpack_total(r->unpack);
    if (rc == FERRY_E_TOO_LARGE && !r->intake.rc && r->said->status != rc) {
        r->report->truncated = 1;
        return ferry_fail(r->said, rc, "report",
                          "unpacks to more than %llu bytes; raise --max-unpacked if that is right",
                          (unsigned long long)r->report->unpacked);
    }
    return rc;
}

/* All pieces to the end of the file. */
static int32_t read_all(struct reading *r)
{
    int first = 1;
    for (;;) {
        struct ferry_str bytes = {r->piece, 0};
        size_t got;
        int32_t rc = read_piece(r, first ? HEAD : 1, &got);
        if (rc || got == 0) {
            return rc;
        }
        bytes.len = got;
        if (r->call->flags & READ_DIGEST) {
            sha256_add(&r->sha, bytes);
        }
        if (first && unpack_is_gzip(bytes)) {
            r->unpack = unpack_create(r->call->max_unpacked ? r->call->max_unpacked
                                                            : READ_UNPACKED_DEFAULT);
            if (!r->unpack) {
                return ferry_fail(r->said, FERRY_E_NO_MEMORY, "report", "out of memory");
            }
        }
        first = 0;
        rc = r->unpack ? take_packed(r, bytes) : take_content(r, bytes);
        if (!rc && is_interrupted(r->call->interrupted)) {
            rc = ferry_fail(r->said, FERRY_E_STOP, "report", "interrupted");
        }
        if (rc) {
            return rc;
        }
    }
}

/* What the end of a gzip was like. Its damage is the report's, not a failure: what came before it counts. */
static void judge_packed(struct reading *r)
{
    unsigned long long at = r->report->unpacked;
    switch (unpack_state(r->unpack)) {
    case UNPACK_BETWEEN:
        break;
    case UNPACK_GOES_ON:
        intake_note(&r->intake, FERRY_NOTICE_TRUNCATED, "gzip-truncated",
                    "the gzip ends before its end, after %llu bytes of content", at);
        break;
    case UNPACK_TRAILING:
        intake_note(&r->intake, 0, "gzip-trailing", "bytes behind the end of the gzip left out");
        break;
    case UNPACK_DAMAGED:
        intake_note(&r->intake, FERRY_NOTICE_TRUNCATED, "gzip-damaged",
                    "the gzip is damaged after %llu bytes of content; what follows is lost", at);
        break;
    }
}

/* The file is over: a head too short to have chosen does so now, and the reader is told. */
static int32_t finish_report(struct reading *r)
{
    struct ferry_parse *parse;
    int32_t rc = FERRY_OK;
    if (r->unpack) {
        judge_packed(r);
    }
    if (!r->reader) {
        rc = begin_with_head(r);
    }
    if (rc) {
        return rc;
    }
    parse = r->parse;
    r->parse = NULL;
    rc = r->reader->reader->end(parse, r->said);
    return rc ? rc : intake_end(&r->intake);
}

/* --- one input ----------------------------------------------------------------------- */

static int32_t open_input(struct reading *r)
{
    struct stat st;
    const char *report = r->input->path;
    if (!report) {
        r->fd = STDIN_FILENO;
    } else {
        r->fd = file_open_stream(report);
        if (r->fd < 0 || fstat(r->fd, &st) != 0) {
            int number = errno;
            const char *why = strerrordesc_np(number);
            return ferry_fail(r->said, file_status(number, FERRY_E_INPUT), "report",
                              "cannot be opened: %s; %s", why ? why : "unknown error",
                              file_status(number, FERRY_OK) ? "run again when the machine has room"
                                                            : "check the path and its permissions");
        }
        if (!S_ISREG(st.st_mode) || r->input->is_copy) {
            report = NULL; /* a pipe has no folder */
        }
    }
    r->piece = malloc(PIECE);
    sha256_init(&r->sha);
    if (!r->piece) {
        return ferry_fail(r->said, FERRY_E_NO_MEMORY, "report", "out of memory");
    }
    return attach_init(&r->intake.attach, report, r->call->roots, r->call->max_attachment, r->said);
}

static void close_input(struct reading *r)
{
    if (r->parse) {
        r->reader->reader->abort(r->parse);
    }
    if (r->fd > STDIN_FILENO) {
        close(r->fd);
    }
    unpack_destroy(r->unpack);
    free(r->piece);
    intake_finish(&r->intake);
}

/* Puts the input's name before what was said. */
static int32_t tell(const struct reading *r, int32_t rc, struct ferry_error *err)
{
    char shown[SHOWN], text[240];
    const struct ferry_error *from = r->intake.rc ? r->ours : r->said;
    const char *said = from->message[0] ? from->message : ferry_status_text(rc);
    text_show_to(shown, sizeof shown, ferry_cstr(r->input->shown));
    text_show_to(text, sizeof text, ferry_cstr(said)); /* a reader may quote the report */
    return ferry_fail(err, rc, from->where, "%s: %s", shown, text);
}

int32_t read_input(const struct read_call *call, const struct input *input,
                   struct read_report *report, struct ferry_error *err)
{
    struct ferry_error said = {.size = sizeof said}, ours = {.size = sizeof ours};
    struct reading *r = calloc(1, sizeof *r);
    unsigned char digest[32];
    int32_t rc;
    memset(report, 0, sizeof *report);
    if (!r) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "report", "out of memory");
    }
    *r = (struct reading){
        .call = call, .input = input, .report = report, .fd = -1, .said = &said, .ours = &ours};
    intake_init(&r->intake, call, report, &ours);
    r->sink = intake_sink(&r->intake);
    rc = open_input(r);
    if (!rc) {
        rc = read_all(r);
    }
    if (!rc) {
        rc = finish_report(r);
    }
    if (r->intake.rc) {
        rc = r->intake.rc; /* our own reason, not what the reader made of it */
    }
    if (!rc && r->call->flags & READ_DIGEST) {
        sha256_end(&r->sha, digest);
        hex_text(digest, sizeof digest, report->sha256);
    }
    if (rc) {
        report->truncated |= report->counts.tests + report->counts.synthetic > 0;
        tell(r, rc, err);
    }
    close_input(r);
    free(r);
    return rc;
}
