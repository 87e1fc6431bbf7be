// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who this machine is, and which process is which. Knows machine-id(5), host names and proc(5);
 * must not know what is bound to the id. The id itself never leaves this file, only its hash.
 */
#include "sys/machine.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"

#define ID_FILE	   "/etc/machine-id"
#define ID_LEN	   32 /* hex digits */
#define ID_CONTEXT "wf machine id"

static void host_name(char *out, size_t size)
{
	if (gethostname(out, size) < 0 || !out[0])
		str_copy(out, size, "localhost");
	out[size - 1] = '\0';
}

int machine_id(struct arena *a, const char **ret, struct err *e)
{
	char id[CRYPTO_HASH_SIZE], host[HOST_NAME_MAX + 1], *text;
	size_t len;
	int r = file_read_optional(a, ID_FILE, 4096, &text, &len, e);

	if (r < 0)
		return r;
	/* An image that was never booted has an empty file, or the word "uninitialized". */
	if (text && strspn(text, "0123456789abcdefABCDEF") == ID_LEN) {
		crypto_hash_hex(text, ID_LEN, ID_CONTEXT, id);
	} else {
		host_name(host, sizeof(host));
		crypto_hash_hex(host, strlen(host), ID_CONTEXT, id);
	}
	*ret = arena_strdup(a, id);
	return 0;
}

const char *machine_name(struct arena *a)
{
	char host[HOST_NAME_MAX + 1];

	host_name(host, sizeof(host));
	return arena_strndup(a, host, strcspn(host, "."));
}

int64_t process_start(int64_t pid)
{
	char path[64], text[1024], *at;
	FD_CLEANUP int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* Field 2 is the program's name in parentheses and may hold anything, so count behind it.
	 */
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	return at ? strtoll(at, NULL, 10) : 0;
}

bool machine_boot_word(const char *word)
{
	FD_CLEANUP int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	char text[4096], *save, *w;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	for (w = strtok_r(text, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save))
		if (str_eq(w, word))
			return true;
	return false;
}
