/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that have no safe use here become compile errors. Included by base/err.h, hence everywhere;
 * after the system headers, which may name them.
 */
#ifndef WF_BASE_BANNED_H
#define WF_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BANNED(f) wf_banned_##f##_use_something_safe

#undef strcpy
#define strcpy(d, s) BANNED(strcpy)
#undef strcat
#define strcat(d, s) BANNED(strcat)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef strtok
#define strtok(s, d) BANNED(strtok)
#undef atoi
#define atoi(s) BANNED(atoi)
#undef atol
#define atol(s) BANNED(atol)
#undef alloca
#define alloca(n) BANNED(alloca)
#undef system
#define system(s) BANNED(system)
#undef popen
#define popen(s, m) BANNED(popen)

#endif
