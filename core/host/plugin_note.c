/* SPDX-License-Identifier: MIT */
/*
 * plugin_note.c - what a plugin says of itself before any of its code runs: the ELF note that
 * FERRY_PLUGIN_DEFINE leaves in the file. The scan reads it of every file in a plugin folder; the
 * loader reads it again through the descriptor that it then loads. It must never map or load the
 * file.
 */
#include "plugin_check.h"
#include "plugin_elf.h"
#include "plugins.h"

#include <text.h>

#include <stdarg.h>

enum { MAX_NOTES = 16 * 1024, MAX_SHOWN = 96 };

int32_t plugin_fail(struct ferry_error *err, int32_t status, const char *path, const char *format,
                    ...)
{
    const char *base = strrchr(path, '/');
    char shown[MAX_SHOWN], where[sizeof err->where];
    char message[sizeof err->message];
    va_list args;
    if (!err) {
        return status;
    }
    base = base && base[1] ? base + 1 : path;
    text_show_to(shown, sizeof shown, ferry_cstr(base));
    text_show_to(where, sizeof where, ferry_cstr(base));
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return ferry_fail(err, status, where, "plugin %s: %s", shown, message);
}

/* The next note of a segment: its name and content as views into it. 0 at the end, -1 where it is
 * damaged. */
static int note_next(const char *bytes, size_t n, size_t align, size_t *at, Elf64_Nhdr *h,
                     struct ferry_str *name, struct ferry_str *desc)
{
    size_t pos = *at, name_room, desc_room;
    if (pos >= n || n - pos < sizeof *h) {
        return 0;
    }
    memcpy(h, bytes + pos, sizeof *h);
    pos += sizeof *h;
    name_room = ((size_t)h->n_namesz + align - 1) & ~(align - 1);
    if (h->n_namesz > n || name_room > n - pos) {
        return -1;
    }
    *name = (struct ferry_str){bytes + pos, h->n_namesz};
    pos += name_room;
    desc_room = ((size_t)h->n_descsz + align - 1) & ~(align - 1);
    if (h->n_descsz > n - pos) {
        return -1;
    }
    *desc = (struct ferry_str){bytes + pos, h->n_descsz};
    *at = desc_room > n - pos ? n : pos + desc_room; /* the last one may lack its padding */
    return 1;
}

/* Looks for ferry's note in one segment; counts into *found. */
static int32_t segment_search(const struct plugin_elf *e, const Elf64_Phdr *p,
                              struct ferry_note_desc *note, unsigned *found,
                              struct ferry_error *err)
{
    char bytes[MAX_NOTES];
    size_t at = 0, align = p->p_align == 8 ? 8 : 4;
    struct ferry_str name = {NULL, 0}, desc = {NULL, 0};
    Elf64_Nhdr h;
    int32_t rc;
    int more;
    if (p->p_filesz > sizeof bytes) {
        return plugin_fail(err, FERRY_E_INPUT, e->path,
                           "has %llu bytes of notes, at most %d are read; strip it",
                           (unsigned long long)p->p_filesz, (int)MAX_NOTES);
    }
    rc = plugin_elf_read(e, p->p_offset, bytes, (size_t)p->p_filesz, err);
    if (rc) {
        return rc;
    }
    while ((more = note_next(bytes, (size_t)p->p_filesz, align, &at, &h, &name, &desc)) > 0) {
        if (h.n_type != FERRY_NOTE_TYPE || name.len != sizeof FERRY_NOTE_NAME ||
            memcmp(name.ptr, FERRY_NOTE_NAME, sizeof FERRY_NOTE_NAME) != 0) {
            continue;
        }
        /* A later level may append to the note; what stands here stays where it is. */
        if (desc.len < sizeof *note) {
            return plugin_fail(err, FERRY_E_INPUT, e->path,
                               "its note holds %llu bytes, at least %zu are needed; build it with "
                               "FERRY_PLUGIN_DEFINE",
                               (unsigned long long)desc.len, sizeof *note);
        }
        memcpy(note, desc.ptr, sizeof *note);
        ++*found;
    }
    if (more < 0) {
        return plugin_fail(err, FERRY_E_INPUT, e->path,
                           "damaged: a note is longer than its segment; copy or build it again");
    }
    return FERRY_OK;
}

static int32_t note_judge(const struct ferry_note_desc *note, const char *path,
                          struct ferry_error *err)
{
    if (note->major != FERRY_ABI_MAJOR) {
        return plugin_fail(err, FERRY_E_UNSUPPORTED, path,
                           "made for ABI major %u, this ferry (%s) speaks major %u; %s",
                           note->major, FERRY_VERSION, FERRY_ABI_MAJOR,
                           note->major > FERRY_ABI_MAJOR
                               ? "use a newer ferry"
                               : "build it again with the headers of this ferry");
    }
    if (note->level > FERRY_ABI_NEWEST) {
        return plugin_fail(err, FERRY_E_UNSUPPORTED, path,
                           "needs ABI level %u, this ferry offers %u (%s); use a newer ferry or "
                           "build it with FERRY_ABI_LEVEL=%u",
                           note->level, FERRY_ABI_NEWEST, FERRY_VERSION, FERRY_ABI_NEWEST);
    }
    if (note->level == 0) {
        return plugin_fail(
            err, FERRY_E_BUG, path,
            "its note says ABI level 0, levels begin at 1; define FERRY_ABI_LEVEL as "
            "a number or not at all");
    }
    return FERRY_OK;
}

/* The one note of a file, with an id that can be shown and compared. */
static int32_t note_find(int fd, const char *path, struct ferry_note_desc *note,
                         struct ferry_error *err)
{
    struct plugin_elf e;
    unsigned found = 0;
    int32_t rc = plugin_elf_open(&e, fd, path, err);
    for (uint32_t i = 0; !rc && i < e.n; i++) {
        if (e.headers[i].p_type == PT_NOTE) {
            rc = segment_search(&e, &e.headers[i], note, &found, err);
        }
    }
    if (rc) {
        return rc;
    }
    if (found == 0) {
        return plugin_fail(err, FERRY_E_INPUT, path,
                           "not a ferry plugin: it has no note (" FERRY_NOTE_SECTION
                           "); define it with FERRY_PLUGIN_DEFINE, or take it out of this folder");
    }
    if (found > 1) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "has %u ferry notes, one plugin has one; link only one "
                           "FERRY_PLUGIN_DEFINE into it",
                           found);
    }
    if (!memchr(note->id, '\0', sizeof note->id) || !plugin_word(note->id, '-', 31)) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "its note's id is not [a-z][a-z0-9-]{0,30}; change the id in "
                           "FERRY_PLUGIN_DEFINE");
    }
    return FERRY_OK;
}

int32_t plugin_note_read(int fd, const char *path, struct ferry_note_desc *note,
                         struct ferry_error *err)
{
    int32_t rc;
    memset(note, 0, sizeof *note);
    rc = note_find(fd, path, note, err);
    if (rc) {
        memset(note, 0, sizeof *note);
        return rc;
    }
    return note_judge(note, path, err);
}
