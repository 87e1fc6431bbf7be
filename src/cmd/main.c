// SPDX-License-Identifier: GPL-2.0-or-later
/* The program: finds the command in the table and runs it. */
#include <stdio.h>

int main(void)
{
	puts("wf " PACKAGE_VERSION);
	return 0;
}
