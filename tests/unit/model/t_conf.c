// SPDX-License-Identifier: GPL-2.0-or-later
/* Clearing a conf gives every slot of the guarded pool back. */
#include "model/conf.h"

#include "lib/tap.h"

int main(void)
{
	static const uint8_t zero[WG_KEY_LEN];
	ARENA_CLEANUP struct arena *a = arena_new();
	const uint8_t *private, *preshared;
	struct conf c = {0};
	struct err e;
	int r = 0;

	conf_clear(&c);
	pass("an empty conf can be cleared");
	/* More rounds than there are slots: one that leaked would end them. */
	for (int i = 0; i < 1500 && r == 0; i++) {
		struct conf round = {0};

		r = secret_generate(&round.private_key, &e);
		LIST_PUSH(a, &round, peers);
		if (!r)
			r = secret_generate(&LIST_PUSH(a, &round, peers)->preshared, &e);
		conf_clear(&round);
	}
	is_int(r, 0, "cleared confs leave no slot taken");
	secret_generate(&c.private_key, &e);
	secret_generate(&LIST_PUSH(a, &c, peers)->preshared, &e);
	private = secret_bytes(&c.private_key);
	preshared = secret_bytes(&c.peers[0].preshared);
	conf_clear(&c);
	is_mem(private, zero, WG_KEY_LEN, "the private key is wiped");
	is_mem(preshared, zero, WG_KEY_LEN, "and the preshared key");
	ok(!secret_is_set(&c.private_key) && !secret_is_set(&c.peers[0].preshared),
		"and the conf knows");
	return done_testing();
}
