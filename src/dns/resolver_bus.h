/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system bus by sd-bus(3). libsystemd is loaded when a bus is opened and not before: most
 * commands and many machines never need it. Included only where HAVE_SYSTEMD_SD_BUS_H is defined.
 */
#ifndef WF_DNS_RESOLVER_BUS_H
#define WF_DNS_RESOLVER_BUS_H

#include <stdint.h>
#include <systemd/sd-bus.h>
#include "base/err.h"

#define BUS_FUNCTIONS(X)                                                                          \
	X(sd_bus_open_system)                                                                     \
	X(sd_bus_flush_close_unref)                                                               \
	X(sd_bus_is_ready)                                                                        \
	X(sd_bus_process)                                                                         \
	X(sd_bus_wait)                                                                            \
	X(sd_bus_call)                                                                            \
	X(sd_bus_error_free)                                                                      \
	X(sd_bus_error_has_name)                                                                  \
	X(sd_bus_message_new_method_call)                                                         \
	X(sd_bus_message_set_auto_start)                                                          \
	X(sd_bus_message_unref)                                                                   \
	X(sd_bus_message_append)                                                                  \
	X(sd_bus_message_append_array)                                                            \
	X(sd_bus_message_open_container)                                                          \
	X(sd_bus_message_close_container)                                                         \
	X(sd_bus_message_enter_container)                                                         \
	X(sd_bus_message_exit_container)                                                          \
	X(sd_bus_message_read)                                                                    \
	X(sd_bus_message_read_array)                                                              \
	X(sd_bus_message_skip)

struct bus_functions {
#define BUS_POINTER(name) __typeof__(&name) name;
	BUS_FUNCTIONS(BUS_POINTER)
#undef BUS_POINTER
};

struct bus {
	const struct bus_functions *f;
	sd_bus *bus;
	int64_t end; /* of clock_ms(): all that is asked over it has to be answered by then */
};

/* Whether there is a system bus to be opened: its socket exists. */
bool bus_exists(void);
/* Opens it; whatever is done over it takes at most timeout_ms. */
int bus_open(unsigned timeout_ms, struct bus *ret, struct err *e);
void bus_close(struct bus *b);
#define BUS_CLEANUP __attribute__((cleanup(bus_close)))

/* What is left of the time, in microseconds, at least 1. */
uint64_t bus_left(const struct bus *b);
/*
 * Sends the message, which starts no service, and waits. Negative errno as sd_bus_call(3), with the
 * sender's words in *reason (a buffer of `size`) and whether the error is called `name`, in
 * *ret_named; name and ret_named may be NULL.
 */
int bus_call(struct bus *b, sd_bus_message *m, sd_bus_message **ret, const char *const *names,
	bool *ret_named, char *reason, size_t size);

#endif
