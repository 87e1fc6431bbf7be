// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading of attributes and results from bytes, well-formed and not. */
#include <errno.h>
#include <linux/genetlink.h>

#include "rig.h"

static void test_attrs(void)
{
	static const uint8_t sizes[4] = {[1] = 4, [2] = 0, [3] = 8};
	const struct nlattr *tb[4];
	struct nl_message m = {0};
	size_t len;
	char *end;

	nl_message_begin(&m, 1, 0, 0);
	mnl_attr_put_u32(&m.h, 1, 7);
	mnl_attr_put_strz(&m.h, 2, "abc");
	mnl_attr_put_u32(&m.h, 9, 1);
	mnl_attr_put_u32(&m.h, 1, 8);
	ok(nl_message_attrs(&m.h, 0, sizes, 3, tb), "attributes are read");
	ok(tb[1] && mnl_attr_get_u32(tb[1]) == 8, "of a repeated one the last counts");
	ok(tb[2] && !tb[3], "by type");

	ok(!nl_message_attrs(&m.h, 1000, sizes, 3, tb), "a header longer than the message");
	len = m.h.nlmsg_len;
	mnl_attr_put_u32(&m.h, 3, 1);
	ok(!nl_message_attrs(&m.h, 0, sizes, 3, tb), "an attribute that is too short");

	/* An attribute that says it is longer than what is left. */
	m.h.nlmsg_len = (uint32_t)len;
	mnl_attr_put_u32(&m.h, 2, 1);
	end = m.bytes + len;
	((struct nlattr *)end)->nla_len = 400;
	ok(nl_message_attrs(&m.h, 0, sizes, 3, tb), "the rest of a message may be garbage");
	ok(tb[2] && (const char *)tb[2] < end, "and is not looked at");
	((struct nlattr *)end)->nla_len = 3;
	ok(nl_message_attrs(&m.h, 0, sizes, 3, tb) && (const char *)tb[2] < end,
		"an attribute shorter than its own header ends the reading");
}

static void test_messages(void)
{
	union {
		struct nlmsghdr h[3];
		char bytes[3 * sizeof(struct nlmsghdr)];
	} m = {.h = {{.nlmsg_len = sizeof(*m.h)}, {.nlmsg_len = sizeof(*m.h) + 1}}};
	size_t at = 0;

	ok(nl_message_at(&m, sizeof(m), &at) == &m.h[0], "the first message");
	ok(nl_message_at(&m, sizeof(m), &at) == &m.h[1], "the second");
	ok(!nl_message_at(&m, sizeof(m), &at), "what is left is less than a header");
	at = 0;
	m.h[0].nlmsg_len = 0x80000000;
	ok(!nl_message_at(&m, sizeof(m), &at), "a length beyond what was received");
	m.h[0].nlmsg_len = 4;
	ok(!nl_message_at(&m, sizeof(m), &at), "or shorter than the header");
	ok(!nl_message_at(&m, 0, &at), "nothing received");
}

static void test_string(void)
{
	struct nl_message m = {0};
	const struct nlattr *attr = (const struct nlattr *)(m.bytes + MNL_NLMSG_HDRLEN);
	char out[4];

	nl_message_begin(&m, 1, 0, 0);
	mnl_attr_put(&m.h, 1, 3, "abc");
	ok(nl_attr_string(attr, out, sizeof(out)), "a string without its end");
	is_str(out, "abc", "is read");
	nl_message_begin(&m, 1, 0, 0);
	mnl_attr_put_strz(&m.h, 1, "abcd");
	ok(!nl_attr_string(attr, out, sizeof(out)), "one that does not fit is refused");
	is_str(out, "abc", "and leaves the output as it was");
}

/* An acknowledgement as the kernel writes it; `quoted` bytes of the request follow the header. */
static void build_error(struct nl_message *m, int error, uint16_t flags, size_t quoted)
{
	struct nlmsgerr *e;

	*m = (struct nl_message){0};
	e = nl_message_begin(m, NLMSG_ERROR, flags, sizeof(*e) + quoted);
	e->error = error;
	e->msg.nlmsg_len = (uint32_t)(sizeof(e->msg) + quoted);
}

static void test_result(void)
{
	struct nl_message m;
	struct nl_result r = {.error = 99};

	build_error(&m, 0, NLM_F_CAPPED, 0);
	ok(nl_result_parse(&m.h, &r), "an acknowledgement");
	is_int(r.error, 0, "says that it was done");

	build_error(&m, -EEXIST, NLM_F_CAPPED | NLM_F_ACK_TLVS, 0);
	mnl_attr_put_strz(&m.h, NLMSGERR_ATTR_MSG, "rule already exists");
	ok(nl_result_parse(&m.h, &r), "a refusal");
	is_int(r.error, EEXIST, "has its errno");
	is_str(r.text, "rule already exists", "and the kernel's words");

	build_error(&m, -EINVAL, NLM_F_ACK_TLVS, 21);
	mnl_attr_put_strz(&m.h, NLMSGERR_ATTR_MSG, "behind the request");
	nl_result_parse(&m.h, &r);
	is_str(r.text, "behind the request", "words behind a request that is quoted whole");

	build_error(&m, -EINVAL, NLM_F_ACK_TLVS, 0);
	((struct nlmsgerr *)mnl_nlmsg_get_payload(&m.h))->msg.nlmsg_len = 0xfffffff0;
	mnl_attr_put_strz(&m.h, NLMSGERR_ATTR_MSG, "x");
	ok(nl_result_parse(&m.h, &r), "a length that cannot be");
	is_str(r.text, "", "gives no words");

	r.error = 99;
	build_error(&m, 5, 0, 0);
	ok(!nl_result_parse(&m.h, &r), "a positive errno is malformed");
	build_error(&m, INT32_MIN, 0, 0);
	ok(!nl_result_parse(&m.h, &r), "so is one beyond all errno values");
	build_error(&m, 0, 0, 0);
	m.h.nlmsg_len -= 4;
	ok(!nl_result_parse(&m.h, &r), "and one that is cut off");
	is_int(r.error, 99, "none of them changes the output");
}

static void test_done(void)
{
	struct nl_message m = {0};
	struct nl_result r = {.error = 99};
	int *error = nl_message_begin(&m, NLMSG_DONE, NLM_F_ACK_TLVS, sizeof(*error));

	*error = -ENOENT;
	mnl_attr_put_strz(&m.h, NLMSGERR_ATTR_MSG, "ipv4: FIB table does not exist");
	ok(nl_result_parse(&m.h, &r), "the end of a dump");
	is_int(r.error, ENOENT, "may be a refusal");
	is_str(r.text, "ipv4: FIB table does not exist", "with words");
	nl_message_begin(&m, NLMSG_DONE, 0, 0);
	ok(nl_result_parse(&m.h, &r) && r.error == 0, "without a value it is just the end");
}

static void test_refused(void)
{
	struct nl_result r = {.error = EEXIST, .text = "rule already exists"};

	refuses(nl_refused(&r, &rig_err, "cannot add rule %d", 5140), E_EXISTS,
		"cannot add rule 5140: rule already exists (File exists)", "error with extack");
	r.text[0] = '\0';
	refuses(nl_refused(&r, &rig_err, "cannot add rule %d", 5140), E_EXISTS,
		"cannot add rule 5140: File exists", "error without");
}

int main(void)
{
	test_messages();
	test_attrs();
	test_string();
	test_result();
	test_done();
	test_refused();
	return done_testing();
}
