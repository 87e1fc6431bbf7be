# SPDX-License-Identifier: GPL-2.0-or-later
# Probing of compiler and linker flags, one at a time, so that an older compiler just has fewer.

# WF_PROBE_FLAGS(VARIABLE, FLAGS): the FLAGS this compiler accepts.
AC_DEFUN([WF_PROBE_FLAGS], [
$1=
for wf_flag in $2; do
	wf_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $wf_flag"
	AC_MSG_CHECKING([whether $CC accepts $wf_flag])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $1="$$1 $wf_flag"], [AC_MSG_RESULT([no])])
	CFLAGS=$wf_saved
done
])

# WF_PROBE_LINK(VARIABLE, FLAGS): the FLAGS this linker accepts.
AC_DEFUN([WF_PROBE_LINK], [
$1=
for wf_flag in $2; do
	wf_saved=$LDFLAGS
	LDFLAGS="$LDFLAGS -fPIE $wf_flag"
	AC_MSG_CHECKING([whether the linker accepts $wf_flag])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $1="$$1 $wf_flag"], [AC_MSG_RESULT([no])])
	LDFLAGS=$wf_saved
done
])
