// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers probes: over UDP with the address that asked, over TCP with what was sent. One process
 * for both families and all ports given, on every address of the machine.
 *
 * Usage: echo PORT...
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1024 };

/* What is first: the UDP sockets, then as many TCP listeners, then connections. */
static struct pollfd fds[MOST];
static size_t n_fds, n_ports;

static int bound(int type, uint16_t port)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), zero = 0, one = 1;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* The answer comes from the address that was asked. */
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
		(type == SOCK_STREAM && listen(fd, MOST) < 0)) {
		perror("echo");
		exit(2);
	}
	return fd;
}

static void watch(int fd)
{
	if (fd < 0)
		return;
	if (n_fds == MOST) {
		close(fd);
		return;
	}
	fds[n_fds++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* Keeps the control data, where the kernel said which address was asked: the answer's source. */
static bool answer(int fd)
{
	char data[512], control[128], text[INET6_ADDRSTRLEN];
	struct sockaddr_in6 from;
	struct iovec iov = {data, sizeof(data)};
	struct msghdr m = {&from, sizeof(from), &iov, 1, control, sizeof(control), 0};
	const char *s;

	if (recvmsg(fd, &m, 0) < 0)
		return false;
	s = inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text));
	if (IN6_IS_ADDR_V4MAPPED(&from.sin6_addr))
		s += strlen("::ffff:");
	iov = (struct iovec){(void *)(uintptr_t)s, strlen(s)};
	m.msg_flags = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct in6_pktinfo six;
		struct in_pktinfo four;

		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&six, CMSG_DATA(c), sizeof(six));
			six.ipi6_ifindex = 0;
			memcpy(CMSG_DATA(c), &six, sizeof(six));
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&four, CMSG_DATA(c), sizeof(four));
			four.ipi_spec_dst = four.ipi_addr;
			four.ipi_ifindex = 0;
			memcpy(CMSG_DATA(c), &four, sizeof(four));
		}
	}
	sendmsg(fd, &m, 0);
	return true;
}

/* Whether the connection stays. */
static bool copy(int fd)
{
	char data[512];
	ssize_t n = recv(fd, data, sizeof(data), 0);

	if (n > 0)
		send(fd, data, (size_t)n, MSG_NOSIGNAL);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		watch(bound(SOCK_DGRAM, (uint16_t)strtoul(argv[i], NULL, 0)));
	n_ports = n_fds;
	for (int i = 1; i < argc; i++)
		watch(bound(SOCK_STREAM, (uint16_t)strtoul(argv[i], NULL, 0)));
	while (poll(fds, n_fds, -1) > 0) {
		for (size_t i = 0; i < n_ports; i++)
			while (fds[i].revents && answer(fds[i].fd))
				;
		for (size_t i = 2 * n_ports; i < n_fds; i++) {
			if (!fds[i].revents || copy(fds[i].fd))
				continue;
			close(fds[i].fd);
			fds[i--] = fds[--n_fds];
		}
		for (size_t i = n_ports; i < 2 * n_ports; i++)
			if (fds[i].revents)
				watch(accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
	}
	return 1;
}
