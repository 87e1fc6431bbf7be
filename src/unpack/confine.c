// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Confinement before the first byte of an archive is read. Knows the kernel's means for it and
 * which system calls unpacking takes; must not know what an archive is. Whatever a damaged archive
 * makes of this process, it can read one file and write to one pipe.
 */
#include "unpack/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY	    65534
#define MAX_MEMORY  (256u * 1024 * 1024)
#define MAX_SECONDS 30
#define MAX_FILES   8

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define NATIVE_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define NATIVE_ARCH AUDIT_ARCH_S390X
#endif

/* The sanitizers reserve terabytes and make calls of their own. */
#ifdef __SANITIZE_ADDRESS__
#undef NATIVE_ARCH
#define LIMIT_MEMORY 0
#else
#define LIMIT_MEMORY 1
#endif

static int set_limit(int which, rlim_t max)
{
	const struct rlimit limit = {max, max};

	return setrlimit(which, &limit);
}

static int set_limits(void)
{
	if (set_limit(RLIMIT_CORE, 0) < 0 || set_limit(RLIMIT_CPU, MAX_SECONDS) < 0 ||
		set_limit(RLIMIT_NOFILE, MAX_FILES) < 0 || set_limit(RLIMIT_FSIZE, 0) < 0 ||
		set_limit(RLIMIT_NPROC, 0) < 0)
		return -1;
	return LIMIT_MEMORY ? set_limit(RLIMIT_AS, MAX_MEMORY) : 0;
}

static int become_nobody(void)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0)
		return -1;
	return setresuid(NOBODY, NOBODY, NOBODY);
}

#ifdef NATIVE_ARCH

#define LOAD(field)	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what)	    BPF_STMT(BPF_RET | BPF_K, what)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define ALLOW(nr)	    UNLESS(nr, 1), RETURN(SECCOMP_RET_ALLOW)
/* Fails with this error, so that a library goes on without. */
#define REFUSE(nr, error) UNLESS(nr, 1), RETURN(SECCOMP_RET_ERRNO | (error))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW_WORD 0
#else
#define LOW_WORD sizeof(uint32_t)
#endif
/* Allowed, but for memory that can be executed. */
#define ALLOW_DATA_ONLY(nr)                                                                        \
	UNLESS(nr, 4),                                                                             \
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                                                 \
			offsetof(struct seccomp_data, args[2]) + LOW_WORD),                        \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),                             \
		RETURN(SECCOMP_RET_KILL_PROCESS), RETURN(SECCOMP_RET_ALLOW)

static int filter_calls(void)
{
	static struct sock_filter filter[] = {
		LOAD(arch),
		UNLESS(NATIVE_ARCH, 1),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		ALLOW(SYS_read),
		ALLOW(SYS_write),
		ALLOW(SYS_lseek),
#ifdef SYS__llseek
		ALLOW(SYS__llseek),
#endif
		ALLOW(SYS_exit_group),
		/* memory */
		ALLOW(SYS_brk),
		ALLOW(SYS_munmap),
		ALLOW(SYS_mremap),
		ALLOW(SYS_madvise),
#ifdef SYS_mmap
		ALLOW_DATA_ONLY(SYS_mmap),
#endif
#ifdef SYS_mmap2
		ALLOW_DATA_ONLY(SYS_mmap2),
#endif
		ALLOW_DATA_ONLY(SYS_mprotect),
		/* what the descriptor is; by name nothing is opened */
		ALLOW(SYS_fstat),
#ifdef SYS_fstat64
		ALLOW(SYS_fstat64),
#endif
#ifdef SYS_newfstatat
		ALLOW(SYS_newfstatat),
#endif
		REFUSE(SYS_openat, EACCES),
		/* the clock, locks and random numbers of the C library; its abort() */
		ALLOW(SYS_clock_gettime),
#ifdef SYS_clock_gettime64
		ALLOW(SYS_clock_gettime64),
#endif
		ALLOW(SYS_futex),
		ALLOW(SYS_getrandom),
		ALLOW(SYS_restart_syscall),
		ALLOW(SYS_rt_sigreturn),
		ALLOW(SYS_rt_sigprocmask),
		ALLOW(SYS_getpid),
		ALLOW(SYS_gettid),
		ALLOW(SYS_tgkill),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else

static int filter_calls(void)
{
	return 0;
}

#endif

int confine(struct err *e)
{
	/* Where it may not, the filter below refuses sockets all the same. */
	unshare(CLONE_NEWNET);
	if (close_range(STDERR_FILENO + 1, ~0u, 0) < 0 && errno != ENOSYS)
		return err_errno(e, E_FAILED, errno, "cannot close descriptors");
	if (become_nobody() < 0)
		return err_errno(e, E_FAILED, errno, "cannot give up root");
	if (set_limits() < 0)
		return err_errno(e, E_FAILED, errno, "cannot set limits");
	/* Keys pass through: no debugger of the same user, no core file. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_errno(e, E_FAILED, errno, "cannot give up privileges");
	if (filter_calls() < 0 && errno != EINVAL)
		return err_errno(e, E_FAILED, errno, "cannot filter system calls");
	return 0;
}
