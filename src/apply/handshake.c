// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VERIFY: looks at the device until every asked peer has had a handshake. Knows the kernel's
 * counters only; what a missing handshake means is the caller's business. There is no notification
 * for it, so it is polled: quickly at first, since a near server answers within milliseconds.
 */
#include "apply/handshake.h"

#include <time.h>

#include "base/clock.h"

#define ASK_AGAIN_MS   1000
#define SESSION_DEAD_S 180
#define POLL_FIRST_US  500
#define POLL_LAST_US   20000

static void pause_us(unsigned us)
{
	struct timespec ts = {.tv_nsec = (long)us * 1000};

	nanosleep(&ts, NULL); /* a signal ends it early, and the caller looks for that */
}

/* One of a session that is over by now (REJECT_AFTER_TIME, WireGuard paper 6.1) proves nothing. */
static bool is_recent(const struct wg_peer *p)
{
	return p->last_handshake && clock_wall() - p->last_handshake < SESSION_DEAD_S;
}

static size_t look(const struct wg_state *d, const struct op *ops, size_t n, bool *done)
{
	size_t missing = 0;

	for (size_t i = 0; i < n; i++) {
		const struct wg_peer *p = wg_find_peer(d, &ops[i].peer.public_key);

		done[i] = p && is_recent(p);
		missing += !done[i];
	}
	return missing;
}

static int ask_again(
	struct local *l, const struct op *ops, size_t n, const bool *done, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		int r;

		if (!done[i] &&
			(r = net_ask_again(l->net, ops[i].ifname, ops[i].link.kind, &ops[i].peer,
				 &l->keys, e)))
			return r;
	}
	return 0;
}

int handshake_wait(struct local *l, const struct op *ops, size_t n, bool *done, struct err *e)
{
	int64_t start = clock_ms(), asked = start, deadline = 0;
	unsigned pause = POLL_FIRST_US;

	for (size_t i = 0; i < n; i++)
		if (ops[i].deadline_ms > deadline)
			deadline = ops[i].deadline_ms;
	for (;;) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct wg_state d = {0};
		int r = net_read_device(l->net, a, ops[0].ifname, ops[0].link.kind, &d, e);
		int64_t now = clock_ms();

		if (r)
			return err_wrap(
				e, "'%s' went away while waiting for its handshake", ops[0].ifname);
		if (!look(&d, ops, n, done))
			return 0;
		if (l->cancelled && l->cancelled(l->ctx))
			return err_set(e, E_INTERRUPTED, "interrupted");
		if (now - start >= deadline)
			return err_set(
				e, E_NO_HANDSHAKE, "no handshake in %lld ms", (long long)deadline);
		if (now - asked >= ASK_AGAIN_MS) {
			if ((r = ask_again(l, ops, n, done, e)))
				return r;
			asked = now;
		}
		pause_us(pause);
		pause = pause * 2 > POLL_LAST_US ? POLL_LAST_US : pause * 2;
	}
}
