/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TAP for the unit tests, in one header: each check prints one "ok" or "not ok" line, a failed
 * one says below it where it stands and what it saw. A test program is a main() that ends in
 * "return done_testing();". The plan is printed at the end, so that a program that dies on the
 * way has none and counts as failed.
 *
 * Every check returns whether it held, so that a test can stop before it would follow a NULL.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count_, tap_failed_;

#define TAP_UNUSED_	  __attribute__((unused))
#define TAP_PRINTF_(m, n) __attribute__((format(printf, m, n)))

/* A line that explains; lines of the text each get their own "#". */
TAP_UNUSED_ TAP_PRINTF_(1, 2) static void diag(const char *fmt, ...)
{
	char text[4096];
	const char *at = text, *end;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	do {
		end = strchr(at, '\n');
		printf("# %.*s\n", end ? (int)(end - at) : (int)strlen(at), at);
		at = end ? end + 1 : NULL;
	} while (at && *at);
	fflush(stdout);
}

TAP_UNUSED_ TAP_PRINTF_(4, 0) static bool tap_vresult_(
	bool held, const char *file, int line, const char *fmt, va_list ap)
{
	printf("%sok %d - ", held ? "" : "not ", ++tap_count_);
	vprintf(fmt, ap);
	putchar('\n');
	if (!held) {
		tap_failed_++;
		printf("#   failed at %s:%d\n", file, line);
	}
	/* A crash in the next check must not swallow this one's line. */
	fflush(stdout);
	return held;
}

TAP_UNUSED_ TAP_PRINTF_(4, 5) static bool tap_result_(
	bool held, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	held = tap_vresult_(held, file, line, fmt, ap);
	va_end(ap);
	return held;
}

TAP_UNUSED_ TAP_PRINTF_(5, 6) static bool tap_int_(
	long long got, long long want, const char *file, int line, const char *fmt, ...)
{
	bool held = got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_vresult_(held, file, line, fmt, ap);
	va_end(ap);
	if (!held)
		diag("  got  %lld\n  want %lld", got, want);
	return held;
}

TAP_UNUSED_ TAP_PRINTF_(5, 6) static bool tap_str_(
	const char *got, const char *want, const char *file, int line, const char *fmt, ...)
{
	bool held = got && want ? strcmp(got, want) == 0 : got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_vresult_(held, file, line, fmt, ap);
	va_end(ap);
	if (!held) {
		diag("  got  %s%s%s", got ? "\"" : "", got ? got : "NULL", got ? "\"" : "");
		diag("  want %s%s%s", want ? "\"" : "", want ? want : "NULL", want ? "\"" : "");
	}
	return held;
}

TAP_UNUSED_ TAP_PRINTF_(6, 7) static bool tap_mem_(const void *got, const void *want, size_t len,
	const char *file, int line, const char *fmt, ...)
{
	const unsigned char *g = (const unsigned char *)got, *w = (const unsigned char *)want;
	size_t at = 0;
	va_list ap;

	while (at < len && g[at] == w[at])
		at++;
	va_start(ap, fmt);
	tap_vresult_(at == len, file, line, fmt, ap);
	va_end(ap);
	if (at < len)
		diag("  byte %zu of %zu: got %02x, want %02x", at, len, g[at], w[at]);
	return at == len;
}

/* The last argument of each is a printf format that names what is checked, with its arguments. */
#define ok(cond, ...)	       tap_result_(!!(cond), __FILE__, __LINE__, __VA_ARGS__)
#define pass(...)	       tap_result_(true, __FILE__, __LINE__, __VA_ARGS__)
#define fail(...)	       tap_result_(false, __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) tap_int_((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) tap_str_((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_mem(g, w, len, ...) tap_mem_((g), (w), (len), __FILE__, __LINE__, __VA_ARGS__)

/* One point that cannot be checked here, and why. */
TAP_UNUSED_ static void skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count_, what, why);
	fflush(stdout);
}

/* Prints the plan; what main() returns. */
TAP_UNUSED_ static int done_testing(void)
{
	printf("1..%d\n", tap_count_);
	if (tap_failed_)
		printf("# %d of %d failed\n", tap_failed_, tap_count_);
	fflush(stdout);
	return tap_failed_ || !tap_count_;
}

#endif
