// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system bus: loading libsystemd, connecting, calling, all within a deadline. Must not know who
 * is called for what. No service is started by a call.
 */
#ifdef HAVE_SYSTEMD_SD_BUS_H
#include "dns/resolver_bus.h"

#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define SOCKET_PATH "/run/dbus/system_bus_socket"

bool bus_exists(void)
{
	return access(SOCKET_PATH, F_OK) == 0;
}

/* It stays loaded: the next call finds it. */
static const struct bus_functions *load(struct err *e)
{
	static struct bus_functions functions;
	static bool loaded;
	void *lib;

	if (loaded)
		return &functions;
	lib = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!lib) {
		err_set(e, E_UNSUPPORTED, "cannot load libsystemd: %s", dlerror());
		return NULL;
	}
#define BUS_LOAD(name)                                                                             \
	functions.name = (__typeof__(&name))(uintptr_t)dlsym(lib, #name);                          \
	if (!functions.name) {                                                                     \
		err_set(e, E_UNSUPPORTED, "this libsystemd is too old: it has no " #name);         \
		return NULL;                                                                       \
	}
	BUS_FUNCTIONS(BUS_LOAD)
#undef BUS_LOAD
	loaded = true;
	return &functions;
}

uint64_t bus_left(const struct bus *b)
{
	int64_t left = b->end - clock_ms();

	return left > 0 ? (uint64_t)left * 1000 : 1;
}

/* Until the bus has greeted. The library itself would wait for that without end. */
static int await_greeting(struct bus *b)
{
	int r;

	while ((r = b->f->sd_bus_is_ready(b->bus)) == 0) {
		r = b->f->sd_bus_process(b->bus, NULL);
		if (r < 0)
			return r;
		if (r > 0)
			continue;
		if (clock_ms() >= b->end)
			return -ETIMEDOUT;
		r = b->f->sd_bus_wait(b->bus, bus_left(b));
		if (r < 0 && r != -EINTR)
			return r;
	}
	return r < 0 ? r : 0;
}

int bus_open(unsigned timeout_ms, struct bus *ret, struct err *e)
{
	struct bus b = {.f = load(e), .end = clock_ms() + timeout_ms};
	int r;

	if (!b.f)
		return -e->code;
	r = b.f->sd_bus_open_system(&b.bus);
	if (r >= 0)
		r = await_greeting(&b);
	if (r < 0) {
		bus_close(&b);
		return err_errno(e, E_FAILED, -r, "cannot speak to the system bus");
	}
	*ret = b;
	return 0;
}

void bus_close(struct bus *b)
{
	if (b->bus)
		b->f->sd_bus_flush_close_unref(b->bus);
	b->bus = NULL;
}

int bus_call(struct bus *b, sd_bus_message *m, sd_bus_message **ret, const char *const *names,
	bool *ret_named, char *reason, size_t size)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	bool named = false;
	int r = b->f->sd_bus_message_set_auto_start(m, 0);

	if (r >= 0)
		r = b->f->sd_bus_call(b->bus, m, bus_left(b), &error, ret);
	for (; r < 0 && names && *names && !named; names++)
		named = b->f->sd_bus_error_has_name(&error, *names) > 0;
	if (r < 0)
		str_escape(reason, size, error.message ? error.message : strerror(-r));
	b->f->sd_bus_error_free(&error);
	if (ret_named)
		*ret_named = named;
	return r;
}

#else
/* A build without it has nothing here, and ISO C wants something. */
typedef int resolver_bus_is_left_out;
#endif
