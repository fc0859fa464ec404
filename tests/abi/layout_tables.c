/* SPDX-License-Identifier: MIT */
/* layout_tables.c - tables of functions: frozen, both where and what. Only compiled. */
#include "layout.h"

SIZE(out, 104);
AT(out, self, 0);
CALL(out, start, 8, int32_t, (void *self, struct ferry_str method, struct ferry_str target));
CALL(out, status, 16, int32_t, (void *self, uint32_t status));
CALL(out, header, 24, int32_t, (void *self, struct ferry_str name));
CALL(out, body, 32, int32_t, (void *self));
CALL(out, text, 40, int32_t, (void *self, struct ferry_str bytes));
CALL(out, secret, 48, int32_t, (void *self, struct ferry_str name, uint32_t encoding));
CALL(out, blob, 56, int32_t, (void *self, struct ferry_str digest, uint64_t offset, uint64_t len));
CALL(out, size, 64, uint64_t, (void *self));
CALL(out, cut, 72, int32_t, (void *self, uint64_t size));
CALL(out, spool, 80, int32_t, (void *self, uint64_t max));
CALL(out, note, 88, int32_t, (void *self, uint32_t index, const struct ferry_note *note));
CALL(out, need, 96, int32_t, (void *self, struct ferry_str fact));

SIZE(log, 24);
AT(log, self, 0);
CALL(log, enabled, 8, int32_t, (void *self, uint32_t level));
CALL(log, write, 16, void, (void *self, uint32_t level, struct ferry_str message));

SIZE(config, 16);
AT(config, self, 0);
CALL(config, get, 8, struct ferry_str, (void *self, struct ferry_str name));

SIZE(sql, 16);
AT(sql, self, 0);
CALL(sql, run, 8, int32_t,
     (void *self, struct ferry_str sql, const struct ferry_value *args, uint32_t n,
      ferry_row_fn *row, void *data, struct ferry_error *err));

SIZE(blobs, 24);
AT(blobs, self, 0);
CALL(blobs, read, 8, int64_t,
     (void *self, struct ferry_str digest, uint64_t offset, void *buf, uint64_t n));
CALL(blobs, keep, 16, int32_t,
     (void *self, const struct ferry_message *from, uint64_t offset, uint64_t n, char digest[72],
      struct ferry_error *err));

SIZE(progress, 32);
AT(progress, self, 0);
CALL(progress, phase, 8, void, (void *self, struct ferry_str name, uint64_t total));
CALL(progress, step, 16, void, (void *self, uint64_t n));
CALL(progress, cancelled, 24, int32_t, (void *self));

SIZE(clock, 24);
AT(clock, self, 0);
CALL(clock, now_ms, 8, int64_t, (void *self));
CALL(clock, mono_us, 16, int64_t, (void *self));

SIZE(tasks, 24);
AT(tasks, self, 0);
CALL(tasks, each, 8, int32_t, (void *self, ferry_task_fn *fn, void *data, struct ferry_error *err));
CALL(tasks, retry, 16, int32_t,
     (void *self, const struct ferry_str *tasks, uint32_t n_tasks, uint32_t flags, uint64_t *n,
      struct ferry_error *err));

SIZE(command_io, 24);
AT(command_io, self, 0);
CALL(command_io, out, 8, int32_t, (void *self, struct ferry_str bytes));
CALL(command_io, send, 16, int32_t,
     (void *self, const struct ferry_message *request, ferry_answer_fn *answer, void *data,
      struct ferry_error *err));

SIZE(commands, 8);
AT(commands, list, 0);

SIZE(reply, 72);
AT(reply, self, 0);
CALL(reply, verdict, 8, int32_t, (void *self, const struct ferry_verdict *verdict));
CALL(reply, outcome, 16, int32_t,
     (void *self, uint32_t index, const struct ferry_outcome *outcome));
CALL(reply, follow, 24, int32_t, (void *self, uint32_t index, const struct ferry_follow *follow));
CALL(reply, note, 32, int32_t, (void *self, uint32_t index, const struct ferry_note *note));
CALL(reply, item, 40, int32_t, (void *self, const struct ferry_item *item));
CALL(reply, next, 48, int32_t, (void *self, struct ferry_str cursor));
CALL(reply, fact, 56, int32_t, (void *self, struct ferry_str name, struct ferry_str value));
CALL(reply, keep, 64, int32_t, (void *self, struct ferry_str name, struct ferry_str value));

SIZE(asks, 24);
AT(asks, self, 0);
CALL(asks, add, 8, int32_t, (void *self, const struct ferry_ask *ask));
CALL(asks, need, 16, int32_t, (void *self, struct ferry_str fact));

SIZE(tracker, 80);
CALL(tracker, describe, 0, int32_t,
     (const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits));
CALL(tracker, encode, 8, int32_t,
     (const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err));
CALL(tracker, decode, 16, int32_t,
     (const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
      const struct ferry_message *answer, const struct ferry_reply *reply,
      struct ferry_error *err));
CALL(tracker, find, 24, int32_t,
     (const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
      const struct ferry_asks *asks, struct ferry_error *err));
CALL(tracker, ask, 32, int32_t,
     (const struct ferry_call *call, const struct ferry_ask *ask, const struct ferry_out *out,
      struct ferry_error *err));
CALL(tracker, answer, 40, int32_t,
     (const struct ferry_call *call, const struct ferry_ask *ask,
      const struct ferry_message *answer, const struct ferry_reply *reply,
      struct ferry_error *err));
CALL(tracker, dress, 48, int32_t,
     (const struct ferry_call *call, const struct ferry_out *out, struct ferry_error *err));
CALL(tracker, sign_in, 56, int32_t,
     (const struct ferry_call *call, const struct ferry_out *out, struct ferry_error *err));
CALL(tracker, keep, 64, int32_t,
     (const struct ferry_call *call, const struct ferry_message *answer,
      const struct ferry_reply *reply, struct ferry_error *err));
CALL(tracker, sign_out, 72, int32_t,
     (const struct ferry_call *call, const struct ferry_out *out, struct ferry_error *err));

SIZE(desk, 40);
AT(desk, self, 0);
CALL(desk, lookup, 8, int32_t,
     (void *self, uint32_t side, uint32_t noun, struct ferry_str by, struct ferry_str value,
      struct ferry_found *found));
CALL(desk, want, 16, int32_t, (void *self, const struct ferry_action *action));
CALL(desk, skip, 24, int32_t, (void *self, struct ferry_str reason, struct ferry_str detail));
CALL(desk, note, 32, int32_t, (void *self, const struct ferry_note *note));

SIZE(planner, 8);
CALL(planner, plan, 0, int32_t,
     (const struct ferry_plan_call *call, const struct ferry_item *item,
      const struct ferry_desk *desk, struct ferry_error *err));

SIZE(sink, 32);
AT(sink, self, 0);
CALL(sink, item, 8, int32_t, (void *self, const struct ferry_item *item));
CALL(sink, text, 16, int64_t, (void *self, int64_t number, struct ferry_str piece));
CALL(sink, notice, 24, int32_t, (void *self, const struct ferry_notice *notice));

SIZE(reader, 48);
AT(reader, globs, 0);
CALL(reader, sniff, 8, int32_t, (struct ferry_str head, struct ferry_str name));
CALL(reader, begin, 16, int32_t,
     (const struct ferry_host *host, const struct ferry_kv *options, uint32_t n_options,
      const struct ferry_sink *sink, struct ferry_parse **parse, struct ferry_error *err));
CALL(reader, feed, 24, int32_t,
     (struct ferry_parse * parse, struct ferry_str bytes, struct ferry_error *err));
CALL(reader, end, 32, int32_t, (struct ferry_parse * parse, struct ferry_error *err));
CALL(reader, abort, 40, void, (struct ferry_parse * parse));

SIZE(events, 16);
AT(events, self, 0);
CALL(events, event, 8, int32_t, (void *self, const struct ferry_event *event));

SIZE(hook, 24);
AT(hook, header, 0);
AT(hook, secret, 8);
CALL(hook, read, 16, int32_t,
     (const struct ferry_message *delivery, const struct ferry_events *events,
      struct ferry_error *err));

SIZE(service, 32);
AT(service, schema, 0);
CALL(service, seed, 8, int32_t, (const struct ferry_service_call *call, struct ferry_error *err));
CALL(service, handle, 16, int32_t,
     (const struct ferry_service_call *call, const struct ferry_message *request,
      const struct ferry_out *out, struct ferry_error *err));
CALL(service, dump, 24, int32_t,
     (const struct ferry_service_call *call, const struct ferry_out *out, struct ferry_error *err));

#ifdef FERRY_LAYOUT_MUST_FAIL /* proves that another signature is noticed */
CALL(reader, sniff, 8, int32_t, (struct ferry_str head, const char *name));
#endif
