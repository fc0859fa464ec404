/* SPDX-License-Identifier: MIT */
/*
 * elf - what is read of a file in a plugin folder before any of its code runs: the note, then the symbols it exports. Whatever
 * the file holds it is judged in bounded time, and what the note says is an id that can be shown.
 */
#include "fuzz.h"

#include <plugin_check.h>
#include <plugins.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_note_desc note;
    struct ferry_error err = {.size = sizeof err};
    int fd = memfd_create("plugin", MFD_CLOEXEC);
    fuzz_claim(fd >= 0, "no file in memory");
    fuzz_claim(write(fd, data, size) == (ssize_t)size, "a short write");
    int32_t rc = plugin_note_read(fd, "/plugins/some.so", &note, &err);
    if (rc == FERRY_OK) {
        fuzz_claim(plugin_word(note.id, '-', 31) && note.major == FERRY_ABI_MAJOR,
                   "a note is taken that is none of ours");
        rc = plugin_exports_check(fd, "/plugins/some.so", &note, &err);
    } else {
        fuzz_claim(note.major == 0 || plugin_word(note.id, '-', 31), "a note with a broken id");
        /* its exports are looked at all the same: they come from the same file */
        struct ferry_error more = {.size = sizeof more};
        memcpy(note.id, "some", sizeof "some");
        plugin_exports_check(fd, "/plugins/some.so", &note, &more);
    }
    if (rc) {
        fuzz_message(&err);
    }
    close(fd);
    return 0;
}
