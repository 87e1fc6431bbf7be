/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names in an archive are not looked at. Pure. */
#ifndef WF_UNPACK_NAME_H
#define WF_UNPACK_NAME_H

/* Why an entry of this name is passed over, for people; NULL when it is not. Static. */
const char *name_objection(const char *name);

#endif
