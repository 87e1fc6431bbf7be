// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Secrets: found by the id in a plan, and nowhere on disk in clear, neither while the database is
 * open nor afterwards, nor in the history; and the key file is never silently replaced.
 */
#include <dirent.h>

#include "crypto/key.h"
#include "fixture.h"

static struct store *s;
static struct arena *a;

/* Whether any file of the directory but the sealing key holds these bytes. */
static bool on_disk(const void *bytes, size_t len)
{
	struct dirent *d;
	bool found = false;
	DIR *dir = opendir(dir_);

	while (dir && !found && (d = readdir(dir))) {
		char path[320], *data;
		struct stat st;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir_, d->d_name);
		if (strcmp(path, key_) == 0 || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		data = calloc(1, (size_t)st.st_size + 1);
		f = fopen(path, "r");
		if (!data || !f || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
			exit(1);
		fclose(f);
		found = memmem(data, (size_t)st.st_size, bytes, len);
		free(data);
	}
	closedir(dir);
	return found;
}

static bool secret_on_disk(const struct wg_secret *secret)
{
	char clear[WG_KEY_TEXT_SIZE];
	struct wg_key as_key; /* only to have its text; this is a test */

	memcpy(as_key.b, secret_bytes(secret), sizeof(as_key.b));
	wg_key_format(&as_key, clear);
	return on_disk(as_key.b, sizeof(as_key.b)) || on_disk(clear, WG_KEY_TEXT_SIZE - 1);
}

static char *seal(const struct wg_secret *secret)
{
	const struct seal_key *k;
	char *sealed;

	MUST(store_seal_key(s, &k, ERR));
	MUST(seal_secret(k, secret, a, &sealed, ERR));
	return sealed;
}

static bool opens_to(const char *sealed, const struct wg_secret *want)
{
	SECRET_CLEANUP struct wg_secret got = {0};
	char id[SEAL_ID_SIZE];

	MUST(seal_id(sealed, id, ERR));
	return !store_open_key(s, id, &got, ERR) && secret_equal(&got, want);
}

static void test_secrets(void)
{
	SECRET_CLEANUP struct wg_secret private = {0}, next = {0}, psk = {0}, own = {0}, x = {0};
	struct server_slot p = {
		.server = "a", .slot = 1, .public_key = "K", .allowed_ips = "", .keepalive = -1};
	char *old_key, *new_key;
	struct config c;
	struct err e;

	a = arena_new();
	fixture_new();
	s = fixture_open(true);
	MUST(crypto_init(ERR));
	MUST(secret_generate(&private, ERR));
	MUST(secret_generate(&next, ERR));
	MUST(secret_generate(&psk, ERR));
	MUST(secret_generate(&own, ERR));
	old_key = seal(&private);
	new_key = seal(&next);
	MUST(store_begin(s, ERR));
	c = config_row(add_peer(s, "laptop", NULL), add_sponsor(s, "Mullvad"), "PUB");
	c.private_key = old_key;
	MUST(store_config_add(s, &c, ERR));
	p.config_id = c.id;
	p.preshared_key = seal(&psk);
	p.private_key = seal(&own);
	MUST(store_server_add(s, &p, ERR));
	MUST(store_commit(s, ERR));
	MUST(store_begin(s, ERR));
	MUST(store_config_get(s, a, "laptop/mullvad", NULL, &c, ERR));
	c.old_private_key = c.private_key;
	c.private_key = new_key;
	MUST(store_config_update(s, &c, ERR));
	MUST(store_commit(s, ERR));

	ok(on_disk("Mullvad", 7), "the search finds what is there");
	ok(on_disk(old_key, strlen(old_key)), "sealed texts among it");
	ok(!secret_on_disk(&private), "no private key while the database is open");
	ok(!secret_on_disk(&psk), "no preshared key");
	ok(opens_to(new_key, &next), "key#ID finds the private key");
	ok(opens_to(old_key, &private), "the one before it");
	ok(opens_to(p.preshared_key, &psk), "a preshared key");
	ok(opens_to(p.private_key, &own), "a server's own key");
	is_int(store_open_key(s, "00000000000000000000000000000000", &x, &e), -E_NOT_FOUND,
		"an id that no row has");

	MUST(store_begin(s, ERR));
	MUST(store_sponsor_remove(s, c.sponsor_id, ERR));
	MUST(store_commit(s, ERR));
	store_close(s);
	ok(on_disk(new_key, strlen(new_key)), "a removed key is kept, sealed, in the history");
	ok(!secret_on_disk(&private) && !secret_on_disk(&next) && !secret_on_disk(&psk) &&
			!secret_on_disk(&own),
		"and none in clear after closing");
	arena_free(a);
}

static void test_key_file(void)
{
	const struct seal_key *k = NULL;
	struct config c;
	struct stat st;
	struct err e;

	fixture_new();
	s = fixture_open(true);
	store_close(s);
	s = fixture_open(false);
	is_int(store_seal_key(s, &k, &e), -E_NOT_FOUND, "a reader makes no key");
	ok(stat(key_, &st) < 0, "none is there");
	store_close(s);
	s = fixture_open(true);
	is_int(store_seal_key(s, &k, &e), 0, "the first need makes it");
	ok(stat(key_, &st) == 0 && (st.st_mode & 07777) == 0600, "0600");
	MUST(store_begin(s, ERR));
	c = config_row(add_peer(s, "laptop", NULL), add_sponsor(s, "Mullvad"), "PUB");
	MUST(store_config_add(s, &c, ERR));
	MUST(store_commit(s, ERR));
	store_close(s);
	unlink(key_);
	s = fixture_open(true);
	is_int(store_seal_key(s, &k, &e), -E_NOT_FOUND, "a lost key is not replaced: %s", e.msg);
	ok(stat(key_, &st) < 0, "none was made");
	MUST(store_begin(s, ERR));
	MUST(store_config_remove(s, c.id, ERR));
	MUST(store_commit(s, ERR));
	is_int(store_seal_key(s, &k, &e), -E_NOT_FOUND, "nor while the history needs it");
	store_close(s);
}

static void test_default_key(void)
{
	struct store_options o = fixture_options(true);
	const struct seal_key *k = NULL;
	char path[128];
	struct stat st;

	fixture_new();
	o.key_path = NULL;
	setenv("XDG_CONFIG_HOME", dir_, 1);
	MUST(store_open(&o, &s, ERR));
	MUST(store_seal_key(s, &k, ERR));
	snprintf(path, sizeof(path), "%s/wf/key", dir_);
	is_int(stat(path, &st), 0, "$XDG_CONFIG_HOME/wf/key");
	store_close(s);
	unsetenv("XDG_CONFIG_HOME");
	fixture_new();
	setenv("HOME", dir_, 1);
	MUST(store_open(&o, &s, ERR));
	MUST(store_seal_key(s, &k, ERR));
	snprintf(path, sizeof(path), "%s/.config/wf/key", dir_);
	is_int(stat(path, &st), 0, "or $HOME/.config/wf/key");
	store_close(s);
}

/* Rows that leave no trace in the history: only what SQLite keeps of deleted ones is looked at. */
static void test_secure_delete(void)
{
	static const char marker[] = "MARKER-that-must-not-outlive-its-row";
	char sql[256];

	fixture_new();
	s = fixture_open(true);
	snprintf(sql, sizeof(sql),
		"INSERT INTO event (actor, verb, object, result) VALUES ('a', 'v', '%s', 'ok')",
		marker);
	run(s, sql);
	store_close(s);
	ok(on_disk(marker, strlen(marker)), "a row is on disk");
	s = fixture_open(true);
	run(s, "DELETE FROM event");
	store_close(s);
	ok(!on_disk(marker, strlen(marker)), "and when it is deleted it is gone from there");
}

int main(void)
{
	test_secrets();
	test_key_file();
	test_default_key();
	test_secure_delete();
	return done_testing();
}
