/* SPDX-License-Identifier: MIT */
/* layout_data.c - structs of data, and the sizes they were first released with. Only compiled. */
#include "layout.h"

/* frozen for ever: the numbers of the first release */
IS(FIRST_ACTION, 48);
IS(FIRST_ASK, 88);
IS(FIRST_ATTACHMENT, 64);
IS(FIRST_BLOB, 32);
IS(FIRST_CALL, 88);
IS(FIRST_CASE, 112);
IS(FIRST_COMMAND, 56);
IS(FIRST_COMMAND_CALL, 64);
IS(FIRST_ERROR, 520);
IS(FIRST_FAILURE, 56);
IS(FIRST_FIELD, 32);
IS(FIRST_FOLDER, 40);
IS(FIRST_FOLLOW, 32);
IS(FIRST_FOUND, 88);
IS(FIRST_HOST, 40);
IS(FIRST_ITEM, 168);
IS(FIRST_MESSAGE, 80);
IS(FIRST_NOTE, 40);
IS(FIRST_NOTICE, 56);
IS(FIRST_OP, 104);
IS(FIRST_OPTION, 64);
IS(FIRST_OUTCOME, 96);
IS(FIRST_PLAN_CALL, 152);
IS(FIRST_PLUGIN, 64);
IS(FIRST_REF, 64);
IS(FIRST_RESULT, 336);
IS(FIRST_RUN, 104);
IS(FIRST_SERVICE_CALL, 40);
IS(FIRST_STEP, 104);
IS(FIRST_SUITE, 120);
IS(FIRST_TASK, 144);
IS(FIRST_TRAITS, 64);
IS(FIRST_VERDICT, 32);
IS(FERRY_ABI_MAJOR, 1u);

#define NOT_SMALLER(NAME, name, bytes)                                                             \
    _Static_assert(sizeof(struct ferry_##name) >= (bytes), "struct ferry_" #name " shrank");       \
    _Static_assert(offsetof(struct ferry_##name, size) == 0, "ferry_" #name ".size is not first"); \
    _Static_assert(_Generic(((struct ferry_##name *)0)->size, uint32_t : 1, default : 0),          \
                   "ferry_" #name ".size is no uint32_t");
ABI_FIRST_SIZE_MAP(NOT_SMALLER)

SIZE(str, 16);
AT(str, ptr, 0);
AT(str, len, 8);

SIZE(kv, 32);
AT(kv, key, 0);
AT(kv, value, 16);

SIZE(error, 520);
AT(error, size, 0);
AT(error, status, 4);
AT(error, where, 8);
AT(error, message, 72);

SIZE(ref, 64);
AT(ref, size, 0);
AT(ref, role, 4);
AT(ref, noun, 8);
AT(ref, flags, 12);
AT(ref, key, 16);
AT(ref, id, 32);
AT(ref, extra, 48);
AT(ref, n_extra, 56);
AT(ref, reserved, 60);

SIZE(blob, 32);
AT(blob, size, 0);
AT(blob, reserved, 4);
AT(blob, digest, 8);
AT(blob, bytes, 24);

SIZE(attachment, 64);
AT(attachment, size, 0);
AT(attachment, reserved, 4);
AT(attachment, name, 8);
AT(attachment, mime, 24);
AT(attachment, path, 40);
AT(attachment, blob, 56);

SIZE(step, 104);
AT(step, size, 0);
AT(step, status, 4);
AT(step, action, 8);
AT(step, expected, 24);
AT(step, data, 40);
AT(step, comment, 56);
AT(step, duration_us, 72);
AT(step, attachments, 80);
AT(step, steps, 88);
AT(step, n_attachments, 96);
AT(step, n_steps, 100);

SIZE(failure, 56);
AT(failure, size, 0);
AT(failure, status, 4);
AT(failure, message, 8);
AT(failure, type, 24);
AT(failure, details, 40);

SIZE(field, 32);
AT(field, size, 0);
AT(field, entity, 4);
AT(field, type, 8);
AT(field, required, 24);
AT(field, reserved, 28);

SIZE(case, 112);
AT(case, size, 0);
AT(case, reserved, 4);
AT(case, title, 8);
AT(case, description, 24);
AT(case, precondition, 40);
AT(case, signature, 56);
AT(case, steps, 72);
AT(case, fields, 80);
AT(case, tags, 88);
AT(case, n_steps, 96);
AT(case, n_fields, 100);
AT(case, n_tags, 104);
AT(case, reserved2, 108);

SIZE(run, 104);
AT(run, size, 0);
AT(run, has, 4);
AT(run, state, 8);
AT(run, reserved, 12);
AT(run, title, 16);
AT(run, description, 32);
AT(run, status_text, 48);
AT(run, start_ms, 64);
AT(run, end_ms, 72);
AT(run, fields, 80);
AT(run, tags, 88);
AT(run, n_fields, 96);
AT(run, n_tags, 100);

SIZE(result, 336);
AT(result, size, 0);
AT(result, has, 4);
AT(result, status, 8);
AT(result, flags, 12);
AT(result, attempt, 16);
AT(result, line, 20);
AT(result, status_text, 24);
AT(result, suite, 40);
AT(result, class_name, 56);
AT(result, name, 72);
AT(result, signature, 88);
AT(result, file, 104);
AT(result, message, 120);
AT(result, type, 136);
AT(result, details, 152);
AT(result, out, 168);
AT(result, err, 184);
AT(result, details_blob, 200);
AT(result, out_blob, 208);
AT(result, err_blob, 216);
AT(result, start_ms, 224);
AT(result, duration_us, 232);
AT(result, case_ids, 240);
AT(result, parameters, 248);
AT(result, properties, 256);
AT(result, fields, 264);
AT(result, tags, 272);
AT(result, failures, 280);
AT(result, attachments, 288);
AT(result, steps, 296);
AT(result, n_case_ids, 304);
AT(result, n_parameters, 308);
AT(result, n_properties, 312);
AT(result, n_fields, 316);
AT(result, n_tags, 320);
AT(result, n_failures, 324);
AT(result, n_attachments, 328);
AT(result, n_steps, 332);

SIZE(folder, 40);
AT(folder, size, 0);
AT(folder, reserved, 4);
AT(folder, name, 8);
AT(folder, description, 24);

SIZE(suite, 120);
AT(suite, size, 0);
AT(suite, has, 4);
AT(suite, path, 8);
AT(suite, host, 24);
AT(suite, out, 40);
AT(suite, err, 56);
AT(suite, out_blob, 72);
AT(suite, err_blob, 80);
AT(suite, start_ms, 88);
AT(suite, duration_us, 96);
AT(suite, properties, 104);
AT(suite, n_properties, 112);
AT(suite, flags, 116);

SIZE(item, 168);
AT(item, size, 0);
AT(item, noun, 4);
AT(item, source_id, 8);
AT(item, id, 24);
AT(item, key, 40);
AT(item, marker, 56);
AT(item, name, 72);
AT(item, refs, 88);
AT(item, extra, 96);
AT(item, n_refs, 104);
AT(item, n_extra, 108);
AT(item, test_case, 112);
AT(item, run, 120);
AT(item, result, 128);
AT(item, attachment, 136);
AT(item, folder, 144);
AT(item, suite, 152);
AT(item, field, 160);

SIZE(message, 80);
AT(message, size, 0);
AT(message, status, 4);
AT(message, method, 8);
AT(message, target, 24);
AT(message, headers, 40);
AT(message, n_headers, 48);
AT(message, reserved, 52);
AT(message, body, 56);
AT(message, blob, 72);

SIZE(note, 40);
AT(note, size, 0);
AT(note, kind, 4);
AT(note, field, 8);
AT(note, text, 24);

SIZE(host, 40);
AT(host, size, 0);
AT(host, level, 4);
AT(host, self, 8);
AT(host, version, 16);
CALL(host, query, 32, const void *, (void *self, const char *id));

SIZE(value, 40);
AT(value, type, 0);
AT(value, reserved, 4);
AT(value, i, 8);
AT(value, d, 16);
AT(value, s, 24);

SIZE(option, 64);
AT(option, size, 0);
AT(option, type, 4);
AT(option, flags, 8);
AT(option, reserved, 12);
AT(option, name, 16);
AT(option, def, 24);
AT(option, help, 32);
AT(option, value, 40);
AT(option, choices, 48);
AT(option, variables, 56);

SIZE(plugin, 64);
AT(plugin, size, 0);
AT(plugin, abi_major, 4);
AT(plugin, level, 8);
AT(plugin, reserved, 12);
AT(plugin, id, 16);
AT(plugin, name, 24);
AT(plugin, version, 32);
AT(plugin, license, 40);
AT(plugin, options, 48);
CALL(plugin, query, 56, const void *, (const char *interface_id));

SIZE(note_desc, 40);
AT(note_desc, major, 0);
AT(note_desc, level, 4);
AT(note_desc, id, 8);

SIZE(command_call, 64);
AT(command_call, size, 0);
AT(command_call, n_options, 4);
AT(command_call, options, 8);
AT(command_call, args, 16);
AT(command_call, n_args, 24);
AT(command_call, reserved, 28);
AT(command_call, project, 32);
AT(command_call, host, 48);
AT(command_call, io, 56);

SIZE(command, 56);
AT(command, size, 0);
AT(command, min_args, 4);
AT(command, max_args, 8);
AT(command, reserved, 12);
AT(command, name, 16);
AT(command, summary, 24);
AT(command, usage, 32);
AT(command, options, 40);
CALL(command, run, 48, int32_t, (const struct ferry_command_call *call, struct ferry_error *err));

SIZE(task, 144);
AT(task, size, 0);
AT(task, state, 4);
AT(task, slice, 8);
AT(task, items, 12);
AT(task, done, 16);
AT(task, rejected, 20);
AT(task, attempts, 24);
AT(task, kind, 28);
AT(task, retried, 32);
AT(task, reserved, 36);
AT(task, request, 40);
AT(task, created_ms, 48);
AT(task, ended_ms, 56);
AT(task, token, 64);
AT(task, text, 80);
AT(task, project, 96);
AT(task, run_key, 112);
AT(task, run_title, 128);

SIZE(traits, 72);
AT(traits, size, 0);
AT(traits, effect, 4);
AT(traits, flags, 8);
AT(traits, max_items, 12);
AT(traits, scope, 16);
AT(traits, max_in_flight, 20);
AT(traits, max_bytes, 24);
AT(traits, max_answer, 32);
AT(traits, settle_ms, 40);
AT(traits, name, 48);
AT(traits, a_second, 64);
AT(traits, reserved, 68);

SIZE(call, 88);
AT(call, size, 0);
AT(call, reserved, 4);
AT(call, project, 8);
AT(call, key_field, 24);
AT(call, options, 40);
AT(call, facts, 48);
AT(call, session, 56);
AT(call, n_options, 64);
AT(call, n_facts, 68);
AT(call, n_session, 72);
AT(call, max_items, 76);
AT(call, max_bytes, 80);

SIZE(op, 104);
AT(op, size, 0);
AT(op, kind, 4);
AT(op, edition, 8);
AT(op, reserved, 12);
AT(op, wire_id, 16);
AT(op, marker, 32);
AT(op, id, 48);
AT(op, extra, 64);
AT(op, n_extra, 72);
AT(op, reserved2, 76);
AT(op, state, 80);
AT(op, item, 96);

SIZE(ask, 88);
AT(ask, size, 0);
AT(ask, what, 4);
AT(ask, noun, 8);
AT(ask, n_filters, 12);
AT(ask, filters, 16);
AT(ask, cursor, 24);
AT(ask, name, 40);
AT(ask, token, 56);
AT(ask, ops, 72);
AT(ask, n_ops, 80);
AT(ask, reserved, 84);

SIZE(page, 56);
AT(page, size, 0);
AT(page, n_ids, 4);
AT(page, ids, 8);
AT(page, joins, 16);
AT(page, leads, 32);
AT(page, total, 48);

SIZE(verdict, 40);
AT(verdict, size, 0);
AT(verdict, code, 4);
AT(verdict, retry_ms, 8);
AT(verdict, text, 16);
AT(verdict, page, 32);

SIZE(outcome, 96);
AT(outcome, size, 0);
AT(outcome, code, 4);
AT(outcome, id, 8);
AT(outcome, url, 24);
AT(outcome, token, 40);
AT(outcome, text, 56);
AT(outcome, retry_ms, 72);
AT(outcome, extra, 80);
AT(outcome, n_extra, 88);
AT(outcome, reserved, 92);

SIZE(follow, 32);
AT(follow, size, 0);
AT(follow, kind, 4);
AT(follow, flags, 8);
AT(follow, reserved, 12);
AT(follow, state, 16);

SIZE(found, 88);
AT(found, size, 0);
AT(found, state, 4);
AT(found, count, 8);
AT(found, near, 12);
AT(found, id, 16);
AT(found, key, 32);
AT(found, name, 48);
AT(found, ids, 64);
AT(found, item, 80);

SIZE(action, 48);
AT(action, size, 0);
AT(action, kind, 4);
AT(action, key, 8);
AT(action, item, 24);
AT(action, refs, 32);
AT(action, n_refs, 40);
AT(action, reserved, 44);

SIZE(plan_call, 152);
AT(plan_call, size, 0);
AT(plan_call, n_options, 4);
AT(plan_call, options, 8);
AT(plan_call, source, 16);
AT(plan_call, destination, 32);
AT(plan_call, source_project, 48);
AT(plan_call, run_key, 64);
AT(plan_call, run_marker, 80);
AT(plan_call, run_id, 96);
AT(plan_call, run_title, 112);
AT(plan_call, flags, 128);
AT(plan_call, reserved, 132);
AT(plan_call, self, 136);
CALL(plan_call, describe, 144, int32_t, (void *self, uint32_t kind, struct ferry_traits *traits));

SIZE(notice, 56);
AT(notice, size, 0);
AT(notice, flags, 4);
AT(notice, line, 8);
AT(notice, column, 16);
AT(notice, code, 24);
AT(notice, text, 40);

SIZE(event, 64);
AT(event, size, 0);
AT(event, what, 4);
AT(event, project, 8);
AT(event, run, 24);
AT(event, name, 40);
AT(event, at_ms, 56);

SIZE(service_call, 40);
AT(service_call, size, 0);
AT(service_call, n_options, 4);
AT(service_call, options, 8);
AT(service_call, host, 16);
AT(service_call, now_ms, 24);
AT(service_call, serial, 32);

#ifdef FERRY_LAYOUT_MUST_FAIL /* proves that a moved member is noticed */
AT(str, len, 0);
#endif
