/* SPDX-License-Identifier: MIT */
/*
 * abi_sizes.h - how large each growing struct of the ABI was when it was first released. These
 * numbers never change: a struct that says less than its first size is broken, one that says less
 * than today's is merely older, and its missing fields are absent. Whoever takes a growing struct
 * from a plugin compares with these, never with sizeof.
 */
#ifndef HOST_ABI_SIZES_H
#define HOST_ABI_SIZES_H

/* struct ferry_<name>: bytes at its first level, on machines with 64-bit pointers. */
#define ABI_FIRST_SIZE_MAP(XX)                                                                     \
    XX(ACTION, action, 48)                                                                         \
    XX(ASK, ask, 88)                                                                               \
    XX(ATTACHMENT, attachment, 64)                                                                 \
    XX(BLOB, blob, 32)                                                                             \
    XX(CALL, call, 88)                                                                             \
    XX(CASE, case, 112)                                                                            \
    XX(COMMAND, command, 56)                                                                       \
    XX(COMMAND_CALL, command_call, 64)                                                             \
    XX(ERROR, error, 520)                                                                          \
    XX(EVENT, event, 64)                                                                           \
    XX(FAILURE, failure, 56)                                                                       \
    XX(FIELD, field, 32)                                                                           \
    XX(FOLDER, folder, 40)                                                                         \
    XX(FOLLOW, follow, 32)                                                                         \
    XX(FOUND, found, 88)                                                                           \
    XX(HOST, host, 40)                                                                             \
    XX(ITEM, item, 168)                                                                            \
    XX(MESSAGE, message, 80)                                                                       \
    XX(NOTE, note, 40)                                                                             \
    XX(NOTICE, notice, 56)                                                                         \
    XX(OP, op, 104)                                                                                \
    XX(OPTION, option, 64)                                                                         \
    XX(OUTCOME, outcome, 96)                                                                       \
    XX(PLAN_CALL, plan_call, 152)                                                                  \
    XX(PLUGIN, plugin, 64)                                                                         \
    XX(REF, ref, 64)                                                                               \
    XX(RESULT, result, 336)                                                                        \
    XX(RUN, run, 104)                                                                              \
    XX(SERVICE_CALL, service_call, 40)                                                             \
    XX(STEP, step, 104)                                                                            \
    XX(SUITE, suite, 120)                                                                          \
    XX(TASK, task, 144)                                                                            \
    XX(TRAITS, traits, 64)                                                                         \
    XX(VERDICT, verdict, 32)

#define ABI_FIRST_SIZE_ENUM_(NAME, name, bytes) FIRST_##NAME = (bytes),
enum { ABI_FIRST_SIZE_MAP(ABI_FIRST_SIZE_ENUM_) FIRST_SIZE_END_ };

#endif
