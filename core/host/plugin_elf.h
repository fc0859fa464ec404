/* SPDX-License-Identifier: MIT */
/*
 * plugin_elf.h - an ELF file as far as a plugin has to be known before it is loaded. It sees what
 * the dynamic loader will see (program headers, the dynamic section, the hash table of symbols),
 * never the section headers, which may be missing or tell another story. Every offset comes from
 * the file and is taken for a lie until it was checked; nothing is mapped, so a file that is cut
 * while it is read is an error and not a SIGBUS.
 */
#ifndef HOST_PLUGIN_ELF_H
#define HOST_PLUGIN_ELF_H

#include <elf.h>
#include <ferry/base.h>

enum { PLUGIN_ELF_HEADERS = 64 };

struct plugin_elf {
    int fd;           /* borrowed */
    const char *path; /* for messages; borrowed */
    uint64_t bytes;   /* the file's length */
    uint32_t n;
    Elf64_Phdr headers[PLUGIN_ELF_HEADERS];
};

/* Reads the headers. E_INPUT: not a shared library for this machine, or damaged. */
int32_t plugin_elf_open(struct plugin_elf *e, int fd, const char *path, struct ferry_error *err);

/* Exactly n bytes of the file, or E_INPUT. */
int32_t plugin_elf_read(const struct plugin_elf *e, uint64_t offset, void *to, size_t n,
                        struct ferry_error *err);
/* Exactly n bytes of the image as it will be mapped, from one segment, or E_INPUT. */
int32_t plugin_elf_at(const struct plugin_elf *e, uint64_t address, void *to, size_t n,
                      struct ferry_error *err);

/*
 * Calls fn for each symbol that this file defines for others, version nodes left out. fn returns OK
 * to go on, or another status to stop with it. `name` is cut at 127 bytes.
 */
typedef int32_t plugin_symbol_fn(void *data, const char *name, const Elf64_Sym *symbol,
                                 struct ferry_error *err);
int32_t plugin_elf_exports(const struct plugin_elf *e, plugin_symbol_fn *fn, void *data,
                           struct ferry_error *err);

#endif
