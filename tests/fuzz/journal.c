/* SPDX-License-Identifier: MIT */
/*
 * journal - a journal whose rows somebody else has written. An input is parts with a line "%%" between them: "TABLE COLUMN ROW TYPE",
 * then the value (TYPE i, t, b or n; ROW 0: all). Then ferry goes on with what is open, twice: it ends, with a message where
 * it cannot, and the journal is still a database.
 */
#include "fuzz.h"
#include "fuzz_journal.h"

enum { PARTS = 8 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_journal_make();
    return 0;
}

static int is_name(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || s.ptr[i] == '_')) {
            return 0;
        }
    }
    return s.len > 0 && s.len < 32;
}

/* What the schema does not allow, and what is no table of it, changes nothing. */
static void change(struct db *db, struct ferry_str part)
{
    struct ferry_str line, word[4] = {{NULL, 0}};
    char sql[200];
    int64_t row = 0, number = 0;
    str_split(&part, '\n', &line);
    for (int i = 0; i < 4; i++) {
        str_split(&line, ' ', &word[i]);
    }
    if (!is_name(word[0]) || !is_name(word[1]) || !str_int64(word[2], &row) || word[3].len != 1) {
        return;
    }
    snprintf(sql, sizeof sql, "UPDATE \"%.*s\" SET \"%.*s\" = ?2 WHERE ?1 = 0 OR rowid = ?1",
             STR_ARG(word[0]), STR_ARG(word[1]));
    switch (word[3].ptr[0]) {
    case 'i':
        str_int64(str_trim(part), &number);
        db_run(db, NULL, sql, "ii", row, number);
        break;
    case 't':
        db_run(db, NULL, sql, "is", row, part.ptr ? part : FERRY_LIT(""));
        break;
    case 'b':
        db_run(db, NULL, sql, "ib", row, part.ptr ? part : FERRY_LIT(""));
        break;
    default:
        db_run(db, NULL, sql, "in", row);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str rest = {(const char *)data, size}, part;
    struct ferry_error err = {.size = sizeof err};
    struct engine e;
    fuzz_journal_restore();
    fuzz_claim(fuzz_journal_open(&e, &err) == FERRY_OK, "%s", err.message);
    db_script(e.journal.db, "PRAGMA foreign_keys = OFF", NULL);
    for (int i = 0; i < PARTS && fuzz_part(&rest, &part); i++) {
        change(e.journal.db, part);
    }
    db_script(e.journal.db, "PRAGMA foreign_keys = ON", NULL);
    fuzz_journal_use(&e);
    engine_close(&e);
    fuzz_claim(fuzz_journal_open(&e, &err) == FERRY_OK, "not a journal any more: %s", err.message);
    fuzz_journal_use(&e);
    engine_close(&e);
    return 0;
}
