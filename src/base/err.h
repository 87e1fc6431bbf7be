/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors: one table of codes, one caller-owned object.
 *
 * A function that can fail is `int f(..., T **ret_x, struct err *e)`. It returns 0 or a negative
 * enum err_code, fills *e with err_set, and leaves its outputs untouched on failure. On the way out
 * each caller may put its own words in front with err_wrap, so that the sentence reads from outside
 * in: "cannot bring up 'mullvad': cannot add route '::/0': <kernel text>".
 * No key and no other secret is ever formatted into an error.
 */
#ifndef WF_BASE_ERR_H
#define WF_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/banned.h"

/* X(name, exit status, general sentence). The text form is "E_" + name. */
#define ERR_TABLE(X)                                                                              \
	X(FAILED, 1, "the operation failed")                                                      \
	X(INTERNAL, 1, "something that cannot happen has happened; please report it")             \
	X(IO, 1, "a file could not be read or written")                                           \
	X(KERNEL, 1, "the kernel refused a change")                                               \
	X(DB, 1, "the database could not be used")                                                \
	X(DB_MODE, 1, "the database can be read by others")                                       \
	X(SEAL, 1, "a stored secret could not be opened")                                         \
	X(SYNTAX, 1, "a configuration file is not understood")                                    \
	X(KEY, 1, "a key is not valid")                                                           \
	X(ENDPOINT, 1, "an endpoint is not valid")                                                \
	X(ADDRESS, 1, "an address or prefix is not valid")                                        \
	X(NUMBER, 1, "a number is out of range")                                                  \
	X(EMPTY, 1, "there is nothing in it")                                                     \
	X(NOT_CONFIG, 1, "this is not a WireGuard configuration")                                 \
	X(LIMIT, 1, "a limit was exceeded")                                                       \
	X(ARCHIVE, 1, "an archive could not be read")                                             \
	X(NAME, 1, "a name cannot be used")                                                       \
	X(USAGE, 2, "the command line is not understood")                                         \
	X(NEED_ANSWER, 2, "a question needs an answer and there is no terminal to ask on")        \
	X(NO, 3, "the answer is no")                                                              \
	X(PERMISSION, 4, "more privilege is needed")                                              \
	X(NOT_FOUND, 5, "there is no such object")                                                \
	X(AMBIGUOUS, 5, "the name fits more than one object")                                     \
	X(BUSY, 6, "another command is at work on this")                                          \
	X(EXISTS, 6, "there already is such an object")                                           \
	X(IN_USE, 6, "the object is in use")                                                      \
	X(CONFLICT, 6, "this conflicts with something else on this machine")                      \
	X(LOSE_SSH, 6, "this would cut an SSH connection")                                        \
	X(NO_HANDSHAKE, 7, "the server did not answer")                                           \
	X(RESOLVE, 7, "a name could not be resolved")                                             \
	X(UNREACHABLE, 7, "there is no way to the other side")                                    \
	X(PARTLY, 8, "only a part was done")                                                      \
	X(UNSUPPORTED, 9, "this is not supported here")                                           \
	X(OTHER_DEVICE, 9, "that configuration belongs to another device")                        \
	X(INTERRUPTED, 130, "interrupted, and undone")

enum err_code {
	E_NONE = 0,
#define ERR_ENUM(name, status, text) E_##name,
	ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
};

struct err {
	enum err_code code;
	char msg[1024];  /* one sentence without a final stop, escaped for a terminal */
	char hint[512];  /* what to do about it, or "" */
	char file[256];  /* where it is, or "" */
	unsigned line;   /* 1-based, 0 = none */
	unsigned column; /* 1-based, in bytes, 0 = none */
};

/* Fills *e and returns -code. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* As err_set, with ": " and the text of errno value `errnum` (positive) behind it. */
int err_errno(struct err *e, enum err_code code, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Puts the formatted words and ": " in front of the message; returns -e->code. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sets the line that says what to do; returns -e->code. */
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sets the place; file may be NULL to keep it. Returns -e->code. */
int err_at(struct err *e, const char *file, unsigned line, unsigned column);

const char *err_name(enum err_code code);     /* "E_KEY"; static */
int err_exit_status(enum err_code code);      /* 0 for E_NONE */
const char *err_sentence(enum err_code code); /* the general sentence; static */

/* Out of memory ends the process: kernel state and record survive it, half-built values do not. */
_Noreturn void err_oom(void);

#endif
