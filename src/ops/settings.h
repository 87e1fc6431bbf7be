/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One configuration's settings while they are looked at and changed. Private to set. */
#ifndef WF_OPS_SETTINGS_H
#define WF_OPS_SETTINGS_H

#include "ops/policy.h"

struct settings {
	struct ops *o;
	struct config row;
	bool kill_switch;     /* the row of it is enabled; what it allows is in the policy anyway */
	struct policy policy; /* kill switch, DNS and split tunnel only */
	bool touched[PATTERN_RAW_SHELL]; /* by pattern: to be written */
};

struct setting_key {
	const char *key;
	const char *values, *what; /* for help */
	bool live;		   /* applied at once to what is up */
	const char *(*get)(const struct settings *s); /* in the arena */
	int (*put)(struct settings *s, const struct setting_key *k, const char *value,
		struct err *e);
};

/* set_policy.c: those that become command_pair rows; both end with a NULL key. */
extern const struct setting_key setting_policy_keys[];
/* set_column.c: those that are columns. */
extern const struct setting_key setting_column_keys[];

/* E_USAGE: "kill-switch takes on|off, not 'maybe'". */
int setting_refuse(const struct setting_key *k, const char *value, struct err *e);
int setting_on_off(const struct setting_key *k, const char *value, bool *ret, struct err *e);
/* *buf as an arena string; "off" when it is empty. Frees it. */
const char *setting_list(const struct settings *s, struct strbuf *buf);

#endif
