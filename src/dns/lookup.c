// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The addresses of an endpoint's name: literal, from the hosts file, or from the resolvers, tried
 * again as wg(8) does. Knows the retry rules and the order of addresses; must not know how a
 * resolver is asked. Nothing is returned that was not asked outside every tunnel.
 */
#include "dns/lookup.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dns/hosts.h"
#include "dns/query.h"
#include "dns/resolver.h"

#define MAX_NAME	253 /* RFC 1035 section 2.3.4, as text */
#define DEFAULT_RETRIES 15
#define FIRST_WAIT_MS	1000
#define LAST_WAIT_MS	20000
#define STOP_MS		100

static int retries_of(const struct lookup_options *o)
{
	const char *text = getenv("WG_ENDPOINT_RESOLUTION_RETRIES");
	uint32_t n;

	if (o->retries != -2)
		return o->retries;
	if (str_eq(text, "infinity"))
		return -1;
	return str_to_u32(text, 0, INT32_MAX, &n) ? (int)n : DEFAULT_RETRIES;
}

/* What cannot be asked for at all; the rest is for the resolver to judge. */
static bool is_name(const char *host)
{
	if (!host[0] || strlen(host) > MAX_NAME)
		return false;
	for (const char *p = host; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return true;
}

static bool stopped(const struct lookup_options *o)
{
	return o->cancelled && o->cancelled(o->ctx);
}

/* False when it was cancelled or the deadline (0 = none) came first. */
static bool wait_ms(const struct lookup_options *o, int64_t ms, int64_t deadline)
{
	int64_t now = clock_ms(), end = now + ms;

	for (; now < end && !(deadline && now >= deadline); now = clock_ms()) {
		int64_t left = deadline && deadline < end ? deadline - now : end - now;

		if (stopped(o))
			return false;
		poll(NULL, 0, (int)(left < STOP_MS ? left : STOP_MS));
	}
	return now >= end && !stopped(o);
}

/* --- the order of addresses --------------------------------------------------------------------
 */

static bool is_unique_local(const struct ip_addr *a)
{
	return (a->b[0] & 0xfe) == 0xfc;
}

/*
 * The rules of RFC 6724 section 6 that tell one server's addresses apart: 1 (unusable ones last), 5
 * (matching label: a private IPv6 source is not for the world) and 6 (IPv6 before IPv4). The kernel
 * says which source it would use for a marked packet; nothing is sent.
 */
static int rank(const struct ip_addr *a, uint32_t mark)
{
	FD_CLEANUP int fd = socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 sa6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
	struct sockaddr_in sa4 = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct ip_addr source = {.family = AF_INET6};
	socklen_t len = sizeof(sa6);

	if (fd < 0)
		return 3;
	(void)setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	if (a->family == AF_INET) {
		memcpy(&sa4.sin_addr, a->b, 4);
		return connect(fd, (struct sockaddr *)&sa4, sizeof(sa4)) < 0 ? 3 : 1;
	}
	memcpy(&sa6.sin6_addr, a->b, 16);
	if (connect(fd, (struct sockaddr *)&sa6, sizeof(sa6)) < 0 ||
		getsockname(fd, (struct sockaddr *)&sa6, &len) < 0)
		return 3;
	memcpy(source.b, &sa6.sin6_addr, 16);
	return is_unique_local(&source) == is_unique_local(a) ? 0 : 2;
}

static bool both_families(const struct lookup_result *r)
{
	LIST_FOREACH (addr, r, addrs)
		if (addr->family != r->addrs[0].family)
			return true;
	return false;
}

/* Stable, so that equal addresses stay as the resolver gave them. */
static void sort(struct arena *a, const struct lookup_options *o, struct lookup_result *r)
{
	struct lookup_result sorted = {0};
	int *ranks;

	if (!both_families(r))
		return;
	ranks = arena_alloc(a, r->n_addrs * sizeof(*ranks));
	for (size_t i = 0; i < r->n_addrs; i++)
		ranks[i] = rank(&r->addrs[i], o->mark);
	for (int want = 0; want <= 3; want++)
		for (size_t i = 0; i < r->n_addrs; i++)
			if (ranks[i] == want)
				*LIST_PUSH(a, &sorted, addrs) = r->addrs[i];
	*r = sorted;
}

/* --- asking ------------------------------------------------------------------------------------
 */

static int fail(struct err *e, const struct query *q, unsigned attempts, int64_t began)
{
	char age[32];

	if (attempts <= 1)
		return err_set(e, E_RESOLVE, "cannot resolve '%s': %s (asked %s)", q->host,
			q->reason, q->asked);
	clock_age((clock_ms() - began) / 1000, age, sizeof(age));
	return err_set(e, E_RESOLVE, "cannot resolve '%s': %s (asked %s, %u times within %s)",
		q->host, q->reason, q->asked, attempts, age);
}

/* The machine's resolver may be a tunnel's by now; what it was before is asked. */
static int choose_servers(
	struct arena *a, const struct lookup_options *o, struct query *q, struct err *e)
{
	struct ip_addr *servers;
	int r;

	q->resolv_conf = o->resolv_conf;
	if (q->resolv_conf)
		return 0;
	r = resolver_outside(a, &q->resolv_conf, &servers, &q->n_servers, e);
	if (r)
		return err_wrap(e, "cannot resolve '%s'", q->host);
	q->servers = servers;
	return 0;
}

static int ask(struct arena *a, const char *host, const struct lookup_options *o,
	struct lookup_result *ret, struct err *e)
{
	int64_t began = clock_ms(), wait = FIRST_WAIT_MS;
	struct query q = {.host = host,
		.mark = o->mark,
		.ipv6 = o->ipv6,
		.deadline = o->timeout_ms ? began + o->timeout_ms : 0,
		.stop = o->cancelled,
		.ctx = o->ctx,
		.reason = "no server answered in time"};
	int r, retries = retries_of(o);

	if ((r = choose_servers(a, o, &q, e)))
		return r;
	for (unsigned attempts = 1;; attempts++) {
		enum query_verdict verdict;

		if (o->attempt)
			o->attempt(o->ctx);
		verdict = query_name(a, &q, ret);
		if (verdict == QUERY_FOUND)
			return 0;
		if (verdict == QUERY_NEVER)
			return fail(e, &q, 1, began);
		if (verdict == QUERY_AGAIN && retries != 0 && wait_ms(o, wait, q.deadline)) {
			retries -= retries > 0;
			wait = wait * 6 / 5 < LAST_WAIT_MS ? wait * 6 / 5 : LAST_WAIT_MS;
			continue;
		}
		if (stopped(o))
			return err_set(e, E_INTERRUPTED, "interrupted while resolving '%s'", host);
		return fail(e, &q, attempts, began);
	}
}

int dns_lookup(struct arena *a, const char *host, const struct lookup_options *o,
	struct lookup_result *ret, struct err *e)
{
	struct lookup_result found = {0};
	struct ip_addr literal;
	int r;

	if (ip_addr_parse(host, &literal)) {
		*LIST_PUSH(a, &found, addrs) = literal;
		*ret = found;
		return 0;
	}
	if (!is_name(host))
		return err_set(e, E_RESOLVE, "cannot resolve '%s': this is not a name", host);
	hosts_find(a, o->hosts ? o->hosts : "/etc/hosts", host, o->ipv6, &found);
	if (!found.n_addrs) {
		r = ask(a, host, o, &found, e);
		if (r < 0)
			return r;
	}
	sort(a, o, &found);
	*ret = found;
	return 0;
}
