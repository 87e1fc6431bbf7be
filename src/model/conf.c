// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The .conf value. Knows which of its fields are secrets; reading and printing it is the business
 * of another layer. After conf_clear no slot of the guarded pool is held through it.
 */
#include "model/conf.h"

void conf_clear(struct conf *c)
{
	secret_clear(&c->private_key);
	LIST_FOREACH (p, c, peers)
		secret_clear(&p->preshared);
}
