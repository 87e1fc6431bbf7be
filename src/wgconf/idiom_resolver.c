// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands that set this machine's resolver for the tunnel: resolvectl, systemd-resolve,
 * resolvconf. A setting that sends only some names to the tunnel, or less than all, is told apart:
 * beside it no other one is certain.
 */
#include "base/str.h"
#include "wgconf/idiom_act.h"

static struct act *add(struct act_reader *rd, enum act_kind kind, const char *tool)
{
	struct act *act = LIST_PUSH(rd->a, rd, acts);

	act->kind = kind;
	act->tool = tool;
	act->key = tool;
	act->families = ACT_IPV4 | ACT_IPV6;
	return act;
}

static bool is_self(const struct act_reader *rd, const char *word)
{
	char ifname[FW_IFNAME_SIZE];

	return word && act_ifname(rd, word, ifname) && act_is_self(ifname);
}

static bool add_server(struct act_reader *rd, struct act *act, const char *word)
{
	struct ip_addr addr;

	if (!ip_addr_parse(word, &addr))
		return false;
	*LIST_PUSH(rd->a, act, servers) = addr;
	return true;
}

static bool add_servers(struct act_reader *rd, const char *const *words, size_t n)
{
	struct act *act = add(rd, ACT_DNS_SET, "resolvectl");

	for (size_t i = 0; i < n; i++)
		if (!add_server(rd, act, words[i]))
			return false;
	return n;
}

/* "~." alone sends every name there; search domains may stand beside it. */
static bool add_domains(struct act_reader *rd, const char *const *words, size_t n)
{
	bool all = n == 1 && (str_eq(words[0], "~.") || str_eq(words[0], "."));

	add(rd, all && words[0][0] == '~' ? ACT_DNS_SET : ACT_DNS_OTHER, "resolvectl")->all_names =
		all;
	return n;
}

static bool add_default_route(struct act_reader *rd, const char *const *words, size_t n)
{
	static const char *const yes[] = {"true", "yes", "on", "1"};
	static const char *const no[] = {"false", "no", "off", "0"};

	for (size_t i = 0; n == 1 && i < 4; i++) {
		if (str_eq(words[0], yes[i]) || str_eq(words[0], no[i])) {
			add(rd, str_eq(words[0], yes[i]) ? ACT_DNS_SET : ACT_DNS_OTHER,
				"resolvectl");
			return true;
		}
	}
	return false;
}

static void add_revert(struct act_reader *rd)
{
	struct act *act = add(rd, ACT_DNS_SET, "resolvectl");

	act->undo = act->all = true;
}

/* resolvectl dns|domain|default-route|revert %i … */
static int read_resolvectl(struct act_reader *rd, const struct shell_command *cmd)
{
	const char *const *values = cmd->words + 3;
	size_t n = cmd->n_words > 3 ? cmd->n_words - 3 : 0;
	const char *verb = cmd->n_words > 2 ? cmd->words[1] : NULL;
	bool good = false;

	if (!verb || !is_self(rd, cmd->words[2]))
		return -1;
	if (str_eq(verb, "dns"))
		good = add_servers(rd, values, n);
	else if (str_eq(verb, "domain"))
		good = add_domains(rd, values, n);
	else if (str_eq(verb, "default-route"))
		good = add_default_route(rd, values, n);
	else if (str_eq(verb, "revert") && (good = !n))
		add_revert(rd);
	return good ? 1 : -1;
}

/* The value of "--name=VALUE", or of "--name VALUE" and its brief form; NULL: not this option. */
static const char *option_value(
	const struct shell_command *cmd, size_t *i, const char *name, const char *brief)
{
	const char *word = cmd->words[*i];
	size_t len = strlen(name);

	if (strncmp(word, name, len) == 0 && word[len] == '=')
		return word + len + 1;
	if ((str_eq(word, name) || str_eq(word, brief)) && *i + 1 < cmd->n_words)
		return cmd->words[++*i];
	return NULL;
}

/* systemd-resolve -i %i --set-dns=A … [--set-domain=~.], or --revert */
static int read_systemd_resolve(struct act_reader *rd, const struct shell_command *cmd)
{
	bool self = false, revert = false, some = false;
	const char *value;

	for (size_t i = 1; i < cmd->n_words; i++) {
		if ((value = option_value(cmd, &i, "--interface", "-i"))) {
			if (self || !(self = is_self(rd, value)))
				return -1;
		} else if ((value = option_value(cmd, &i, "--set-dns", NULL))) {
			if (!(some = add_servers(rd, &value, 1)))
				return -1;
		} else if ((value = option_value(cmd, &i, "--set-domain", NULL))) {
			some = add_domains(rd, &value, 1);
		} else if (revert || !(revert = str_eq(cmd->words[i], "--revert"))) {
			return -1;
		}
	}
	if (!self || revert == some)
		return -1;
	if (revert)
		add_revert(rd);
	return 1;
}

/* resolvconf [-f] -d %i */
static int read_resolvconf_down(struct act_reader *rd, const struct shell_command *cmd)
{
	bool gone = false;

	for (size_t i = 1; i < cmd->n_words; i++) {
		const char *word = cmd->words[i];

		if (str_eq(word, "-f"))
			continue;
		if (gone || !str_eq(word, "-d") || ++i == cmd->n_words)
			return -1;
		word = cmd->words[i];
		if (strncmp(word, "tun.", 4) == 0)
			word += 4;
		if (!(gone = is_self(rd, word)))
			return -1;
	}
	if (gone) {
		struct act *act = add(rd, ACT_DNS_SET, "resolvconf");

		act->undo = act->all = true;
	}
	return gone ? 1 : -1;
}

int act_read_resolver(struct act_reader *rd, const struct shell_command *cmd)
{
	bool resolvectl = act_is_program(cmd->words[0], "resolvectl");
	bool systemd = act_is_program(cmd->words[0], "systemd-resolve");
	bool resolvconf = act_is_program(cmd->words[0], "resolvconf");

	if (!resolvectl && !systemd && !resolvconf)
		return 0;
	if (cmd->to)
		return -1;
	if (resolvectl)
		return read_resolvectl(rd, cmd);
	return systemd ? read_systemd_resolve(rd, cmd) : read_resolvconf_down(rd, cmd);
}

/* resolvconf -a %i [-m 0] [-x]; *ret_exclusive: its servers and no others */
static bool is_resolvconf_up(
	const struct act_reader *rd, const struct shell_command *cmd, bool *ret_exclusive)
{
	bool self = false, exclusive = false, metric = false;

	if (!act_is_program(cmd->words[0], "resolvconf") || cmd->to)
		return false;
	for (size_t i = 1; i < cmd->n_words; i++) {
		const char *word = cmd->words[i];

		if (str_eq(word, "-x")) {
			exclusive = true;
		} else if (str_eq(word, "-m") && !metric && i + 1 < cmd->n_words) {
			if (!(metric = str_eq(cmd->words[++i], "0")))
				return false;
		} else if (str_eq(word, "-a") && !self && i + 1 < cmd->n_words) {
			word = cmd->words[++i];
			if (!(self = is_self(rd, strncmp(word, "tun.", 4) == 0 ? word + 4 : word)))
				return false;
		} else {
			return false;
		}
	}
	*ret_exclusive = exclusive;
	return self;
}

/* "nameserver A", lines parted by a newline or (echo -e, printf) by "\n" */
static bool read_nameservers(struct act_reader *rd, struct act *act, const char *text, bool escapes)
{
	while (*text) {
		const char *end = strchr(text, '\n'),
			   *escaped = escapes ? strstr(text, "\\n") : NULL;
		const char *stop, *keyword = "nameserver ";

		if (escaped && (!end || escaped < end))
			end = escaped;
		stop = end ? end : text + strlen(text);
		if (strncmp(text, keyword, strlen(keyword)) != 0)
			return false;
		text += strlen(keyword);
		if (!add_server(rd, act, arena_strndup(rd->a, text, (size_t)(stop - text))))
			return false;
		text = !end ? stop : end + (*end == '\\' ? 2 : 1);
	}
	return act->n_servers;
}

bool act_read_resolvconf(
	struct act_reader *rd, const struct shell_command *from, const struct shell_command *to)
{
	bool echo = str_eq(from->words[0], "echo"), print = str_eq(from->words[0], "printf");
	bool escapes = print, exclusive;
	struct strbuf text = {0};
	struct act *act;
	bool good;

	if ((!echo && !print) || from->to || !is_resolvconf_up(rd, to, &exclusive))
		return false;
	for (size_t i = 1; i < from->n_words; i++) {
		if (i == 1 && echo && str_eq(from->words[1], "-e")) {
			escapes = true;
			continue;
		}
		if (print && i > 1) /* arguments of a format */
			break;
		strbuf_addf(&text, "%s%s", text.len ? " " : "", from->words[i]);
	}
	act = add(rd, ACT_DNS_SET, "resolvconf");
	act->all_names = exclusive;
	good = !(print && from->n_words != 2) &&
		read_nameservers(rd, act, strbuf_str(&text), escapes);
	strbuf_free(&text);
	return good;
}
