/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, prefixes and endpoints as plain values, with their text form. */
#ifndef WF_MODEL_IP_H
#define WF_MODEL_IP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ip_addr {
	uint8_t family; /* AF_INET, AF_INET6, or 0 = unset */
	uint8_t b[16];	/* network order; IPv4 uses the first four */
};

struct ip_prefix {
	struct ip_addr addr;
	uint8_t len;
};

struct ip_endpoint {
	struct ip_addr addr;
	uint16_t port;	/* host order */
	uint32_t scope; /* interface index of a link-local IPv6 address, else 0 */
};

#define IP_TEXT_SIZE 64 /* any of the forms below and the end */

bool ip_addr_parse(const char *s, struct ip_addr *ret); /* no port, no brackets, no mask */
/* "A" or "A/LEN"; without a mask the whole address. Host bits are kept. */
bool ip_prefix_parse(const char *s, struct ip_prefix *ret);
/* "A:P" or "[A]:P" with a literal address, port 0-65535; "[A%N]:P" with the index of a link. */
bool ip_endpoint_parse(const char *s, struct ip_endpoint *ret);

const char *ip_addr_format(const struct ip_addr *a, char out[static IP_TEXT_SIZE]);
const char *ip_prefix_format(const struct ip_prefix *p, char out[static IP_TEXT_SIZE]);
const char *ip_endpoint_format(const struct ip_endpoint *p, char out[static IP_TEXT_SIZE]);

unsigned ip_bits(uint8_t family); /* 32 or 128 */
bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b);
bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b);
bool ip_endpoint_equal(const struct ip_endpoint *a, const struct ip_endpoint *b);
/* By family, then bytes, then length. */
int ip_prefix_cmp(const struct ip_prefix *a, const struct ip_prefix *b);
/* Clears the host bits; true if there were any. */
bool ip_prefix_mask(struct ip_prefix *p);
bool ip_prefix_contains(const struct ip_prefix *outer, const struct ip_addr *a);
bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b);
bool ip_prefix_is_default(const struct ip_prefix *p); /* length 0 */
/* Whether prefixes, added one by one to a zeroed value, are all of a family: /0, or both halves. */
struct ip_cover {
	bool low4, high4, low6, high6;
};
void ip_cover_add(struct ip_cover *c, const struct ip_prefix *p);
bool ip_cover_all(const struct ip_cover *c, uint8_t family);
/* Turns ::ffff:a.b.c.d into a.b.c.d; leaves the rest. */
void ip_addr_unmap(struct ip_addr *a);

#endif
