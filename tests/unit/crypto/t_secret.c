// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets: one owner, wiped when dropped, never in an error; and guarded texts. */
#include "crypto/secret.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "lib/tap.h"

/* RFC 7748, section 6.1: Alice's private and public key. */
static const char alice[] = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=";
static const char alice_public[] = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

static void test_process(void)
{
	struct rlimit core;
	struct err e;
	char exe[256];

	is_int(crypto_init(&e), 0, "the library starts");
	is_int(crypto_init(&e), 0, "twice does no harm");
	is_int(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0, "this process is not dumped");
	ok(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0, "and cannot raise the limit");
	ok(readlink("/proc/self/exe", exe, sizeof(exe)) > 0, "its own file is still found");
}

static void test_life(void)
{
	static const uint8_t zero[WG_KEY_LEN];
	struct wg_secret s = {0}, t = {0};
	const uint8_t *bytes;
	struct wg_key public;
	char text[WG_KEY_TEXT_SIZE];
	struct err e;

	ok(!secret_is_set(&s) && !secret_bytes(&s), "the zero value is no secret");
	is_int(secret_parse(alice, 44, &s, &e), 0, "a private key is read");
	secret_public_key(&s, &public);
	wg_key_format(&public, text);
	is_str(text, alice_public, "its public key is that of the RFC");
	bytes = secret_bytes(&s);
	is_int(bytes[0], 0x77, "its bytes are there");
	t = secret_take(&s);
	ok(!secret_is_set(&s) && secret_bytes(&t) == bytes, "taking it moves the slot");
	secret_clear(&s);
	is_int(bytes[0], 0x77, "and what it was taken from no longer owns it");
	secret_clear(&t);
	is_mem(bytes, zero, WG_KEY_LEN, "cleared, its bytes are gone");
	ok(!secret_is_set(&t), "and the owner knows");
	secret_clear(&t);

	is_int(secret_generate(&t, &e), 0, "a key is made");
	bytes = secret_bytes(&t);
	ok(!(bytes[0] & 7) && !(bytes[31] & 0x80) && bytes[31] & 0x40, "and clamped");
	secret_generate(&s, &e);
	ok(!secret_equal(&s, &t), "two made keys differ");
	secret_clear(&s);
	secret_clear(&t);
	{
		SECRET_CLEANUP struct wg_secret scoped = {0};

		secret_parse(alice, 44, &scoped, &e);
		bytes = secret_bytes(&scoped);
	}
	is_mem(bytes, zero, WG_KEY_LEN, "the end of a scope clears as well");
}

static void refused(const char *text, const char *want, const char *what)
{
	struct wg_secret s = {0};
	struct err e;

	is_int(secret_parse(text, strlen(text), &s, &e), -E_KEY, "%s is refused", what);
	is_str(e.msg, want, "and said so without any of it");
	ok(!secret_is_set(&s), "no slot is left behind");
}

static void test_refused(void)
{
	refused("", "has 0 characters, a WireGuard key has 44 and ends in \"=\"", "nothing");
	refused("dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LC=",
		"has 43 characters, a WireGuard key has 44 and ends in \"=\"", "a short key");
	refused("dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCoA",
		"has 44 characters as a WireGuard key has, but does not end in \"=\"",
		"a key of 33 bytes");
	refused("dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCp=",
		"has 44 characters as a WireGuard key has, but they are not base64 of 32 bytes",
		"a second spelling");
	refused("dwdtCnMYpX08FsFyUbJmRd9ML4frwJkq*Xf7pR25LCo=",
		"has 44 characters as a WireGuard key has, but they are not base64 of 32 bytes",
		"a strange character");
	refused("dwdt\xafnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=",
		"has 44 characters as a WireGuard key has, but they are not base64 of 32 bytes",
		"a byte that is no character");
}

static void test_equal(void)
{
	struct wg_secret a = {0}, b = {0}, c = {0}, none = {0};
	uint8_t fa[SECRET_FP_LEN], fb[SECRET_FP_LEN], fc[SECRET_FP_LEN];
	static const uint8_t zero[WG_KEY_LEN];
	uint8_t near[WG_KEY_LEN];
	struct err e;

	secret_parse(alice, 44, &a, &e);
	secret_from_bytes(secret_bytes(&a), &b, &e);
	secret_generate(&c, &e);
	ok(a.slot != b.slot && secret_equal(&a, &b), "equal bytes in two slots are equal");
	ok(!secret_equal(&a, &c) && !secret_equal(&a, &none) && !secret_equal(&none, &a),
		"others are not");
	ok(secret_equal(&none, &none), "none equals none");
	secret_fingerprint(&a, fa);
	secret_fingerprint(&b, fb);
	secret_fingerprint(&c, fc);
	is_mem(fa, fb, sizeof(fa), "equal secrets have one fingerprint");
	ok(memcmp(fa, fc, sizeof(fa)) != 0, "different ones have two");
	ok(memcmp(fa, secret_bytes(&a), sizeof(fa)) != 0, "which is not part of the secret");
	memcpy(near, secret_bytes(&a), sizeof(near));
	near[WG_KEY_LEN - 1] ^= 1;
	secret_fingerprint_bytes(near, fc);
	ok(memcmp(fa, fc, sizeof(fa)) != 0, "the last bit counts");
	secret_fingerprint(&none, fa);
	is_mem(fa, zero, sizeof(fa), "no secret has the zero fingerprint");
	secret_fingerprint_bytes(zero, fb);
	is_mem(fb, zero, sizeof(fb), "and so has the kernel's word for none");
	secret_clear(&a);
	secret_clear(&b);
	secret_clear(&c);
}

static void test_pool(void)
{
	enum { MANY = 2000 };
	static struct wg_secret all[MANY];
	static bool seen[UINT16_MAX + 1];
	unsigned n = 0;
	bool apart = true;
	struct err e;
	int r = 0;

	for (; n < MANY; n++) {
		uint8_t bytes[WG_KEY_LEN] = {(uint8_t)n, (uint8_t)(n >> 8), 1};

		r = secret_from_bytes(bytes, &all[n], &e);
		if (r < 0)
			break;
		apart &= !seen[all[n].slot];
		seen[all[n].slot] = true;
	}
	is_int(r, -E_LIMIT, "the pool says when it is full");
	is_int(n, 1024, "at its size");
	for (unsigned i = 0; i < n; i++)
		apart &= secret_bytes(&all[i])[0] == (uint8_t)i &&
			secret_bytes(&all[i])[1] == (uint8_t)(i >> 8);
	ok(apart, "every secret has a slot of its own");
	secret_clear(&all[500]);
	is_int(secret_generate(&all[500], &e), 0, "a slot given back is used again");
	for (unsigned i = 0; i < n; i++)
		secret_clear(&all[i]);
	is_int(secret_generate(&all[0], &e), 0, "and all of them");
	secret_clear(&all[0]);
}

static void test_text(void)
{
	SECRET_TEXT_CLEANUP struct secret_text t = {0};
	struct wg_secret key = {0}, none = {0};
	struct err e;

	secret_parse(alice, 44, &key, &e);
	is_int(secret_text_new(60, &t, &e), 0, "a guarded text");
	is_str(t.s, "", "is empty and terminated");
	is_int(secret_text_add(&t, "PrivateKey = ", &e), 0, "takes words");
	is_int(secret_text_add_secret(&t, &key, &e), 0, "and a key");
	is_str(t.s, "PrivateKey = dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=",
		"which stands there as base64");
	is_int(secret_text_add_secret(&t, &key, &e), -E_LIMIT, "but not beyond its limit");
	is_int(secret_text_add(&t, "1234", &e), -E_LIMIT, "nor words");
	is_int(secret_text_addf(&t, &e, "%d", 1234), -E_LIMIT, "nor numbers");
	ok(t.len == 57 && t.s[57] == '\0' && t.s[58] != '2', "what did not fit is not left there");
	is_int(secret_text_addf(&t, &e, "%s", "abc"), 0, "the limit itself is reached");
	is_int((long long)t.len, 60, "exactly");
	is_int(secret_text_addn(&t, "", 0, &e), 0, "nothing fits a full text");
	is_int(secret_text_add_secret(&t, &none, &e), -E_INTERNAL, "no key cannot be written");
	ok(!strstr(e.msg, "dwdt"), "no error holds a key");
	secret_text_free(&t);
	ok(!t.s && !t.len, "freed, nothing is left");
	secret_clear(&key);
	is_int(secret_text_new(SIZE_MAX, &t, &e), -E_LIMIT, "a text as large as all memory");
}

static void test_read(void)
{
	SECRET_TEXT_CLEANUP struct secret_text t = {0};
	struct err e;
	int p[2];

	secret_text_new(10, &t, &e);
	secret_text_add(&t, "ab", &e);
	if (pipe(p) < 0)
		exit(1);
	is_int(write(p[1], "12345678", 8), 8, "eight bytes in a pipe");
	close(p[1]);
	is_int(secret_text_read(&t, p[0], &e), 0, "are read behind two");
	is_str(t.s, "ab12345678", "up to the limit");
	close(p[0]);

	t.len = 2;
	if (pipe(p) < 0)
		exit(1);
	is_int(write(p[1], "ABCDEFGHI", 9), 9, "nine bytes");
	close(p[1]);
	is_int(secret_text_read(&t, p[0], &e), -E_LIMIT, "are too many");
	ok(t.len == 2 && !memcmp(t.s, "ab\0\0\0\0\0\0\0\0", 11), "and none of them is kept");
	close(p[0]);
	is_int(secret_text_read(&t, p[0], &e), -E_IO, "a closed descriptor is an error");
}

/* What lies before and behind a text must not be readable: a child that tries is killed. */
static void test_guard(void)
{
	struct secret_text t;
	struct err e;
	int status;
	pid_t child;

	secret_text_new(15, &t, &e);
	child = fork();
	if (child == 0) {
		volatile const char *beyond = t.s + 16;

		signal(SIGSEGV, SIG_DFL);
		_exit(*beyond ? 1 : 2);
	}
	waitpid(child, &status, 0);
	ok(WIFSIGNALED(status), "a read beyond the end does not return");
	secret_text_free(&t);
}

int main(void)
{
	test_process();
	test_life();
	test_refused();
	test_equal();
	test_pool();
	test_text();
	test_read();
	test_guard();
	return done_testing();
}
