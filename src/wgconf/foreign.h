/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are something else: login pages, archives, other programs' configurations. */
#ifndef WF_WGCONF_FOREIGN_H
#define WF_WGCONF_FOREIGN_H

#include "base/err.h"

/* 0 when the text may be a configuration, else E_EMPTY, E_LIMIT or E_NOT_CONFIG with the place. */
int foreign_refuse(const char *text, size_t len, struct err *e);

#endif
