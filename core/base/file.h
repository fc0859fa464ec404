/* SPDX-License-Identifier: MIT */
/* file.h - whole files and folders, with errors that name the path, the cause and the cure. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "buf.h"

/*
 * E_NO_MEMORY or E_IO for an errno that speaks of this machine (memory, descriptors, disk), `otherwise` for one that speaks
 * of the path.
 */
int32_t file_status(int number, int32_t otherwise);
/* "PATH: DOING: cause; cure" for an errno; E_IO, or E_NO_MEMORY. */
int32_t file_fail(struct ferry_error *err, const char *path, const char *doing, int number);

/* Appends the whole regular file; E_TOO_LARGE past the buffer's maximum, E_IO with the reason, and errno for file_status(). */
int32_t file_read(const char *path, struct buf *out, struct ferry_error *err);
/* Same, from an open descriptor (which stays open). `name` for messages. */
int32_t file_read_fd(int fd, const char *name, struct buf *out, struct ferry_error *err);
/* All or nothing: a temporary file beside it, fsync, rename, fsync of the folder. */
int32_t file_write(const char *path, struct ferry_str bytes, unsigned mode,
                   struct ferry_error *err);
/* The same for a file that is not there yet; E_STATE where it is, which then stays as it was. */
int32_t file_create(const char *path, struct ferry_str bytes, unsigned mode,
                    struct ferry_error *err);
/*
 * For what may never end or never begin: opens without waiting for the writer of a pipe, -1 and errno; and reads as read() does, once
 * there is something or the end. -1 with EINTR: *interrupted was set (seen within 100 ms; may be NULL).
 */
int file_open_stream(const char *path);
int64_t fd_read_stream(int fd, void *bytes, size_t n, const volatile int *interrupted);
/* Writes all of it, over EINTR and short writes. */
int32_t fd_write(int fd, const char *name, struct ferry_str bytes, struct ferry_error *err);
/* mkdir -p; an existing folder is fine. */
int32_t file_mkdirs(const char *path, unsigned mode, struct ferry_error *err);
int32_t file_sync_folder(const char *path, struct ferry_error *err);

/* "a" + "b" -> "a/b" appended to an empty buf; an absolute b replaces a. */
void path_join(struct buf *out, const char *a, const char *b);
/* The same into a buf in use, whose text is given up; E_NO_MEMORY with err filled. */
int32_t path_below(struct buf *out, const char *a, const char *b, struct ferry_error *err);
/* The text after the last '/', and the length of what stands before it (0 where none). */
const char *path_base(const char *path);
size_t path_folder_len(const char *path);

/* Removes a folder and all below it, without following links; what cannot be removed is left. */
void file_remove_tree(const char *folder);

#endif
