// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program: command line to row, privilege, run, result. Knows how a result and an error reach
 * the caller; what a command does is its own file's business.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/args.h"
#include "cmd/prompt.h"

static int write_errno; /* why standard output is not whole; 0 = it is, as far as it is read */

void cmd_write(const char *s, size_t len)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	while (len && !write_errno) {
		ssize_t n = write(STDOUT_FILENO, s, len);

		if (n >= 0) {
			s += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&out, 1, -1); /* somebody made the pipe non-blocking */
		} else if (errno != EINTR) {
			write_errno = errno;
		}
	}
}

void cmd_flush(struct cmd *c)
{
	cmd_write(strbuf_str(&c->out), c->out.len);
	strbuf_reset(&c->out);
}

void cmd_json(struct cmd *c, const char *schema)
{
	jsonw_begin(&c->j, &c->out);
	jsonw_object(&c->j);
	jsonw_kv_str(&c->j, "schema", schema);
	c->has_result = true;
}

void cmd_json_end(struct cmd *c)
{
	jsonw_object_end(&c->j);
	strbuf_addc(&c->out, '\n');
}

void cmd_plan(struct cmd *c, const char *schema, const char *plan)
{
	if (!c->json) {
		strbuf_add(&c->out, plan);
		return;
	}
	cmd_json(c, schema);
	jsonw_kv_bool(&c->j, "dry_run", true);
	jsonw_key(&c->j, "plan");
	jsonw_array(&c->j);
	for (const char *end; *plan; plan = *end ? end + 1 : end) {
		end = plan + strcspn(plan, "\n");
		jsonw_str(&c->j, arena_strndup(c->arena, plan, (size_t)(end - plan)));
	}
	jsonw_array_end(&c->j);
	cmd_json_end(c);
}

static void print_error_json(const struct err *e)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct jsonw j;

	jsonw_begin(&j, &out);
	jsonw_object(&j);
	jsonw_kv_str(&j, "schema", "wf.error/1");
	jsonw_kv_str(&j, "code", err_name(e->code));
	jsonw_kv_str(&j, "message", e->msg);
	if (e->hint[0])
		jsonw_kv_str(&j, "hint", e->hint);
	if (e->file[0])
		jsonw_kv_str(&j, "file", e->file);
	if (e->line) {
		jsonw_kv_uint(&j, "line", e->line);
		jsonw_kv_uint(&j, "column", e->column);
	}
	jsonw_object_end(&j);
	fprintf(stderr, "%s\n", strbuf_str(&out));
}

/*
 * More privilege by sudo, but only with a person at the terminal who can say no. The program is the
 * file that runs now, not whatever PATH finds.
 */
static int need_root(const struct cmd *c, int argc, char **argv, struct err *e)
{
	static const char keep[] = "--preserve-env=SSH_AUTH_SOCK,SSH_CONNECTION,WF_DB,NO_COLOR";
	const char **args;
	char self[4096];
	ssize_t n;

	if (!c->term.tty_in || c->no_input) {
		err_set(e, E_PERMISSION, "'wf %s' needs root", c->row->name);
		return err_hint(e, "run it with sudo");
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n < 0)
		return err_errno(e, E_PERMISSION, errno, "cannot find this program");
	self[n] = '\0';
	args = calloc((size_t)argc + 5, sizeof(*args));
	if (!args)
		err_oom();
	args[0] = "sudo";
	args[1] = keep;
	args[2] = "--";
	args[3] = self;
	memcpy(args + 4, argv + 1, sizeof(*args) * (size_t)(argc - 1));
	fprintf(stderr, "wf: 'wf %s' needs root; asking sudo\n", c->row->name);
	execvp("sudo", (char **)args);
	free(args);
	err_errno(e, E_PERMISSION, errno, "cannot run sudo");
	return err_hint(e, "run this as root");
}

static bool needs_root(const struct cmd *c)
{
	/* The summary is there for everybody. */
	if (geteuid() == 0 || cmd_flag(c, "brief"))
		return false;
	if (c->row->needs & (NEED_NET | NEED_ROOT))
		return !c->dry_run || !c->db_path;
	return (c->row->needs & (NEED_DB_R | NEED_DB_W)) && !c->db_path;
}

static int run(struct cmd *c, int argc, char **argv, struct err *e)
{
	char **original = calloc((size_t)argc + 1, sizeof(*original));
	enum args_wish wish = ARGS_RUN;
	int r;

	if (!original)
		err_oom();
	memcpy(original, argv, sizeof(*argv) * (size_t)argc);
	r = args_parse(c, argc, argv, &wish, e);
	term_init(&c->term, c->no_color);
	if (!c->db_path)
		c->db_path = getenv("WF_DB");
	if (!r && wish == ARGS_OVERVIEW)
		help_overview(&c->out);
	else if (!r && wish == ARGS_HELP)
		help_command(&c->out, c->row);
	else if (!r && needs_root(c))
		r = need_root(c, argc, original, e);
	else if (!r && c->json && !c->row->json)
		r = err_set(e, E_USAGE, "'wf %s' has no JSON form", c->row->name);
	else if (!r) {
		c->ops = (struct ops){
			.arena = c->arena,
			.ui = prompt_ui(c),
			.verb = c->row->name,
			.db_path = c->db_path,
			.timeout_ms = c->timeout_ms,
			.dry_run = c->dry_run,
			.verbose = c->verbose,
		};
		r = c->row->run(c, e);
		ops_close(&c->ops);
	}
	free(original);
	return r;
}

/*
 * The kernel guarantees the three standard descriptors to nobody: never let the database or a
 * netlink socket become descriptor 0, 1 or 2. What is missing is open for reading only, so that a
 * result that goes nowhere is an error.
 */
static bool fill_descriptors(void)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) < 0 && (errno != EBADF || open("/dev/null", O_RDONLY) != fd))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct cmd c = {.timeout_ms = 10000, .arena = arena_new()};
	struct err e = {0};
	int r;

	if (!fill_descriptors())
		return err_exit_status(E_IO);
	prompt_catch_signals();
	r = run(&c, argc, argv, &e);
	cmd_flush(&c);
	/* A broken pipe is quiet: its reader had enough. */
	if (!r && write_errno && write_errno != EPIPE)
		r = err_errno(&e, E_IO, write_errno, "cannot write the result");
	if (r && c.json && (!c.has_result || write_errno))
		print_error_json(&e);
	else if (r && !c.json && e.msg[0])
		cmd_print_err(&c, "wf: ", &e);
	strbuf_free(&c.out);
	arena_free(c.arena);
	return err_exit_status(r ? (enum err_code) - r : E_NONE);
}
