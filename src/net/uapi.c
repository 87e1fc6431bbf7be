// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket of a userspace WireGuard, and changes as text. Knows where the sockets are and how a
 * request is written; must not decide what is said (patch.h). Keeps the invariants that text with
 * keys is in guarded memory only, and that a process which hangs does not hang wf.
 */
#include "net/uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/file.h"
#include "base/str.h"
#include "net/patch.h"

#define SOCKET_DIR    "/var/run/wireguard"
#define PATIENCE_SECS 10

static int open_socket(const char *ifname, int *ret, struct err *e)
{
	const struct timeval patience = {.tv_sec = PATIENCE_SECS};
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	FD_CLEANUP int fd = -1;

	if (!*ifname || strchr(ifname, '/'))
		return err_set(e, E_NAME, "'%s' is not the name of an interface", ifname);
	snprintf(to.sun_path, sizeof(to.sun_path), SOCKET_DIR "/%s.sock", ifname);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, E_IO, errno, "cannot open a socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return err_set(
				e, E_NOT_FOUND, "no userspace WireGuard answers for '%s'", ifname);
		return err_errno(e, E_IO, errno, "cannot reach '%s'", to.sun_path);
	}
	*ret = fd;
	fd = -1;
	return 0;
}

static int send_text(void *ctx, const char *text, size_t len, struct err *e)
{
	const int *fd = ctx;
	ssize_t n;

	while (len) {
		n = send(*fd, text, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		/* It stopped listening at the first thing it refuses, and said so before. */
		if (n < 0 && errno == EPIPE)
			return 0;
		if (n < 0)
			return err_errno(e, E_IO, errno, "cannot talk to the userspace WireGuard");
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Reads until the empty line that ends an answer. */
static int receive_answer(int fd, struct uapi_reader *u, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text t = {0};
	size_t used;
	ssize_t n;
	int r = secret_text_new(UAPI_CHUNK, &t, e);

	while (!r && !u->done) {
		n = recv(fd, t.s + t.len, UAPI_CHUNK - t.len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, E_IO, errno == EAGAIN ? ETIMEDOUT : errno,
				"the userspace WireGuard does not answer");
		if (n == 0)
			return err_set(e, E_IO, "the userspace WireGuard hung up");
		t.len += (size_t)n;
		r = uapi_take(u, t.s, t.len, &used, e);
		if (!r) {
			t.len -= used;
			memmove(t.s, t.s + used, t.len);
		}
	}
	return r;
}

int uapi_read(const char *ifname, struct arena *a, struct wg_state *ret, struct err *e)
{
	struct wg_state device = {0};
	struct uapi_reader u = {.a = a, .device = &device};
	FD_CLEANUP int fd = -1;
	int r = open_socket(ifname, &fd, e);

	if (!r)
		r = send_text(&fd, "get=1\n\n", 7, e);
	if (!r)
		r = receive_answer(fd, &u, e);
	if (r)
		return r;
	if (u.error)
		return err_errno(e, E_KERNEL, u.error, "the userspace WireGuard of '%s'", ifname);
	str_copy(device.ifname, sizeof(device.ifname), ifname);
	*ret = device;
	return 0;
}

struct text_writer {
	struct secret_text text;
	const char *ifname;
	const struct key_source *keys;
	uapi_send_fn send;
	void *ctx;
};

/* Longer than any line, a key behind its name included; so much is free before each. */
#define LINE_ROOM 256

static int flush_text(struct text_writer *w, struct err *e)
{
	int r = w->text.len ? w->send(w->ctx, w->text.s, w->text.len, e) : 0;

	explicit_bzero(w->text.s, w->text.len);
	w->text.len = 0;
	return r;
}

static int __attribute__((format(printf, 3, 4)))
put_line(struct text_writer *w, struct err *e, const char *fmt, ...)
{
	char line[LINE_ROOM];
	va_list ap;
	int r = 0;

	if (w->text.limit - w->text.len < LINE_ROOM)
		r = flush_text(w, e);
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return r ? r : secret_text_add(&w->text, line, e);
}

static int put_bytes(struct text_writer *w, const uint8_t key[static WG_KEY_LEN], struct err *e)
{
	static const char digits[] = "0123456789abcdef";
	char pair[2];
	int r = 0;

	for (size_t i = 0; !r && i < WG_KEY_LEN; i++) {
		pair[0] = digits[key[i] >> 4];
		pair[1] = digits[key[i] & 15];
		r = secret_text_addn(&w->text, pair, sizeof(pair), e);
	}
	explicit_bzero(pair, sizeof(pair));
	return r ? r : secret_text_add(&w->text, "\n", e);
}

static int put_public(struct text_writer *w, const struct wg_key *key, struct err *e)
{
	int r = put_line(w, e, "public_key=");

	return r ? r : put_bytes(w, key->b, e);
}

static int put_secret(
	struct text_writer *w, const char *name, enum key_patch what, const char *id, struct err *e)
{
	static const uint8_t zero[WG_KEY_LEN];
	SECRET_CLEANUP struct wg_secret secret = {0};
	int r = 0;

	switch (what) {
	case KEY_KEEP: return 0;
	case KEY_MISSING:
		return err_set(
			e, E_KEY, "a key of '%s' that is to be restored is not at hand", w->ifname);
	case KEY_CLEAR: break;
	case KEY_SET: r = w->keys->get(w->keys->ctx, id, &secret, e); break;
	}
	if (!r)
		r = put_line(w, e, "%s=", name);
	return r ? r : put_bytes(w, what == KEY_SET ? secret_bytes(&secret) : zero, e);
}

static int put_device(struct text_writer *w, const struct wg_patch *p, struct err *e)
{
	int r = put_secret(w, "private_key", p->private_key, p->device->private_key.id, e);

	if (!r && p->set_port)
		r = put_line(w, e, "listen_port=%u\n", p->device->listen_port);
	if (!r && p->set_mark)
		r = put_line(w, e, "fwmark=%u\n", p->device->fwmark);
	return r;
}

static int put_settings(struct text_writer *w, const struct wg_patch *p, struct err *e)
{
	char text[IP_TEXT_SIZE];
	int r = put_secret(w, "preshared_key", p->preshared, p->peer->preshared.id, e);

	if (!r && p->set_endpoint)
		r = put_line(w, e, "endpoint=%s\n", ip_endpoint_format(&p->peer->endpoint, text));
	if (!r)
		r = put_line(w, e, "persistent_keepalive_interval=%u\n", p->keepalive);
	if (!r && p->replace_allowed)
		r = put_line(w, e, "replace_allowed_ips=true\n");
	for (size_t i = 0; !r && p->set_allowed && i < p->peer->n_allowed; i++)
		r = put_line(w, e, "allowed_ip=%s\n",
			ip_prefix_format(&p->peer->allowed[i].prefix, text));
	return r;
}

static int put_peer(struct text_writer *w, const struct wg_patch *p, struct err *e)
{
	int r = put_public(w, &p->peer->public_key, e);

	if (!r && p->update_only)
		r = put_line(w, e, "update_only=true\n");
	if (!r && p->remove)
		r = put_line(w, e, "remove=true\n");
	return r || p->remove ? r : put_settings(w, p, e);
}

int uapi_encode(const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, uapi_send_fn send, void *ctx, struct err *e)
{
	struct text_writer w = {.ifname = ifname, .keys = keys, .send = send, .ctx = ctx};
	struct wg_patch p;
	int r = secret_text_new(UAPI_CHUNK, &w.text, e);

	if (r)
		return r;
	r = put_line(&w, e, "set=1\n");
	for (size_t i = 0; !r && i < count; i++) {
		wg_patch_of(&ops[i], &p);
		r = p.device ? put_device(&w, &p, e) : put_peer(&w, &p, e);
	}
	if (!r)
		r = put_line(&w, e, "\n");
	if (!r)
		r = flush_text(&w, e);
	secret_text_free(&w.text);
	return r;
}

static int write_request(const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, struct nl_result *result, struct err *e)
{
	struct uapi_reader u = {0};
	FD_CLEANUP int fd = -1;
	int r = open_socket(ifname, &fd, e);

	if (!r)
		r = uapi_encode(ifname, ops, count, keys, send_text, &fd, e);
	if (!r)
		r = receive_answer(fd, &u, e);
	if (!r)
		result->error = u.error;
	return r;
}

int uapi_write(const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, struct nl_result *result, struct err *e)
{
	size_t at = 0, n;
	int r = 0;

	*result = (struct nl_result){0};
	/* After the first peer a request cannot speak of the device any more. */
	for (; !r && !result->error && at < count; at += n) {
		for (n = 1; at + n < count && ops[at + n].kind != OP_WG_DEVICE; n++)
			;
		r = write_request(ifname, ops + at, n, keys, result, e);
	}
	return r;
}
