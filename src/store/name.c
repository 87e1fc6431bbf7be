// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names: what may be one, and which ones are near. Knows the characters that other layers give a
 * meaning (the command line, a terminal, a file name); must not know the tables. A name that passed
 * can be printed and put into a path of one element as it is.
 */
#include "store/name.h"

#include "base/str.h"

#define TEXT_MAX_LEN 1024
#define IFNAME_LEN   15

/* What a terminal may be sent as it is: valid UTF-8 that does not steer it. */
static bool is_plain(const char *text)
{
	char escaped[TEXT_MAX_LEN + 1];

	str_escape(escaped, sizeof(escaped), text);
	return strcmp(escaped, text) == 0;
}

static int check(const char *what, const char *text, size_t max, struct err *e)
{
	if (str_empty(text))
		return err_set(e, E_NAME, "the %s is empty", what);
	if (strlen(text) > max)
		return err_set(e, E_NAME, "the %s is longer than %zu bytes", what, max);
	if (!is_plain(text))
		return err_set(e, E_NAME, "the %s '%s' holds a control character or is not UTF-8",
			what, text);
	return 0;
}

int store_name_check(const char *what, const char *name, struct err *e)
{
	char words[64];
	const char *bad;
	int r;

	snprintf(words, sizeof(words), "name of the %s", what);
	r = check(words, name, STORE_NAME_MAX, e);
	if (r)
		return r;
	bad = strpbrk(name, "/@");
	if (bad)
		return err_set(e, E_NAME,
			"the %s, '%s', holds '%c', which separates names in DEVICE/SPONSOR@SERVER",
			words, name, *bad);
	if (str_is_space(name[0]) || str_is_space(name[strlen(name) - 1]))
		return err_set(e, E_NAME, "the %s, '%s', begins or ends with a space", words, name);
	if (name[0] == '-')
		return err_set(e, E_NAME, "the %s, '%s', begins like an option", words, name);
	if (str_iends(name, ".conf"))
		return err_set(e, E_NAME, "the %s, '%s', ends like a file's", words, name);
	return 0;
}

int store_text_check(const char *what, const char *text, struct err *e)
{
	return text ? check(what, text, TEXT_MAX_LEN, e) : 0;
}

int store_interface_check(const char *name, struct err *e)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_=+.-";
	size_t len = strlen(name);

	if (len >= 1 && len <= IFNAME_LEN && strspn(name, chars) == len && strcmp(name, ".") != 0 &&
		strcmp(name, "..") != 0)
		return 0;
	err_set(e, E_NAME, "'%s' cannot be the name of an interface", name);
	return err_hint(e, "1 to 15 letters, digits and any of _ = + . -");
}

/* How far off a name is; a name that begins like the wanted one is as near as one typing error. */
static unsigned distance_to(const char *wanted, const char *name, unsigned limit)
{
	if (strlen(wanted) >= 2 && str_istarts(name, wanted))
		return 1;
	return str_distance(wanted, name, limit);
}

void near_offer(struct near *n, const char *name)
{
	size_t len = strlen(n->wanted);
	unsigned limit = len < 4 ? 1 : len < 9 ? 2 : 3;
	unsigned d = distance_to(n->wanted, name, limit), i;

	if (d > limit || strlen(name) >= sizeof(n->name[0]))
		return;
	for (i = 0; i < n->n && n->distance[i] <= d; i++)
		if (str_ieq(n->name[i], name))
			return;
	if (i == NEAR_COUNT)
		return;
	if (n->n < NEAR_COUNT)
		n->n++;
	for (unsigned k = n->n - 1; k > i; k--) {
		n->distance[k] = n->distance[k - 1];
		memcpy(n->name[k], n->name[k - 1], sizeof(n->name[k]));
	}
	n->distance[i] = d;
	str_copy(n->name[i], sizeof(n->name[i]), name);
}

int near_hint(const struct near *n, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	for (unsigned i = 0; i < n->n; i++)
		strbuf_addf(&b, "%s'%s'", i == 0 ? "" : i + 1 < n->n ? ", " : " or ", n->name[i]);
	return n->n ? err_hint(e, "did you mean %s?", strbuf_str(&b)) : -(int)e->code;
}
