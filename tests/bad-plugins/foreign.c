/* SPDX-License-Identifier: MIT */
/* Any shared library, which happened to be put into a folder of plugins. */
int foreign_answer(void);
int foreign_answer(void)
{
    return 42;
}
