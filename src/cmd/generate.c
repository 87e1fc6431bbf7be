// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf generate: the text goes out in one piece, past the buffer of results, because it holds a key;
 * for the same reason it is never part of a JSON object.
 */
#include "ops/generate.h"

#include "cmd/present.h"
#include "cmd/rows.h"

static const struct option_row options[] = {
	{"portable", 0, NULL, "for plain wg-quick: what is set, as hooks that do the same"},
	{"output", 'o', "FILE", "into a file (0600) instead of standard output"},
	{0},
};

static void print_json(struct cmd *c, const struct generated *g, const char *path)
{
	cmd_json(c, "wf.generate/1");
	jsonw_kv_str(&c->j, "device", g->config.peer_name);
	jsonw_kv_str(&c->j, "sponsor", g->config.sponsor_name);
	jsonw_kv_str(&c->j, "server", g->server);
	jsonw_kv_str(&c->j, "file", path);
	jsonw_kv_uint(&c->j, "bytes", g->text.len);
	jsonw_kv_uint(&c->j, "held_back", g->held_back);
	jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
	cmd_json_end(c);
}

static int run(struct cmd *c, struct err *e)
{
	const char *path = cmd_option(c, "output");
	bool portable = cmd_flag(c, "portable");
	struct generated g;
	int r;

	if (c->json && !path) {
		err_set(e, E_USAGE, "JSON never holds a key, and the text does");
		return err_hint(e, "add --output FILE, or leave --json away");
	}
	r = path ? generate_file(&c->ops, c->argv[0], portable, path, &g, e)
		 : generate_text(&c->ops, c->argv[0], portable, &g, e);
	if (r)
		return r;
	if (!path)
		cmd_write(g.text.s, g.text.len);
	else if (c->json)
		print_json(c, &g, path);
	else
		cmd_say(c, "%s %s (%s, %zu bytes)", c->dry_run ? "would write" : "wrote",
			present_text(c->arena, path), present_text(c->arena, g.server), g.text.len);
	if (g.settings_missing)
		cmd_say(c,
			"note: what was set (kill switch, DNS, exceptions) is not in it; "
			"--portable "
			"puts it in");
	if (g.held_back)
		cmd_say(c, "note: %u hook%s not trusted, and left out", g.held_back,
			g.held_back == 1 ? " is" : "s are");
	secret_text_free(&g.text);
	return 0;
}

const struct command cmd_generate = {
	.name = "generate",
	.args = "NAME[@SERVER]",
	.summary = "write the .conf of a configuration",
	.help = "  The text holds the private key. What was imported comes back equal; with\n"
		"  --portable the kill switch and all else that is set work under plain "
		"wg-quick.\n",
	.examples =
		"  wf generate mullvad\n  wf generate phone/mullvad@se-got-wg-001 -o phone.conf\n"
		"  wf generate router/mullvad --portable -o wg0.conf",
	.options = options,
	.needs = NEED_DB_R | NEED_SECRETS,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = run,
};
