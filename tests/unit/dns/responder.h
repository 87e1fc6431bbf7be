/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name server of the tests' own, in a process of its own: it answers by what the first label of
 * the name says, over UDP and TCP, and writes down what it was asked, with the mark of the packet.
 *
 *   ok        A 192.0.2.1 and AAAA 2001:db8::1       flaky     SERVFAIL to the first A question
 *   two       those, and 192.0.2.2, 2001:db8::2      half      that, and no AAAA
 *   v4, v6    one of them only                       fail      SERVFAIL
 *   routed    A 192.0.2.1 and AAAA 2001:db8:2::1     refuse    REFUSED
 *   nodata    neither                                silent    no answer at all
 *   alias     CNAME ok.test, then as ok              big       40 addresses, by TCP only
 *   anything else                                    there is no such name
 */
#ifndef TESTS_DNS_RESPONDER_H
#define TESTS_DNS_RESPONDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ASKED_MAX 256

struct asked {
	char name[128]; /* "ok.test" */
	uint16_t type;	/* 1 = A, 28 = AAAA */
	uint32_t mark;
	bool tcp;
};

struct responder {
	pid_t pid;
	struct responder_log {
		unsigned n;
		struct asked asked[ASKED_MAX];
	} * log; /* shared with the process */
};

/* Serves address (IPv4 or IPv6), port 53; a silent one only listens. Exits the program on failure.
 */
void responder_start(struct responder *r, const char *address, bool silent);
void responder_stop(struct responder *r);
void responder_forget(struct responder *r); /* what was asked so far */
/* How often the name was asked for; type 0 = any. */
unsigned responder_count(const struct responder *r, const char *name, uint16_t type);

#endif
