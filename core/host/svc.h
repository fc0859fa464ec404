/* SPDX-License-Identifier: MIT */
/*
 * svc.h - the services that a ferry.service/1 is handed, one file each. Between service_state.c
 * and them; the plugin sees the tables only.
 */
#ifndef HOST_SVC_H
#define HOST_SVC_H

#include "spool.h"

#include <db.h>
#include <ferry/host.h>

/*
 * svc_sql.c: ferry.host.sql/1 over a db. The db is open and in a transaction while the service
 * runs.
 */
struct svc_sql;
int32_t svc_sql_create(struct svc_sql **out, struct db *db, struct ferry_error *err);
void svc_sql_destroy(struct svc_sql *s); /* before db_close; accepts NULL */
const struct ferry_sql *svc_sql_table(const struct svc_sql *s);

/* svc_blob.c: ferry.host.blob/1 over a spool. */
struct svc_blob {
    struct ferry_blobs table;
    struct spool *blobs; /* where bytes are kept */
    struct spool *from;  /* where the blob of the request in hand is; may be NULL */
};
void svc_blob_init(struct svc_blob *b, struct spool *blobs);

#endif
