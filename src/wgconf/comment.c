// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names out of comments. Knows the markers of Mullvad, Proton, wg-easy, angristan's and Nyr's
 * scripts, PiVPN, WGDashboard, wg-meshconf and wireguard-ui; must not take a word out of a sentence
 * for a name. A name is text a terminal shows as it is, at most NAME_MAX_BYTES long.
 */
#include "wgconf/comment.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

#define NAME_MAX_BYTES 64
#define UUID_CHARS     36

/* A piece of a comment; not terminated. */
struct piece {
	const char *s;
	size_t len;
};

static struct piece trim(struct piece p)
{
	while (p.len && str_is_space(p.s[0]))
		p.s++, p.len--;
	while (p.len && str_is_space(p.s[p.len - 1]))
		p.len--;
	return p;
}

static struct piece body(const char *comment, size_t *ret_hashes)
{
	size_t hashes = strspn(comment, "#");

	*ret_hashes = hashes;
	return trim((struct piece){comment + hashes, strlen(comment + hashes)});
}

static bool drop_front(struct piece *p, const char *front)
{
	size_t n = strlen(front);

	if (p->len <= n || strncasecmp(p->s, front, n) != 0)
		return false;
	*p = trim((struct piece){p->s + n, p->len - n});
	return true;
}

static bool drop_back(struct piece *p, const char *back)
{
	size_t n = strlen(back);

	if (p->len <= n || strncasecmp(p->s + p->len - n, back, n) != 0)
		return false;
	*p = trim((struct piece){p->s, p->len - n});
	return true;
}

/* Takes " (uuid)" from the end, as wg-easy writes it. */
static void drop_uuid(struct piece *p)
{
	const char *open;

	if (p->len < UUID_CHARS + 3)
		return;
	open = p->s + p->len - UUID_CHARS - 2;
	if (open[0] != '(' || p->s[p->len - 1] != ')')
		return;
	for (size_t i = 0; i < UUID_CHARS; i++)
		if (!isxdigit((unsigned char)open[1 + i]) && open[1 + i] != '-')
			return;
	*p = trim((struct piece){p->s, (size_t)(open - p->s)});
}

bool comment_is_proton_server(const char *text)
{
	const char *s = text;
	size_t n;

	for (;;) {
		n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
		if (s == text ? n != 2 || isdigit((unsigned char)s[0]) ||
					isdigit((unsigned char)s[1])
			      : !n)
			return false;
		s += n;
		if (*s != '-')
			break;
		s++;
	}
	if (*s++ != '#')
		return false;
	n = strspn(s, "0123456789");
	return n && (!s[n] || strcmp(s + n, "-TOR") == 0);
}

static char *keep_name(struct arena *a, struct piece p)
{
	char raw[NAME_MAX_BYTES + 1], shown[4 * NAME_MAX_BYTES + 1];

	if (!p.len || p.len > NAME_MAX_BYTES)
		return NULL;
	memcpy(raw, p.s, p.len);
	raw[p.len] = '\0';
	str_escape(shown, sizeof(shown), raw);
	return strcmp(raw, shown) == 0 ? arena_strdup(a, raw) : NULL;
}

/* The name a whole comment line gives to the peer it stands above or in, or NULL. */
static char *marked_name(struct arena *a, const char *comment)
{
	size_t hashes;
	struct piece p = body(comment, &hashes);
	char *name;

	if (drop_front(&p, "Client: ")) {
		drop_uuid(&p);
		return keep_name(a, p);
	}
	if ((hashes == 3 && drop_front(&p, "Client ")) || drop_front(&p, "BEGIN_PEER ") ||
		drop_front(&p, "Name: ") || drop_front(&p, "Name# ="))
		return keep_name(a, p);
	if (hashes == 3 && drop_front(&p, "begin ") && drop_back(&p, "###"))
		return keep_name(a, p);
	name = keep_name(a, p);
	return name && comment_is_proton_server(name) ? name : NULL;
}

char *comment_peer_name(struct arena *a, const struct conf_line *lines, size_t n)
{
	char *name = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct conf_line *l = &lines[i];

		if (l->kind == CONF_LINE_KEY || l->kind == CONF_LINE_UNKNOWN)
			break;
		if (l->kind == CONF_LINE_PEER && l->comment) {
			size_t hashes;
			char *inline_name = keep_name(a, body(l->comment, &hashes));

			if (inline_name)
				return inline_name;
		}
		if (l->kind == CONF_LINE_COMMENT && !name)
			name = marked_name(a, l->text);
	}
	return name;
}

char *comment_device(struct arena *a, const struct conf_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t hashes;
		struct piece p;
		char *name;

		if (lines[i].kind != CONF_LINE_COMMENT)
			continue;
		p = body(lines[i].text, &hashes);
		if (!drop_front(&p, "Device: ") && !drop_front(&p, "Key for "))
			continue;
		name = keep_name(a, p);
		if (name)
			return name;
	}
	return NULL;
}

bool comment_ends_peer(const char *comment)
{
	size_t hashes;
	struct piece p = body(comment, &hashes);

	return drop_front(&p, "END_PEER ") ||
		(hashes == 3 && drop_front(&p, "end ") && drop_back(&p, "###"));
}
