/* SPDX-License-Identifier: MIT */
/* serve_uploads.h - uploads that `ferry serve` is asked for: serve_uploads.c answers, serve_jobs.c takes up what is queued. */
#ifndef CMD_SERVE_UPLOADS_H
#define CMD_SERVE_UPLOADS_H

#include "serve.h"

#include <jobs.h>
#include <journal.h>

/* The token of serve.upload_token_file, where one is set. */
int32_t serve_read_token(struct serve *s, struct ferry_error *err);
/* 1: it was about uploads, and is answered. */
int serve_uploads(struct serve *s, const struct ferry_message *m, struct request *answer);
/* A listener_admit_fn over a struct serve. */
uint64_t serve_admit(void *self, const struct ferry_message *head);

/* Uploads what a job asks for, and settles it. */
int32_t serve_take_job(struct serve *s, struct db *db, struct job *job, const struct buf *call,
                       struct ferry_error *err);

/* serve.c: whether trying again later may help, and how long to wait before. */
int serve_may_get_better(int code);
int64_t serve_wait_before(const struct serve *s, int64_t tries);

#endif
