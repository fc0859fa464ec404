/* SPDX-License-Identifier: MIT */
/*
 * journal_file - a file in the place of the journal: whatever its bytes are, it is opened or refused with a message that names it,
 * and what can be opened can be worked on to an end.
 */
#include "fuzz.h"
#include "fuzz_journal.h"

#include <rig.h>
#include <sys/stat.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_journal_make();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_error err = {.size = sizeof err};
    struct engine e;
    folder_remove("state");
    fuzz_claim(mkdir("state", 0700) == 0, "no folder");
    fuzz_file("state/journal.db", (struct ferry_str){(const char *)data, size});
    int32_t rc = fuzz_journal_open(&e, &err);
    if (rc) {
        fuzz_claim(rc == FERRY_E_IO || rc == FERRY_E_STATE || rc == FERRY_E_BUG ||
                       rc == FERRY_E_TOO_LARGE,
                   "opened with %d: %s", rc, err.message);
        fuzz_message(&err);
        fuzz_claim(strstr(err.message, "journal.db"), "the file is not named: %s", err.message);
    } else {
        fuzz_journal_use(&e);
        engine_close(&e);
    }
    return 0;
}
