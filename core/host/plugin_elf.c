/* SPDX-License-Identifier: MIT */
/*
 * plugin_elf.c - reads what the dynamic loader would read, and runs nothing. Called by
 * plugin_note.c and plugin_check.c with files that may be hostile: it must never trust a number of
 * the file, and never loop longer than a bound of its own.
 */
#include "plugin_elf.h"

#include "plugin_check.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_DYNAMIC = 512,    /* entries of the dynamic section */
    MAX_SYMBOLS = 65536,  /* looked at, and hash buckets */
    MAX_SYMBOL_NAME = 128 /* NUL included; longer ones are cut */
};

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { MACHINE = EM_RISCV };
#elif defined(__powerpc64__)
enum { MACHINE = EM_PPC64 };
#elif defined(__s390x__)
enum { MACHINE = EM_S390 };
#else
enum { MACHINE = EM_NONE }; /* the dynamic loader is left to judge */
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { BYTE_ORDER_HERE = ELFDATA2LSB };
#else
enum { BYTE_ORDER_HERE = ELFDATA2MSB };
#endif

static int32_t fail_damaged(const struct plugin_elf *e, const char *what, struct ferry_error *err)
{
    return plugin_fail(err, FERRY_E_INPUT, e->path, "damaged: %s; copy or build it again", what);
}

static int32_t fail_short(const struct plugin_elf *e, uint64_t offset, uint64_t n,
                          struct ferry_error *err)
{
    return plugin_fail(
        err, FERRY_E_INPUT, e->path,
        "cut short: %llu bytes at %llu are needed and the file has %llu; copy or build "
        "it again",
        (unsigned long long)n, (unsigned long long)offset, (unsigned long long)e->bytes);
}

int32_t plugin_elf_read(const struct plugin_elf *e, uint64_t offset, void *to, size_t n,
                        struct ferry_error *err)
{
    size_t done = 0;
    if (offset > e->bytes || n > e->bytes - offset) {
        return fail_short(e, offset, n, err);
    }
    while (done < n) {
        ssize_t got = pread(e->fd, (char *)to + done, n - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return plugin_fail(err, FERRY_E_IO, e->path, "cannot read: %s; check the disk",
                               strerror(errno));
        }
        if (got == 0) {
            return fail_damaged(e, "it got shorter while it was read", err);
        }
        done += (size_t)got;
    }
    return FERRY_OK;
}

int32_t plugin_elf_at(const struct plugin_elf *e, uint64_t address, void *to, size_t n,
                      struct ferry_error *err)
{
    for (uint32_t i = 0; i < e->n; i++) {
        const Elf64_Phdr *h = &e->headers[i];
        if (h->p_type != PT_LOAD || address < h->p_vaddr || address - h->p_vaddr >= h->p_filesz) {
            continue;
        }
        if (n > h->p_filesz - (address - h->p_vaddr)) {
            break;
        }
        if (h->p_offset > UINT64_MAX - (address - h->p_vaddr)) {
            break;
        }
        return plugin_elf_read(e, h->p_offset + (address - h->p_vaddr), to, n, err);
    }
    return fail_damaged(e, "an address is in no segment", err);
}

static int32_t header_check(const struct plugin_elf *e, const Elf64_Ehdr *h,
                            struct ferry_error *err)
{
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != BYTE_ORDER_HERE ||
        (MACHINE != EM_NONE && h->e_machine != MACHINE)) {
        return plugin_fail(err, FERRY_E_UNSUPPORTED, e->path,
                           "made for another kind of machine (ELF machine %u, class %u; this ferry "
                           "is %u, class %u); build it for this one",
                           (unsigned)h->e_machine, (unsigned)h->e_ident[EI_CLASS],
                           (unsigned)MACHINE, (unsigned)ELFCLASS64);
    }
    if (h->e_type != ET_DYN) {
        return plugin_fail(err, FERRY_E_INPUT, e->path,
                           "an ELF file, but not a shared library (type %u); link it with -shared",
                           (unsigned)h->e_type);
    }
    if (h->e_ident[EI_VERSION] != EV_CURRENT || h->e_version != EV_CURRENT) {
        return fail_damaged(e, "an ELF version that does not exist", err);
    }
    if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0 ||
        h->e_phnum > PLUGIN_ELF_HEADERS) {
        return fail_damaged(e, "its program headers make no sense", err);
    }
    return FERRY_OK;
}

/* The dynamic loader maps segments without asking how long the file is, and dies of SIGBUS past its
 * end. */
static int32_t segments_check(const struct plugin_elf *e, struct ferry_error *err)
{
    for (uint32_t i = 0; i < e->n; i++) {
        const Elf64_Phdr *h = &e->headers[i];
        if (h->p_filesz > 0 && (h->p_offset > e->bytes || h->p_filesz > e->bytes - h->p_offset)) {
            return fail_short(e, h->p_offset, h->p_filesz, err);
        }
    }
    return FERRY_OK;
}

int32_t plugin_elf_open(struct plugin_elf *e, int fd, const char *path, struct ferry_error *err)
{
    Elf64_Ehdr h;
    struct stat st;
    int32_t rc;
    memset(e, 0, sizeof *e);
    e->fd = fd;
    e->path = path;
    if (fstat(fd, &st) < 0) {
        return plugin_fail(err, FERRY_E_IO, path, "cannot read: %s; check the disk",
                           strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return plugin_fail(err, FERRY_E_INPUT, path,
                           "not a regular file; put the file itself here");
    }
    e->bytes = (uint64_t)st.st_size;
    if (e->bytes < SELFMAG) {
        return plugin_fail(err, FERRY_E_INPUT, path,
                           "not an ELF file, only %llu bytes; link it with -shared",
                           (unsigned long long)e->bytes);
    }
    rc = plugin_elf_read(e, 0, h.e_ident, SELFMAG, err);
    if (!rc && memcmp(h.e_ident, ELFMAG, SELFMAG) != 0) {
        return plugin_fail(err, FERRY_E_INPUT, path, "not an ELF file; link it with -shared");
    }
    if (!rc) {
        rc = plugin_elf_read(e, 0, &h, sizeof h, err);
    }
    if (!rc) {
        rc = header_check(e, &h, err);
    }
    if (!rc) {
        rc = plugin_elf_read(e, h.e_phoff, e->headers, h.e_phnum * sizeof(Elf64_Phdr), err);
    }
    if (rc) {
        return rc;
    }
    e->n = h.e_phnum;
    return segments_check(e, err);
}

/* Where the dynamic section says that symbols are. */
struct tables {
    uint64_t symbols, names, names_size, gnu_hash, hash;
};

static int32_t dynamic_read(const struct plugin_elf *e, const Elf64_Phdr *h, struct tables *t,
                            struct ferry_error *err)
{
    uint64_t n = h->p_filesz / sizeof(Elf64_Dyn);
    if (n > MAX_DYNAMIC) {
        return fail_damaged(e, "its dynamic section is too long", err);
    }
    for (uint64_t i = 0; i < n; i++) {
        Elf64_Dyn d;
        int32_t rc = plugin_elf_at(e, h->p_vaddr + i * sizeof d, &d, sizeof d, err);
        if (rc) {
            return rc;
        }
        switch (d.d_tag) {
        case DT_NULL:
            return FERRY_OK;
        case DT_SYMTAB:
            t->symbols = d.d_un.d_ptr;
            break;
        case DT_STRTAB:
            t->names = d.d_un.d_ptr;
            break;
        case DT_STRSZ:
            t->names_size = d.d_un.d_val;
            break;
        case DT_GNU_HASH:
            t->gnu_hash = d.d_un.d_ptr;
            break;
        case DT_HASH:
            t->hash = d.d_un.d_ptr;
            break;
        case DT_SYMENT:
            if (d.d_un.d_val != sizeof(Elf64_Sym)) {
                return fail_damaged(e, "its symbols have an unknown size", err);
            }
            break;
        default:
            break;
        }
    }
    return FERRY_OK;
}

static int32_t tables_find(const struct plugin_elf *e, struct tables *t, struct ferry_error *err)
{
    memset(t, 0, sizeof *t);
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->headers[i].p_type == PT_DYNAMIC) {
            int32_t rc = dynamic_read(e, &e->headers[i], t, err);
            if (rc) {
                return rc;
            }
        }
    }
    if (!t->symbols || !t->names || !(t->gnu_hash || t->hash)) {
        return fail_damaged(e, "it has no dynamic symbols", err);
    }
    return FERRY_OK;
}

/* What fn is called with, on the way from the hash tables. */
struct walk {
    const struct plugin_elf *e;
    const struct tables *t;
    plugin_symbol_fn *fn;
    void *data;
    uint32_t looked_at;
};

static int32_t name_read(const struct walk *w, uint32_t at, char name[MAX_SYMBOL_NAME],
                         struct ferry_error *err)
{
    uint64_t left = at < w->t->names_size ? w->t->names_size - at : 0;
    size_t n = left < MAX_SYMBOL_NAME - 1 ? (size_t)left : MAX_SYMBOL_NAME - 1;
    int32_t rc;
    if (n == 0) {
        return fail_damaged(w->e, "a symbol's name is outside the table of names", err);
    }
    rc = plugin_elf_at(w->e, w->t->names + at, name, n, err);
    name[n] = '\0';
    return rc;
}

static int32_t symbol_visit(struct walk *w, uint32_t index, struct ferry_error *err)
{
    Elf64_Sym s;
    char name[MAX_SYMBOL_NAME] = "";
    int32_t rc;
    if (w->looked_at++ >= MAX_SYMBOLS) {
        return fail_damaged(w->e, "it has too many dynamic symbols", err);
    }
    rc = plugin_elf_at(w->e, w->t->symbols + (uint64_t)index * sizeof s, &s, sizeof s, err);
    if (rc) {
        return rc;
    }
    if (s.st_shndx == SHN_UNDEF || ELF64_ST_BIND(s.st_info) == STB_LOCAL) {
        return FERRY_OK;
    }
    if (ELF64_ST_VISIBILITY(s.st_other) == STV_HIDDEN ||
        ELF64_ST_VISIBILITY(s.st_other) == STV_INTERNAL) {
        return FERRY_OK;
    }
    if (s.st_shndx == SHN_ABS && s.st_value == 0 && s.st_size == 0) {
        return FERRY_OK; /* the name of a version, such as FERRY_1 */
    }
    rc = name_read(w, s.st_name, name, err);
    return rc ? rc : w->fn(w->data, name, &s, err);
}

/* DT_GNU_HASH holds exactly what others can find: chains of symbols, the last of each with bit 0
 * set. */
static int32_t walk_gnu_hash(struct walk *w, struct ferry_error *err)
{
    struct {
        uint32_t buckets, first, bloom, shift;
    } h;
    uint64_t buckets_at, chains_at;
    int32_t rc = plugin_elf_at(w->e, w->t->gnu_hash, &h, sizeof h, err);
    if (rc) {
        return rc;
    }
    if (h.buckets > MAX_SYMBOLS || h.bloom > MAX_SYMBOLS) {
        return fail_damaged(w->e, "its table of symbols is too large", err);
    }
    buckets_at = w->t->gnu_hash + sizeof h + (uint64_t)h.bloom * 8;
    chains_at = buckets_at + (uint64_t)h.buckets * 4;
    for (uint32_t i = 0; i < h.buckets; i++) {
        uint32_t index, hash;
        rc = plugin_elf_at(w->e, buckets_at + (uint64_t)i * 4, &index, sizeof index, err);
        if (rc) {
            return rc;
        }
        if (index == 0) {
            continue;
        }
        if (index < h.first) {
            return fail_damaged(w->e, "its table of symbols makes no sense", err);
        }
        do {
            rc = symbol_visit(w, index, err);
            if (!rc) {
                rc = plugin_elf_at(w->e, chains_at + (uint64_t)(index - h.first) * 4, &hash,
                                   sizeof hash, err);
            }
            if (rc) {
                return rc;
            }
            index++;
        } while (!(hash & 1u));
    }
    return FERRY_OK;
}

static int32_t walk_hash(struct walk *w, struct ferry_error *err)
{
    uint32_t h[2]; /* buckets, chains: one a symbol */
    int32_t rc = plugin_elf_at(w->e, w->t->hash, h, sizeof h, err);
    for (uint32_t i = 1; !rc && i < h[1]; i++) {
        rc = symbol_visit(w, i, err);
    }
    return rc;
}

int32_t plugin_elf_exports(const struct plugin_elf *e, plugin_symbol_fn *fn, void *data,
                           struct ferry_error *err)
{
    struct tables t;
    struct walk w = {e, &t, fn, data, 0};
    int32_t rc = tables_find(e, &t, err);
    if (rc) {
        return rc;
    }
    return t.gnu_hash ? walk_gnu_hash(&w, err) : walk_hash(&w, err);
}
