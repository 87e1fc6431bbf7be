// SPDX-License-Identifier: GPL-2.0-or-later
/* The functions of entities.h: what goes in comes out, what is refused and how it is said. */
#include "fixture.h"
#include "store/name.h"

static struct store *s;
static struct arena *a;
static int64_t laptop, phone, mullvad, work;

static void begin(void)
{
	fixture_new();
	s = fixture_open(true);
	a = arena_new();
	MUST(store_begin(s, ERR));
	laptop = add_peer(s, "laptop", "machine-1");
	phone = add_peer(s, "phone", NULL);
	mullvad = add_sponsor(s, "Mullvad");
	work = add_sponsor(s, "Work VPN");
}

static void end(void)
{
	store_rollback(s);
	store_close(s);
	arena_free(a);
}

static void test_sponsor(void)
{
	struct sponsor p = {.name = "Proton",
		.website = "https://example.com",
		.support_url = "https://example.com/help",
		.notes = "two\nlines"};
	struct sponsor got = {0};
	struct sponsor_list l;
	struct err e;

	begin();
	is_int(store_sponsor_add(s, &p, &e), 0, "a sponsor is added");
	ok(p.id > 0, "and gets a number");
	is_int(store_sponsor_get(s, a, "PROTON", &got, &e), 0, "found without case");
	is_int(got.id, p.id, "the same one");
	is_str(got.name, "Proton", "name");
	is_str(got.website, "https://example.com", "website");
	is_str(got.support_url, "https://example.com/help", "support page");
	is_str(got.notes, "two\nlines", "notes");
	is_int(got.configs, 0, "no configs");
	ok(got.created_at && strlen(got.created_at) == 20 && got.created_at[19] == 'Z', "time: %s",
		got.created_at);
	p.name = "proton";
	is_int(store_sponsor_add(s, &p, &e), -E_EXISTS, "not twice");
	is_str(e.msg, "there already is a sponsor 'proton'", "said plainly");
	is_int(store_sponsor_get(s, a, "mulvad", &got, &e), -E_NOT_FOUND, "a typing error");
	is_str(e.msg, "there is no sponsor 'mulvad'", "is named");
	is_str(e.hint, "did you mean 'Mullvad'?", "and what was meant");
	is_int(store_sponsor_get(s, a, "xyzzy", &got, &e), -E_NOT_FOUND, "nothing near");
	is_str(e.hint, "", "no guess");
	add_config(s, laptop, p.id, "K1");
	is_int(store_sponsor_list(s, a, &l, &e), 0, "the list");
	is_int(l.n_items, 3, "has all");
	is_str(l.items[0].name, "Mullvad", "by name");
	is_int(l.items[1].configs, 1, "with the number of configs");
	is_int(store_sponsor_remove(s, p.id, &e), 0, "removed");
	is_int(number(s, "SELECT count(*) FROM extramural_config"), 0, "with its configs");
	is_int(store_sponsor_remove(s, p.id, &e), -E_NOT_FOUND, "not twice");
	end();
}

static void test_local_peer(void)
{
	struct ssh_host h = {.name = "gate", .host = "192.0.2.1"};
	struct local_peer p = {.name = "Server 1", .machine_id = "machine-2"}, got;
	struct local_peer_list l;
	struct err e;

	begin();
	MUST(store_ssh_host_add(s, &h, ERR));
	p.ssh_host_id = h.id;
	is_int(store_peer_add(s, &p, &e), 0, "a device is added");
	is_int(store_peer_get(s, a, "server 1", &got, &e), 0, "found without case");
	is_str(got.ssh_host_name, "gate", "with its host's name");
	is_int(strlen(got.guid), 36, "it has a lasting id: %s", got.guid);
	is_int(store_peer_this(s, a, "machine-2", &got, &e), 0, "found by its machine");
	is_int(got.id, p.id, "the same one");
	is_int(store_peer_this(s, a, "machine-9", &got, &e), -E_NOT_FOUND, "another machine");
	p.name = "other";
	is_int(store_peer_add(s, &p, &e), -E_EXISTS, "one device per machine: %s", e.msg);
	is_int(store_peer_list(s, a, &l, &e), 0, "the list");
	is_int(l.n_items, 3, "has all");
	is_str(l.items[2].name, "Server 1", "by name");
	is_str(l.items[0].ssh_host_name, NULL, "a device without a host");
	is_int(store_peer_remove(s, got.id, &e), 0, "removed");
	is_int(number(s, "SELECT count(*) FROM ssh_host"), 1, "its host stays");
	end();
}

static void test_ssh_host(void)
{
	struct ssh_host gate = {.name = "gate", .host = "192.0.2.1"}, got,
			inner = {.name = "inner",
				.host = "inner.example.com",
				.port = 2222,
				.user = "admin",
				.key_path = "~/.ssh/id",
				.config_directory = "/srv/wg",
				.sudo = "doas",
				.host_key_type = "ssh-ed25519",
				.host_key = "AAAA",
				.notes = "n"};
	struct local_peer p = {.name = "server"};
	struct ssh_host_list l;
	const char **users;
	struct err e;
	size_t n;

	begin();
	is_int(store_ssh_host_add(s, &gate, &e), 0, "a host is added");
	is_int(gate.port, 22, "the usual port");
	is_str(gate.sudo, "none", "no sudo");
	is_str(gate.config_directory, "/etc/wireguard", "the usual directory");
	inner.jump_host_id = gate.id;
	MUST(store_ssh_host_add(s, &inner, ERR));
	is_int(store_ssh_host_get(s, a, "INNER", &got, &e), 0, "found without case");
	is_int(got.port, 2222, "port");
	is_str(got.user, "admin", "user");
	is_str(got.key_path, "~/.ssh/id", "key path");
	is_str(got.config_directory, "/srv/wg", "directory");
	is_str(got.sudo, "doas", "sudo");
	is_str(got.host_key_type, "ssh-ed25519", "type of the host key");
	is_str(got.host_key, "AAAA", "host key");
	is_int(got.jump_host_id, gate.id, "jump host");
	is_int(store_ssh_host_list(s, a, &l, &e), 0, "the list");
	is_int(l.n_items, 2, "has all");

	p.ssh_host_id = inner.id;
	MUST(store_peer_add(s, &p, ERR));
	MUST(store_ssh_host_users(s, a, gate.id, &users, &n, ERR));
	is_int(n, 1, "the gate has one user");
	is_str(users[0], "inner", "the host behind it");
	MUST(store_ssh_host_users(s, a, inner.id, &users, &n, ERR));
	is_str(n == 1 ? users[0] : NULL, "server", "the inner one a device");
	is_int(store_ssh_host_remove(s, gate.id, &e), -E_IN_USE, "the gate cannot go: %s", e.msg);
	is_int(store_ssh_host_remove(s, inner.id, &e), 0, "the inner one can");
	is_int(number(s, "SELECT ssh_host_id IS NULL FROM local_peer WHERE name = 'server'"), 1,
		"and its device stays");
	gate.name = "g2";
	gate.id = 0;
	gate.port = 70000;
	is_int(store_ssh_host_add(s, &gate, &e), -E_NUMBER, "no such port: %s", e.msg);
	gate.port = 22;
	gate.user = "root\nProxyCommand evil";
	is_int(store_ssh_host_add(s, &gate, &e), -E_NAME, "no line of its own in a user: %s",
		e.msg);
	gate.user = NULL;
	gate.key_path = "a\tb";
	is_int(store_ssh_host_add(s, &gate, &e), -E_NAME, "nor in a path");
	gate.key_path = NULL;
	gate.config_directory = "/etc\n";
	is_int(store_ssh_host_add(s, &gate, &e), -E_NAME, "nor in a directory");
	gate.config_directory = NULL;
	gate.host = "";
	is_int(store_ssh_host_add(s, &gate, &e), -E_NAME, "an empty address");
	end();
}

static void test_config(void)
{
	struct config c, got;
	struct config_list l;
	struct config_filter f = {0};
	const char **names;
	struct err e;
	size_t n;

	begin();
	c = config_row(laptop, mullvad, "PUB1");
	c.interface_name = "wg-mullvad";
	c.assigned_ipv4 = "10.64.0.2/32";
	c.assigned_ipv6 = "fc00::2/128";
	c.address_order = "46";
	c.dns_servers = "10.64.0.1";
	c.mtu = 1380;
	c.table_setting = "off";
	c.dialect = "amneziawg";
	c.extras = SEALED_TEXT;
	is_int(store_config_add(s, &c, &e), 0, "a config is added");
	add_server(s, c.id, "a", 1);
	add_server(s, c.id, "b", 1);
	add_server(s, c.id, "b", 2);
	is_int(store_config_get(s, a, "mullvad", "machine-1", &got, &e), 0, "by its sponsor");
	is_int(got.id, c.id, "the same one");
	is_str(got.name, "Mullvad", "its label is the sponsor's name");
	is_str(got.guid, "PUB1", "its lasting id the first public key");
	is_str(got.peer_name, "laptop", "device");
	is_str(got.sponsor_name, "Mullvad", "sponsor");
	is_str(got.private_key, SEALED_TEXT, "private key, sealed");
	is_str(got.interface_name, "wg-mullvad", "interface");
	is_str(got.assigned_ipv4, "10.64.0.2/32", "IPv4");
	is_str(got.assigned_ipv6, "fc00::2/128", "IPv6");
	is_str(got.address_order, "46", "their order");
	is_str(got.dns_servers, "10.64.0.1", "DNS");
	is_int(got.mtu, 1380, "MTU");
	is_int(got.listen_port, -1, "no port");
	is_int(got.fwmark, -1, "no mark");
	is_str(got.table_setting, "off", "table");
	is_str(got.dialect, "amneziawg", "dialect");
	is_str(got.extras, SEALED_TEXT, "the lines as written");
	ok(got.this_machine, "it is this machine's");
	is_int(got.servers, 2, "two servers");
	is_str(got.active_server, "a", "the first is active");

	is_int(store_config_get(s, a, "LAPTOP/MULLVAD", NULL, &got, &e), 0, "by both names");
	ok(!got.this_machine, "whose machine is not known");
	is_int(store_config_get(s, a, "mullvad", "machine-2", &got, &e), -E_NOT_FOUND,
		"not on another machine");
	is_str(e.hint, "other devices do: 'laptop/Mullvad'", "but where it is");
	is_int(store_config_get(s, a, "laptop/mulvad", NULL, &got, &e), -E_NOT_FOUND,
		"a typing error");
	is_str(e.hint, "did you mean 'laptop/Mullvad'?", "and what was meant");
	is_int(store_config_get(s, a, "work", "machine-1", &got, &e), -E_NOT_FOUND,
		"a sponsor without config is not offered");
	is_str(e.hint, "", "not as a hint either");

	c.id = 0;
	is_int(store_config_add(s, &c, &e), -E_EXISTS, "one per device and sponsor");
	ok(strstr(e.msg, "at this sponsor"), "which is said first: %s", e.msg);
	c.sponsor_id = work;
	c.public_key = "PUB2";
	is_int(store_config_add(s, &c, &e), -E_EXISTS, "one per device and interface");
	ok(strstr(e.msg, "'wg-mullvad'"), "which is named: %s", e.msg);
	c.public_key = "PUB1";
	c.interface_name = "wg-other";
	is_int(store_config_add(s, &c, &e), -E_EXISTS, "one per device and key");
	ok(strstr(e.msg, "this key"), "which is said: %s", e.msg);
	c.public_key = "PUB2";
	c.interface_name = "wg/0";
	is_int(store_config_add(s, &c, &e), -E_NAME, "an impossible interface: %s", e.msg);
	add_config(s, laptop, work, "PUB3");
	add_config(s, phone, mullvad, "PUB1");

	MUST(store_config_same_key(s, a, "PUB1", got.id, &names, &n, ERR));
	is_int(n, 1, "the same key elsewhere");
	is_str(n ? names[0] : NULL, "phone/Mullvad", "is named");
	MUST(store_config_find(s, a, laptop, work, &got, ERR));
	is_str(got.public_key, "PUB3", "found by its two owners");
	is_int(store_config_find(s, a, phone, work, &got, &e), -E_NOT_FOUND, "or not");
	MUST(store_config_list(s, a, &f, &l, ERR));
	is_int(l.n_items, 3, "all of them");
	is_str(l.items[0].peer_name, "laptop", "by sponsor, then device");
	is_str(l.items[1].peer_name, "phone", "the next device");
	is_str(l.items[2].sponsor_name, "Work VPN", "the next sponsor");
	f.sponsor = "MULLVAD";
	MUST(store_config_list(s, a, &f, &l, ERR));
	is_int(l.n_items, 2, "of one sponsor");
	f.peer = "Phone";
	MUST(store_config_list(s, a, &f, &l, ERR));
	is_int(l.n_items, 1, "on one device");
	f = (struct config_filter){.machine_id = "machine-1", .only_this = true};
	MUST(store_config_list(s, a, &f, &l, ERR));
	is_int(l.n_items, 2, "on this machine");
	end();
}

static void test_interface_name(void)
{
	struct config c;
	const char *name;
	struct err e;

	begin();
	MUST(store_interface_name(s, a, laptop, "wg-mullvad", &name, ERR));
	is_str(name, "wg-mullvad", "a free name is taken as it is");
	MUST(store_interface_name(s, a, laptop, "wg-averylongsponsor", &name, ERR));
	is_str(name, "wg-averylongspo", "a long one is cut to 15");
	c = config_row(laptop, mullvad, "K1");
	c.interface_name = name;
	MUST(store_config_add(s, &c, ERR));
	MUST(store_interface_name(s, a, laptop, "wg-averylongsponsor", &name, ERR));
	is_str(name, "wg-averylongs-2", "a taken one gets a number within the 15");
	MUST(store_interface_name(s, a, phone, "wg-averylongsponsor", &name, ERR));
	is_str(name, "wg-averylongspo", "on another device it is free");
	is_int(store_interface_name(s, a, phone, "wg mullvad", &name, &e), -E_NAME,
		"what wg-quick would not take is refused");
	end();
}

static int64_t place(int64_t config, const char *server, const char *city, const char *country)
{
	struct server_slot p = {.config_id = config,
		.server = server,
		.slot = 1,
		.city = city,
		.country = country,
		.public_key = "K",
		.endpoint = "192.0.2.1:51820",
		.allowed_ips = "0.0.0.0/0, ::/0",
		.preshared_key = SEALED_TEXT,
		.keepalive = 25};

	MUST(store_server_add(s, &p, ERR));
	return p.id;
}

static size_t matches(int64_t config, const char *what)
{
	struct server_list l = {0};
	struct err e;

	return store_server_match(s, a, config, what, &l, &e) ? 0 : l.n_items;
}

static void test_server(void)
{
	struct server_list l;
	struct server_slot p = {0};
	int64_t config;
	struct err e;

	begin();
	config = add_config(s, laptop, mullvad, "K1");
	is_int(store_server_active(s, a, config, &l, &e), -E_NOT_FOUND, "no server yet");
	place(config, "se-got-1", "Gothenburg", "se");
	place(config, "de-fra-2", "Frankfurt", "de");
	place(config, "de-fra-1", "Frankfurt", "de");
	place(config, "de", NULL, NULL);
	add_server(s, config, "de-fra-1", 2);
	MUST(store_server_list(s, a, config, &l, ERR));
	is_int(l.n_items, 5, "all slots");
	is_str(l.items[1].server, "de-fra-1", "by server");
	is_int(l.items[2].slot, 2, "then slot");
	is_str(l.items[1].preshared_key, SEALED_TEXT, "preshared key, sealed");
	is_int(l.items[1].keepalive, 25, "keepalive");
	is_int(l.items[2].keepalive, -1, "none");
	is_str(l.items[1].endpoint, "192.0.2.1:51820", "endpoint");
	MUST(store_server_active(s, a, config, &l, ERR));
	is_str(l.items[0].server, "se-got-1", "the first is active");

	is_int(matches(config, "DE-FRA-1"), 2, "both slots of a server by name");
	is_int(matches(config, "frankfurt"), 3, "all servers of a city");
	is_int(matches(config, "SE"), 1, "of a country");
	is_int(matches(config, "de"), 1, "an exact server name wins alone");
	is_int(matches(config, "de-fra"), 3, "what begins so, when nothing else fits");
	is_int(store_server_match(s, a, config, "frnkfurt", &l, &e), -E_NOT_FOUND, "an error");
	is_str(e.hint, "did you mean 'Frankfurt'?", "and what was meant");
	is_int(matches(config, "%"), 0, "no wildcards");

	is_int(store_server_activate(s, config, "de-fra-1", &e), 0, "another one");
	MUST(store_server_active(s, a, config, &l, ERR));
	is_int(l.n_items, 2, "is active with all its slots");
	is_str(l.items[0].server, "de-fra-1", "it alone");
	is_int(store_server_activate(s, config, "de-fra-9", &e), -E_NOT_FOUND, "not an unknown");
	is_int(number(s, "SELECT count(*) FROM extramural_peer WHERE is_active"), 2,
		"which changes nothing");

	p = l.items[0];
	p.endpoint = "192.0.2.9:51820";
	p.is_active = false;
	is_int(store_server_update(s, &p, &e), 0, "a slot is changed");
	MUST(store_server_active(s, a, config, &l, ERR));
	is_str(l.items[0].endpoint, "192.0.2.9:51820", "it is");
	ok(l.items[0].is_active, "an update puts nothing out");
	is_int(store_server_remove(s, config, "DE-fra-1", &e), 0, "the active one is removed");
	MUST(store_server_active(s, a, config, &l, ERR));
	is_str(l.items[0].server, "de-fra-2", "the next takes over");
	is_int(store_server_remove(s, config, "nothing", &e), -E_NOT_FOUND, "an unknown is not");
	MUST(store_server_remove(s, config, "de", ERR));
	MUST(store_server_remove(s, config, "se-got-1", ERR));
	is_int(store_server_remove(s, config, "de-fra-2", &e), -E_IN_USE, "the last one stays: %s",
		e.msg);
	p.server = "de-fra-2";
	p.slot = 1;
	p.config_id = config;
	p.id = 0;
	is_int(store_server_add(s, &p, &e), -E_EXISTS, "not twice");
	p.server = "bad\nname";
	is_int(store_server_add(s, &p, &e), -E_NAME, "no line breaks in a name");
	end();
}

static void test_commands(void)
{
	struct command_pair one = {.pattern_name = "raw_shell",
				    .up_phase = "post",
				    .up_commands = "[\"iptables -A x\"]",
				    .execution_order = 2},
			    two = {.up_phase = "pre",
				    .down_phase = "post",
				    .up_commands = SEALED_TEXT,
				    .down_commands = "[\"b\"]",
				    .enabled = true,
				    .trusted_hash = "h",
				    .execution_order = 1};
	struct command_pair_list l;

	begin();
	one.config_id = two.config_id = add_config(s, laptop, mullvad, "K1");
	MUST(store_command_add(s, &one, ERR));
	MUST(store_command_add(s, &two, ERR));
	MUST(store_command_list(s, a, one.config_id, &l, ERR));
	is_int(l.n_items, 2, "both");
	is_str(l.items[0].up_commands, SEALED_TEXT, "in their order");
	is_str(l.items[0].down_phase, "post", "phase of the way down");
	ok(l.items[0].enabled, "enabled");
	is_str(l.items[1].up_commands, "[\"iptables -A x\"]", "byte for byte");
	is_str(l.items[1].down_phase, NULL, "a half that is missing");
	is_int(l.items[1].config_id, one.config_id, "whose they are");
	is_str(text(s, "SELECT DISTINCT entity_type FROM command_pair"), "extramural_config",
		"the general reference is there too");
	two.trusted_hash = NULL;
	two.up_commands = "[\"c\"]";
	MUST(store_command_update(s, &two, ERR));
	MUST(store_command_list(s, a, one.config_id, &l, ERR));
	is_str(l.items[0].up_commands, "[\"c\"]", "an update writes");
	is_str(l.items[0].trusted_hash, NULL, "NULL as well");
	is_str(l.items[1].up_commands, "[\"iptables -A x\"]", "and no other row");
	MUST(store_command_remove(s, &l, ERR));
	MUST(store_command_list(s, a, one.config_id, &l, ERR));
	is_int(l.n_items, 0, "all gone");
	end();
}

static void test_names(void)
{
	static const struct {
		const char *name, *why;
		bool good;
	} names[] = {
		{"Home VPN", "a space inside", true},
		{"Żółw", "UTF-8", true},
		{"", "empty", false},
		{" ", "only a space", false},
		{" a", "a space first", false},
		{"a ", "a space last", false},
		{"a/b", "a slash", false},
		{"a@b", "an at", false},
		{"a\nb", "a line break", false},
		{"a\x1b[31m", "an escape sequence", false},
		{"a\x7f", "DEL", false},
		{"a\xc2\x85", "a C1 control character", false},
		{"a\xff", "no UTF-8", false},
		{"a\xe2\x80\xae"
		 "b",
			"a right-to-left override", false},
		{"-x", "like an option", false},
		{"x.conf", "like a file", false},
		{"0123456789012345678901234567890123456789012345678901234567890123", "64 bytes",
			true},
		{"01234567890123456789012345678901234567890123456789012345678901234", "65 bytes",
			false},
	};
	static const struct {
		const char *name;
		bool good;
	} interfaces[] = {{"wg0", true}, {"a_=+.-Z", true}, {"wg-0123456789ab", true},
		{"wg-0123456789abc", false}, {"", false}, {".", false}, {"..", false},
		{"a b", false}, {"a/b", false}, {"wg;rm", false}, {"w\xc3\xa9", false}};
	struct sponsor p = {0};
	struct err e;

	begin();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		p = (struct sponsor){.name = names[i].name};
		is_int(store_sponsor_add(s, &p, &e), names[i].good ? 0 : -E_NAME, "%s",
			names[i].why);
	}
	for (size_t i = 0; i < sizeof(interfaces) / sizeof(*interfaces); i++)
		is_int(store_interface_check(interfaces[i].name, &e),
			interfaces[i].good ? 0 : -E_NAME, "interface '%s'", interfaces[i].name);
	end();
}

static void test_transactions(void)
{
	struct sponsor p = {.name = "X"};
	struct store *r;
	struct err e;

	begin();
	store_rollback(s);
	is_int(number(s, "SELECT count(*) FROM sponsor"), 0, "rolled back, nothing is left");
	is_int(store_sponsor_add(s, &p, &e), -E_INTERNAL, "no change outside of a transaction");
	store_rollback(s);
	MUST(store_begin(s, ERR));
	is_int(store_begin(s, &e), -E_INTERNAL, "one at a time");
	MUST(store_sponsor_add(s, &p, ERR));
	r = fixture_open(false);
	is_int(number(r, "SELECT count(*) FROM sponsor"), 0, "a reader does not see it yet");
	MUST(store_commit(s, ERR));
	is_int(number(r, "SELECT count(*) FROM sponsor"), 1, "and then does");
	MUST(store_begin(r, ERR));
	p.name = "Y";
	is_int(store_sponsor_add(r, &p, &e), -E_INTERNAL, "a reader changes nothing");
	store_rollback(r);
	store_close(r);
	is_int(store_commit(s, &e), -E_INTERNAL, "nothing to commit");
	end();
}

int main(void)
{
	test_sponsor();
	test_local_peer();
	test_ssh_host();
	test_config();
	test_interface_name();
	test_server();
	test_commands();
	test_names();
	test_transactions();
	return done_testing();
}
