// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading of received messages: attributes by type, and results. Knows the framing of netlink only
 * (include/uapi/linux/netlink.h), no family. Pure on bytes and fuzzed: nothing outside the given
 * length is ever looked at, whatever the lengths inside say.
 */
#include "net/nl.h"

#include <string.h>

#include "base/str.h"

const struct nlmsghdr *nl_message_at(const void *data, size_t size, size_t *at)
{
	const struct nlmsghdr *h;
	size_t left = *at < size ? size - *at : 0;

	if (left < sizeof(*h))
		return NULL;
	h = (const struct nlmsghdr *)((const char *)data + *at);
	if (h->nlmsg_len < sizeof(*h) || h->nlmsg_len > left)
		return NULL;
	*at += MNL_ALIGN((size_t)h->nlmsg_len);
	return h;
}

bool nl_attrs(const void *payload, size_t len, const uint8_t *sizes, uint16_t max,
	const struct nlattr **tb)
{
	const struct nlattr *attr;
	uint16_t type;

	memset(tb, 0, (max + 1u) * sizeof(*tb));
	mnl_attr_for_each_payload(payload, len)
	{
		type = mnl_attr_get_type(attr);
		if (type > max)
			continue;
		if (mnl_attr_get_payload_len(attr) < sizes[type])
			return false;
		tb[type] = attr;
	}
	return true;
}

bool nl_message_attrs(const struct nlmsghdr *h, size_t head, const uint8_t *sizes, uint16_t max,
	const struct nlattr **tb)
{
	size_t len = mnl_nlmsg_get_payload_len(h);

	if (len < head)
		return false;
	head = MNL_ALIGN(head);
	len = len < head ? 0 : len - head;
	return nl_attrs(mnl_nlmsg_get_payload_offset(h, head), len, sizes, max, tb);
}

bool nl_nested_attrs(
	const struct nlattr *nest, const uint8_t *sizes, uint16_t max, const struct nlattr **tb)
{
	return nl_attrs(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), sizes, max, tb);
}

bool nl_attr_string(const struct nlattr *attr, char *out, size_t size)
{
	const char *s = mnl_attr_get_payload(attr);
	size_t len = strnlen(s, mnl_attr_get_payload_len(attr));

	if (len >= size)
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

static void parse_text(const struct nlmsghdr *h, size_t offset, struct nl_result *r)
{
	static const uint8_t sizes[NLMSGERR_ATTR_MSG + 1] = {0};
	const struct nlattr *tb[NLMSGERR_ATTR_MSG + 1];
	char text[1024];

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) ||
		!nl_message_attrs(h, offset, sizes, NLMSGERR_ATTR_MSG, tb))
		return;
	if (tb[NLMSGERR_ATTR_MSG] && nl_attr_string(tb[NLMSGERR_ATTR_MSG], text, sizeof(text)))
		str_copy(r->text, sizeof(r->text), text);
}

bool nl_result_parse(const struct nlmsghdr *h, struct nl_result *ret)
{
	size_t len = mnl_nlmsg_get_payload_len(h), offset;
	struct nl_result r = {0};
	struct nlmsgerr em;
	int error = 0;

	if (h->nlmsg_type == NLMSG_DONE) {
		/* Families that have nothing to say leave the value away. */
		if (len >= sizeof(error))
			memcpy(&error, mnl_nlmsg_get_payload(h), sizeof(error));
		offset = sizeof(error);
	} else {
		if (len < sizeof(em))
			return false;
		memcpy(&em, mnl_nlmsg_get_payload(h), sizeof(em));
		error = em.error;
		offset = sizeof(em);
		/* The refused request is quoted whole unless the socket asked for less. */
		if (!(h->nlmsg_flags & NLM_F_CAPPED) && em.msg.nlmsg_len > sizeof(em.msg))
			offset += MNL_ALIGN((size_t)em.msg.nlmsg_len) - sizeof(em.msg);
	}
	/* Everything the kernel says here is a negative errno value (at most 4095). */
	if (error > 0 || error < -4095)
		return false;
	r.error = -error;
	parse_text(h, offset, &r);
	*ret = r;
	return true;
}
