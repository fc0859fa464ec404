/* SPDX-License-Identifier: MIT */
/* codec_attachment.c - up to twenty files in one multipart body; the bytes stay in the spool until they are sent. */
#include "codec.h"

#include <text.h>

/* A name inside the quotes of a header: no quote, no control character, no folder. */
static void put_file_name(struct buf *b, struct ferry_str name)
{
    for (uint64_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c == '"' || c == '\\' || c == '/' || c < 0x20 || c == 0x7f) {
            buf_putc(b, '_');
        } else {
            buf_putc(b, (char)c);
        }
    }
    if (name.len == 0) {
        buf_puts(b, "attachment");
    }
}

static int is_mime(struct ferry_str s)
{
    int slash = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        slash += c == '/';
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr("/.+-_", c))) {
            return 0;
        }
    }
    return slash == 1 && s.len < 100;
}

static void put_part(struct writer *w, struct ferry_str boundary, const struct ferry_attachment *a)
{
    const struct ferry_out *out = w->out;
    struct buf head;
    buf_init(&head, 8192);
    buf_puts(&head, "--");
    buf_put(&head, boundary);
    buf_puts(&head, "\r\ncontent-disposition: form-data; name=\"file[]\"; filename=\"");
    put_file_name(&head, utf8_cut(a->name, 200));
    buf_puts(&head, "\"\r\ncontent-type: ");
    buf_put(&head, is_mime(a->mime) ? a->mime : FERRY_LIT("application/octet-stream"));
    buf_puts(&head, "\r\n\r\n");
    out->text(out->self, buf_str(&head));
    out->blob(out->self, a->blob->digest, 0, a->blob->bytes);
    out->text(out->self, FERRY_LIT("\r\n"));
    buf_finish(&head);
}

static int32_t check(const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_attachment *a = op->item ? op->item->attachment : NULL;
    if (!a || !a->blob) {
        return ferry_fail(err, FERRY_E_INPUT, "attachment", "its bytes are not in the spool");
    }
    if (a->blob->bytes == 0) {
        return ferry_fail(err, FERRY_E_INPUT, "attachment",
                          "it is empty, and Qase takes no empty file");
    }
    if (a->blob->bytes > QASE_FILE_BYTES) {
        return ferry_fail(err, FERRY_E_TOO_LARGE, "attachment",
                          "it has %llu bytes; Qase takes 32 MiB",
                          (unsigned long long)a->blob->bytes);
    }
    return FERRY_OK;
}

int32_t qase_encode_attachments(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                                uint32_t *taken, struct ferry_error *err)
{
    const struct ferry_out *out = w->out;
    uint64_t most = w->call->max_bytes && w->call->max_bytes < QASE_FILES_BYTES ? w->call->max_bytes
                                                                                : QASE_FILES_BYTES;
    uint32_t limit = w->call->max_items && w->call->max_items < n ? w->call->max_items : n, i = 0;
    struct buf text;
    int32_t rc = FERRY_OK;
    buf_init(&text, 4096);
    qase_put_path(&text, w->call, "attachment", "%s", "");
    out->start(out->self, FERRY_LIT("POST"), buf_str(&text));
    buf_reset(&text);
    buf_puts(&text, "ferry-"); /* of an id that is the same in every repeat */
    buf_put(&text, ops[0]->wire_id.len ? ops[0]->wire_id : FERRY_LIT("boundary"));
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("multipart/form-data; boundary="));
    out->text(out->self, buf_str(&text));
    out->body(out->self);
    for (; i < limit && rc == FERRY_OK; i++) {
        rc = check(ops[i], err);
        if (rc || (i > 0 && out->size(out->self) + ops[i]->item->attachment->blob->bytes > most)) {
            break;
        }
        put_part(w, buf_str(&text), ops[i]->item->attachment);
    }
    if (i > 0) {
        *taken = i;
        out->text(out->self, FERRY_LIT("--"));
        out->text(out->self, buf_str(&text));
        rc = out->text(out->self, FERRY_LIT("--\r\n"));
    }
    buf_finish(&text);
    return rc;
}
