// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From hooks to idioms: which hooks are understood whole, which down undoes which up, and which
 * hooks therefore stand or fall together. Knows no command. Invariant: every hook ends up in
 * exactly one list of one idiom, and one that has a part that is not understood is raw_shell.
 */
#include "wgconf/idiom.h"

#include "base/str.h"
#include "wgconf/idiom_draft.h"

struct state {
	struct act_reader rd;
	const struct conf *c;
	bool *raw;		    /* by hook */
	size_t *parent;		    /* by hook: the hooks of a group have one root */
	bool *done;		    /* by hook: its group was given out */
	LIST(struct draft, drafts); /* of the present group */
};

static bool is_up(const struct conf_hook *h)
{
	return h->phase == CONF_PHASE_PRE_UP || h->phase == CONF_PHASE_POST_UP;
}

static size_t root_of(struct state *st, size_t i)
{
	while (st->parent[i] != i)
		i = st->parent[i] = st->parent[st->parent[i]];
	return i;
}

/* The earlier hook becomes the root. */
static void unite(struct state *st, size_t i, size_t k)
{
	i = root_of(st, i);
	k = root_of(st, k);
	st->parent[i > k ? i : k] = i > k ? k : i;
}

static bool read_command(struct act_reader *rd, const struct shell_command *cmd)
{
	static int (*const readers[])(struct act_reader *, const struct shell_command *) = {
		act_read_iptables, act_read_nft, act_read_route, act_read_sysctl,
		act_read_resolver};

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		int r = readers[i](rd, cmd);

		if (r)
			return r > 0;
	}
	return false;
}

static bool read_commands(struct act_reader *rd, const struct shell_line *line)
{
	for (size_t i = 0; i < line->n_commands; i++) {
		const struct shell_command *cmd = &line->commands[i];

		if (!cmd->piped) {
			if (!read_command(rd, cmd))
				return false;
		} else if (line->commands[i + 1].piped ||
			!act_read_resolvconf(rd, cmd, &line->commands[i + 1])) {
			return false;
		} else {
			i++;
		}
	}
	return true;
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* An up only does, a down only undoes: what mixes both is understood by nobody. */
static bool read_hook(struct state *st, size_t hook)
{
	const struct conf_hook *h = &st->c->hooks[hook];
	struct act_reader *rd = &st->rd;
	struct shell_line line;

	if (!shell_read(rd->a, h->command, h->len, rd->ifname, &line) || !read_commands(rd, &line))
		return false;
	LIST_FOREACH (act, rd, acts) {
		if (act->hash)
			continue;
		if (act->undo == is_up(h))
			return false;
		act->hook = hook;
		act->hash = hash(act->key) | 1;
	}
	return true;
}

static bool contains(const struct conf_hook *h, const char *part)
{
	return memmem(h->command, h->len, part, strlen(part));
}

/*
 * Does a hook that is not understood speak of names that go to this resolver or do not? Then what
 * the others set is not all there is to it.
 */
static bool may_set_domains(const struct conf_hook *h)
{
	return contains(h, "domain") || contains(h, "default-route");
}

static void read_hooks(struct state *st)
{
	for (size_t i = 0; i < st->c->n_hooks; i++) {
		size_t acts = st->rd.n_acts, chains = st->rd.n_chains;

		if ((st->raw[i] = !read_hook(st, i))) {
			st->rd.n_acts = acts;
			st->rd.n_chains = chains;
		}
		st->parent[i] = i;
	}
}

/* Of two acts of the up half that are put into one chain: does `a` come before `b` there? */
static bool stands_before(const struct state *st, const struct act *a, const struct act *b)
{
	enum conf_phase pa = st->c->hooks[a->hook].phase, pb = st->c->hooks[b->hook].phase;
	bool earlier = pa != pb ? pa < pb : a < b;

	if (a->front != b->front)
		return a->front;
	return a->front ? !earlier : earlier;
}

static bool is_live(const struct state *st, const struct act *act)
{
	return !st->raw[act->hook];
}

static bool is_nft(const struct act *act)
{
	return str_eq(act->tool, "nft");
}

/* An accept holds in its own chain only: iptables' OUTPUT, or one of an nft table. */
static bool is_same_chain(const struct act *a, const struct act *b)
{
	return str_eq(a->chain, b->chain) && (!a->chain || str_eq(a->key, b->key));
}

/*
 * An accepted local range means something beside the refusal of everything in its chain, and takes
 * effect when it comes before it and no other chain refuses.
 */
static bool has_kill(const struct state *st, struct act *lan)
{
	bool found = false;

	LIST_FOREACH (k, &st->rd, acts) {
		if (k->kind != ACT_KILL || k->families != lan->families || !is_live(st, k))
			continue;
		found |= is_same_chain(k, lan);
		if (!k->undo && !lan->undo &&
			(!is_same_chain(k, lan) || !stands_before(st, lan, k)))
			lan->no_effect = true;
	}
	return found;
}

static bool dns_is_certain(const struct state *st)
{
	LIST_FOREACH (act, &st->rd, acts)
		if (act->kind == ACT_DNS_OTHER)
			return false;
	for (size_t i = 0; i < st->c->n_hooks; i++)
		if (st->raw[i] && may_set_domains(&st->c->hooks[i]))
			return false;
	return true;
}

/* Two refusals of one family: each holds, so an exception of one alone is none. */
static void check_exceptions(struct state *st)
{
	LIST_FOREACH (a, &st->rd, acts)
		LIST_FOREACH (b, &st->rd, acts)
			if (a->kind == ACT_KILL && b->kind == ACT_KILL && !a->undo && !b->undo &&
				a->families == b->families && is_live(st, a) && is_live(st, b) &&
				a->prefix.addr.family && !ip_prefix_equal(&a->prefix, &b->prefix))
				a->no_effect = true;
}

/* A table is there for its rules: is one of them still understood? */
static bool has_rules(const struct state *st, const struct act *base)
{
	LIST_FOREACH (act, &st->rd, acts)
		if (act->kind != ACT_BASE && act->hash == base->hash && is_live(st, act) &&
			str_eq(act->key, base->key))
			return true;
	return false;
}

/* A hook with nft in it that is not understood may put anything into any table. */
static bool nft_is_certain(const struct state *st)
{
	for (size_t i = 0; i < st->c->n_hooks; i++)
		if (st->raw[i] && contains(&st->c->hooks[i], "nft"))
			return false;
	return true;
}

static bool is_certain(const struct state *st, struct act *act, bool dns, bool nft)
{
	if (is_nft(act) && !nft)
		return false;
	switch (act->kind) {
	case ACT_DNS_OTHER: return false;
	case ACT_DNS_SET: return dns;
	case ACT_LAN: return has_kill(st, act);
	case ACT_BASE: return has_rules(st, act);
	case ACT_KILL:
	case ACT_DNS_GATE:
	case ACT_NAT:
	case ACT_FORWARD:
	case ACT_RETURN:
	case ACT_FORWARDING:
	case ACT_LISTEN:
	case ACT_MSS:
	case ACT_DNAT:
	case ACT_SPLIT: break;
	}
	return true;
}

/* What is certain beside others only, goes with them; each hook lost may take more along. */
static void settle(struct state *st)
{
	bool changed;

	do {
		bool dns = dns_is_certain(st), nft = nft_is_certain(st);

		changed = false;
		LIST_FOREACH (act, &st->rd, acts)
			if (is_live(st, act) && !is_certain(st, act, dns, nft))
				st->raw[act->hook] = changed = true;
	} while (changed);
	check_exceptions(st);
}

static bool is_pair(const struct act *up, const struct act *down)
{
	return !up->undo && up->hash == down->hash && (up->kind == down->kind || down->all) &&
		(!up->matched || down->all) && str_eq(up->key, down->key);
}

/* Each down with the first up that it undoes, or with all of them. */
static void match_pairs(struct state *st)
{
	LIST_FOREACH (down, &st->rd, acts) {
		if (!down->undo || !is_live(st, down))
			continue;
		LIST_FOREACH (up, &st->rd, acts) {
			if (!is_live(st, up) || !is_pair(up, down))
				continue;
			up->matched = down->matched = true;
			unite(st, up->hook, down->hook);
			if (!down->all)
				break;
		}
	}
}

/* Rules stand or fall with the table that is made for them. */
static bool is_same_table(const struct act *a, const struct act *b)
{
	return is_nft(a) && a->hash == b->hash && str_eq(a->key, b->key);
}

static bool is_same_row(const struct state *st, const struct act *a, const struct act *b)
{
	return draft_same_meaning(a, b) &&
		st->c->hooks[a->hook].phase == st->c->hooks[b->hook].phase;
}

/* Lines that say the same for the other family, or with another command, are one idiom. */
static void join_meanings(struct state *st)
{
	LIST_FOREACH (a, &st->rd, acts) {
		if (a->undo || !is_live(st, a))
			continue;
		LIST_FOREACH (b, &st->rd, acts) {
			if (b >= a)
				break;
			if (b->undo || !is_live(st, b) ||
				!(is_same_table(a, b) || is_same_row(st, a, b)))
				continue;
			unite(st, a->hook, b->hook);
			break;
		}
	}
}

static void draft_act(struct state *st, const struct act *act)
{
	struct draft *into = NULL;

	LIST_FOREACH (d, st, drafts)
		if (!into && draft_fold(st->rd.a, d, act))
			into = d;
	if (!into) {
		into = LIST_PUSH(st->rd.a, st, drafts);
		draft_begin(st->rd.a, into, act);
	}
	into->up_alone |= !act->undo && !act->matched;
	into->down_alone |= act->undo && !act->matched;
}

/* Whether the file has an up and a down of this pattern that both stand alone. */
static bool other_is_alone(const struct state *st, enum pattern p)
{
	bool up = false, down = false;

	LIST_FOREACH (act, &st->rd, acts) {
		if (act->matched || !is_live(st, act) || draft_pattern(act->kind) != p)
			continue;
		up |= !act->undo;
		down |= act->undo;
	}
	return up && down;
}

/* Acts that say something first, so that those that say nothing of their own find them. */
static void draft_group(struct state *st, size_t root)
{
	st->drafts = NULL;
	st->n_drafts = st->cap_drafts = 0;
	for (int pass = 0; pass < 3; pass++) {
		LIST_FOREACH (act, &st->rd, acts) {
			bool quiet = act->kind == ACT_RETURN || act->kind == ACT_LISTEN;

			if (is_live(st, act) && root_of(st, act->hook) == root &&
				act->kind != ACT_BASE && !(act->undo && act->matched) &&
				pass ==
					(act->undo		? 2
							: quiet ? 1
								: 0))
				draft_act(st, act);
		}
	}
	LIST_FOREACH (d, st, drafts) {
		d->other_alone =
			(d->up_alone || d->down_alone) && other_is_alone(st, d->idiom.pattern);
		draft_finish(st->rd.a, d, st->c);
	}
}

static struct idiom *add_idiom(struct state *st, struct idiom_list *ret, enum pattern p)
{
	struct idiom *i = LIST_PUSH(st->rd.a, ret, items);

	i->pattern = p;
	i->inert = true;
	i->owner = ret->n_items - 1;
	return i;
}

/* Takes the hook if its half is free or of the same phase. */
static bool own_hook(struct state *st, struct idiom *i, size_t hook)
{
	const struct conf_hook *hooks = st->c->hooks;

	if (is_up(&hooks[hook])) {
		if (i->n_up && hooks[i->up[0]].phase != hooks[hook].phase)
			return false;
		*LIST_PUSH(st->rd.a, i, up) = hook;
		return true;
	}
	if (i->n_down && hooks[i->down[0]].phase != hooks[hook].phase)
		return false;
	*LIST_PUSH(st->rd.a, i, down) = hook;
	return true;
}

/* The hooks of a group go to its first idiom; those of another phase to one more, for them only. */
static void own_hooks(struct state *st, size_t root, size_t owner, struct idiom_list *ret)
{
	size_t more = SIZE_MAX;

	for (size_t i = root; i < st->c->n_hooks; i++) {
		if (st->raw[i] || root_of(st, i) != root)
			continue;
		st->done[i] = true;
		if (own_hook(st, &ret->items[owner], i))
			continue;
		if (more == SIZE_MAX) {
			enum pattern p = ret->items[owner].pattern;

			more = ret->n_items;
			add_idiom(st, ret, p)->rationale =
				"belongs to the one before, in another phase";
			ret->items[more].owner = owner;
		}
		own_hook(st, &ret->items[more], i);
	}
}

static void add_group(struct state *st, size_t root, struct idiom_list *ret)
{
	size_t owner = ret->n_items;

	draft_group(st, root);
	LIST_FOREACH (d, st, drafts) {
		*LIST_PUSH(st->rd.a, ret, items) = d->idiom;
		ret->items[ret->n_items - 1].owner = owner;
	}
	own_hooks(st, root, owner, ret);
}

static void add_raw(struct state *st, size_t hook, struct idiom_list *ret)
{
	struct idiom *i = add_idiom(st, ret, PATTERN_RAW_SHELL);

	own_hook(st, i, hook);
	i->rationale = "not a pattern that wf knows: kept as it is, run only when it is trusted";
}

void idiom_recognise(
	struct arena *a, const struct conf *c, const char *ifname, struct idiom_list *ret)
{
	struct state st = {.rd = {.a = a, .c = c, .ifname = ifname}, .c = c};

	*ret = (struct idiom_list){0};
	st.raw = arena_alloc(a, c->n_hooks * sizeof(*st.raw) + 1);
	st.done = arena_alloc(a, c->n_hooks * sizeof(*st.done) + 1);
	st.parent = arena_alloc(a, c->n_hooks * sizeof(*st.parent) + 1);
	read_hooks(&st);
	settle(&st);
	match_pairs(&st);
	join_meanings(&st);
	for (size_t i = 0; i < c->n_hooks; i++) {
		if (st.raw[i])
			add_raw(&st, i, ret);
		else if (!st.done[i])
			add_group(&st, root_of(&st, i), ret);
	}
}
