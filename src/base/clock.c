// SPDX-License-Identifier: GPL-2.0-or-later
/* The clocks. The only place that asks the system what time it is. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

int64_t clock_wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void clock_format(int64_t wall, char out[static CLOCK_TEXT_SIZE])
{
	time_t t = (time_t)wall;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
}

int64_t clock_parse(const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end && !*end ? (int64_t)timegm(&tm) : -1;
}

void clock_now(char out[static CLOCK_TEXT_SIZE])
{
	clock_format(clock_wall(), out);
}

void clock_age(int64_t s, char *out, size_t size)
{
	if (s < 0)
		s = 0;
	if (s < 120)
		snprintf(out, size, "%lld s", (long long)s);
	else if (s < 7200)
		snprintf(out, size, "%lld min", (long long)(s / 60));
	else if (s < 172800)
		snprintf(out, size, "%lld h", (long long)(s / 3600));
	else
		snprintf(out, size, "%lld d", (long long)(s / 86400));
}
