// SPDX-License-Identifier: GPL-2.0-or-later
/* The clocks. The only place that asks the system what time it is. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/str.h"

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

#define DAY	  86400
#define YEARS_400 146097 /* days of 400 years, after which the calendar repeats */
/* Days from March of the year -400 to the epoch. */
#define TO_EPOCH   (719468 + YEARS_400)
#define YEAR_0	   (-62167219200)
#define YEAR_10000 253402300800

/*
 * Not by gmtime(3): that reads the time zone's file first, and UTC needs none. Years are counted
 * from March, so that the leap day is the last of its year.
 */
void clock_format(int64_t wall, char out[static CLOCK_TEXT_SIZE])
{
	unsigned second, day, year, month;
	char text[64];

	if (wall < YEAR_0 || wall >= YEAR_10000) {
		out[0] = '\0';
		return;
	}
	wall += (int64_t)TO_EPOCH * DAY;
	second = (unsigned)(wall % DAY);
	day = (unsigned)(wall / DAY) % YEARS_400;
	year = (unsigned)(wall / DAY) / YEARS_400 * 400;
	/* Without the leap days each year is one of 365. */
	year += (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= year % 400 * 365 + year % 400 / 4 - year % 400 / 100;
	/* March to July and so on: 153 days of five months. */
	month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ", year + (month >= 10) - 400,
		month < 10 ? month + 3 : month - 9, day + 1, second / 3600, second / 60 % 60,
		second % 60);
	str_copy(out, CLOCK_TEXT_SIZE, text);
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
