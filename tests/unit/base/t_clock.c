// SPDX-License-Identifier: GPL-2.0-or-later
/* Time as text: RFC 3339 in UTC, ages in one unit. */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/tap.h"

static void age_is(int64_t seconds, const char *want)
{
	char text[32];

	clock_age(seconds, text, sizeof(text));
	is_str(text, want, "an age of %lld seconds", (long long)seconds);
}

/* Against the C library's calendar: every day of four centuries, and some of each other year. */
static void test_days(void)
{
	unsigned wrong = 0;

	for (int64_t day = -719528; day < 2932897; day += day < 0 || day > 146097 ? 365 : 1) {
		char text[CLOCK_TEXT_SIZE], want[64] = "";
		time_t t = (time_t)(day * 86400 + (day & 0xffff));
		struct tm tm;

		clock_format(t, text);
		gmtime_r(&t, &tm);
		snprintf(want, sizeof(want), "%04d", tm.tm_year + 1900);
		strftime(want + 4, sizeof(want) - 4, "-%m-%dT%H:%M:%SZ", &tm);
		wrong += strcmp(text, want) != 0;
	}
	is_int(wrong, 0, "every day is that of the calendar");
}

int main(void)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t ms = clock_ms();

	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	clock_format(0, text);
	is_str(text, "1970-01-01T00:00:00Z", "the epoch, whatever the time zone");
	clock_format(1793610840, text);
	is_str(text, "2026-11-02T09:14:00Z", "a time");
	clock_format(951827696, text);
	is_str(text, "2000-02-29T12:34:56Z", "a leap day");
	clock_format(-62167219200, text);
	is_str(text, "0000-01-01T00:00:00Z", "the first second of the year 0");
	clock_format(-62167219201, text);
	is_str(text, "", "the one before has no text");
	clock_format(253402300799, text);
	is_str(text, "9999-12-31T23:59:59Z", "the last second of four digits");
	clock_format(253402300800, text);
	is_str(text, "", "a year of five digits has no text");
	clock_format(INT64_MAX, text);
	is_str(text, "", "nor has a time no calendar has");
	test_days();
	clock_now(text);
	ok(strlen(text) == CLOCK_TEXT_SIZE - 1 && text[19] == 'Z', "now has the same form");
	ok(llabs(clock_wall() - (int64_t)time(NULL)) <= 1, "the wall clock is the system's");
	ok(clock_ms() >= ms, "the monotonic clock does not go back");

	age_is(-5, "0 s");
	age_is(0, "0 s");
	age_is(119, "119 s");
	age_is(120, "2 min");
	age_is(7199, "119 min");
	age_is(7200, "2 h");
	age_is(172799, "47 h");
	age_is(172800, "2 d");
	return done_testing();
}
