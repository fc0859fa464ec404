/* SPDX-License-Identifier: MIT */
/*
 * late.h - libraries of the network, taken in when a command first needs them. With all that they stand on they are thirty files, and
 * most commands (`help`, `inspect`, an upload to a folder) never speak to anybody.
 *
 * A library's calls are one list, CALL(name) each, that declares the table and fills it; so a call that is used is one that was found.
 */
#ifndef HOST_LATE_H
#define HOST_LATE_H

#include <ferry/base.h>

struct late_call {
    const char *name;
    void *at; /* the pointer to a function that is to be filled */
};

struct late_library {
    const char *file;    /* its soname */
    const char *package; /* what to install where it is missing */
    const struct late_call *calls;
    uint32_t n_calls;
    int is_open; /* zero at first */
};

/*
 * Fills the table; nothing to do when it was filled before. E_UNSUPPORTED, with the loader's reason and the package, where the library
 * or a call of it is missing. It stays loaded until the process ends. Any thread; the table is whole when this has returned.
 */
int32_t late_open(struct late_library *library, struct ferry_error *err);

#endif
