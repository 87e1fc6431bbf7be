/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An executor on an in-memory netstate, for tests: obeys the rules of the kernel that plans rely on
 * (a link's end takes its addresses and routes along, adding twice fails, …). */
#ifndef WF_APPLY_FAKE_H
#define WF_APPLY_FAKE_H

#include "apply/apply.h"

struct fake {
	struct arena *arena; /* owner of the state */
	struct state state;
	int fail_at;	     /* the N-th operation from now fails; -1 = never */
	unsigned operations; /* counted */
	uint32_t next_ifindex;
};
void fake_init(struct fake *f, struct arena *a, const struct state *initial);
struct executor fake_executor(struct fake *f);

#endif
