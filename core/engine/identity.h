/* SPDX-License-Identifier: MIT */
/*
 * identity.h - who is who. The same thing gets the same name on every machine, in every order of reading, after every crash; so what
 * these functions hash is frozen.
 */
#ifndef ENGINE_IDENTITY_H
#define ENGINE_IDENTITY_H

#include <ferry/model.h>
#include <hash.h>

/* A set of input digests (32 bytes each), in any order, and what the CI says of the job (may be absent) -> run key. `digests` is sorted. */
void identity_run_key(unsigned char (*digests)[32], size_t n, struct ferry_str ci_job,
                      char out[UUID_TEXT]);

/* What a run with this key is called where a key would be no fit name: UUIDv5 of the key. */
void identity_job(struct ferry_str run_key, char out[UUID_TEXT]);

/* Which test it is, whatever became of it: suite path, class, name, parameters, part. */
void identity_of(const struct ferry_result *r, struct ferry_str part, unsigned char out[16]);
/* Which execution of it: status, start, duration, message. */
void identity_digest(const struct ferry_result *r, unsigned char out[16]);
/* Source id = UUIDv5(run key, identity, digest, k among identical twins of its file). */
void identity_source(struct ferry_str run_key, const unsigned char ident[16],
                     const unsigned char digest[16], uint32_t k, unsigned char out[16]);
/* Source id of what was read back from a tracker: its own id there. */
void identity_readback(struct ferry_str run_key, struct ferry_str source, struct ferry_str id,
                       unsigned char out[16]);
/* Wire id = UUIDv5(key of the operation, account, project, remote run). The key is the source id; "id#case" where one item makes several results. */
void identity_wire(struct ferry_str op_key, struct ferry_str account, struct ferry_str project,
                   struct ferry_str remote_run, char out[UUID_TEXT]);
/*
 * How a result came to be: read from a report, or read back from a tracker. One bit of source ids says it, and wire ids inherit it. Two results that
 * came the same way are the same one only where their ids are equal, for these are made of nothing but what they are; only of two that came
 * different ways has their likeness to decide.
 */
enum identity_way { WAY_UNKNOWN = -1, WAY_REPORT = 0, WAY_READ_BACK = 1 };
enum identity_way
identity_way(struct ferry_str id); /* of a source id, a wire id, the key of an operation */
/*
 * For results that are not known by id: key or case, status, duration in ms, message. A "[Mirrored from X] " before the message does not
 * count, nor does what trackers cannot tell apart: no duration and none at all, not run and skipped.
 */
void identity_likeness(struct ferry_str key_or_case, const struct ferry_result *r,
                       unsigned char out[16]);

#endif
