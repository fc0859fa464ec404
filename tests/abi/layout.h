/* SPDX-License-Identifier: MIT */
/*
 * layout.h - what layout_*.c assert with. Offsets and signatures of what was released never change;
 * where a struct grows at its end, its SIZE changes here, new rows are added, and nothing else.
 */
#ifndef TESTS_ABI_LAYOUT_H
#define TESTS_ABI_LAYOUT_H

#include <abi_sizes.h>
#include <ferry/ferry.h>

_Static_assert(sizeof(void *) == 8, "the numbers here are those of machines with 64-bit pointers");

#define SIZE(type, bytes)                                                                          \
    _Static_assert(sizeof(struct ferry_##type) == (bytes), "struct ferry_" #type " changed size")
#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(struct ferry_##type, member) == (offset),                              \
                   "ferry_" #type "." #member " moved")
/* A function pointer: where it is and what it takes. */
#define CALL(type, member, offset, ret, args)                                                      \
    AT(type, member, offset);                                                                      \
    _Static_assert(_Generic(((struct ferry_##type *)0)->member, ret(*) args : 1, default : 0),     \
                   "ferry_" #type "." #member " has another signature")
#define IS(name, number) _Static_assert((name) == (number), #name " changed its number")

#endif
