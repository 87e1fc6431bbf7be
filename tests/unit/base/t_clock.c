// SPDX-License-Identifier: GPL-2.0-or-later
/* Time as text: RFC 3339 in UTC, ages in one unit. */
#include "base/clock.h"

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
	clock_format(253402300800, text);
	is_str(text, "", "a year of five digits has no text");
	clock_format(INT64_MAX, text);
	is_str(text, "", "nor has a time no calendar has");
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
