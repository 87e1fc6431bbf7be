/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Units of systemd.unit(5), enabled as `systemctl enable` does it: by a link in the directory of
 * what wants them. No program is run and no bus is needed.
 */
#ifndef WF_SYS_UNIT_H
#define WF_SYS_UNIT_H

#include <stdbool.h>
#include "base/err.h"

enum unit_state {
	UNIT_NO_SYSTEMD, /* this machine was not booted by it, sd_booted(3) */
	UNIT_MISSING,	 /* there is no such unit file */
	UNIT_DISABLED,
	UNIT_ENABLED,
};
enum unit_state unit_state(const char *name, const char *wanted_by);
/* E_UNSUPPORTED in the first two states above. It comes into force at the next boot. */
int unit_enable(const char *name, const char *wanted_by, struct err *e);
/* That it is not enabled is no error. */
int unit_disable(const char *name, const char *wanted_by, struct err *e);

#endif
