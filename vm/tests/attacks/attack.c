/* Tries one call each: `attack NAME [ARGUMENT]` ends with 0 if the call did what it should not. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Numbers and structures that older headers lack. */
#define NR_CLONE3 435
#define NR_FCHMODAT2 452
#define NR_SETXATTRAT 463

struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

struct xattr_value {
	uint64_t value;
	uint32_t size, flags;
};

static int opened(const char *path)
{
	return open(path, O_RDONLY);
}

/* By the call that newer architectures no longer have. */
static int old_open(const char *path, int flags, int mode)
{
#ifdef SYS_open
	return syscall(SYS_open, path, flags, mode);
#else
	return open(path, flags, mode);
#endif
}

/* Whether a call could not make a file with the set-id bits of this mode. */
static int lost(int fd, int mode)
{
	struct stat made;

	return fd < 0 || fstat(fd, &made) || (made.st_mode & mode & 06000) == 0;
}

static int set_id(const char *how, const char *path, int mode)
{
	int fd = -1;

	if (!strcmp(how, "open"))
		fd = open(path, O_CREAT | O_WRONLY, mode);
	if (!strcmp(how, "old-open"))
		fd = old_open(path, O_CREAT | O_WRONLY, mode);
	if (!strcmp(how, "tmpfile"))
		fd = open(".", O_TMPFILE | O_WRONLY, mode);
	if (!strcmp(how, "creat"))
#ifdef SYS_creat
		fd = syscall(SYS_creat, path, mode);
#else
		fd = open(path, O_CREAT | O_WRONLY, mode);
#endif
	if (!strcmp(how, "mknodat") && !syscall(SYS_mknodat, AT_FDCWD, path, S_IFREG | mode, 0))
		fd = opened(path);
	if (!strcmp(how, "mknod"))
#ifdef SYS_mknod
		if (!syscall(SYS_mknod, path, S_IFREG | mode, 0))
#else
		if (!mknod(path, S_IFREG | mode, 0))
#endif
			fd = opened(path);
	return lost(fd, mode);
}

/* A child of clone leaves at once, and counts as success to whoever has it. */
static int child(long pid)
{
	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static int to_a_port(int type, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s = socket(AF_INET, type, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	return connect(s, (struct sockaddr *)&to, sizeof(to)) || send(s, "x", 1, 0) != 1;
}

static int attack(const char *name, const char *at)
{
	static const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	int pid = atoi(at), flags = 0;

	if (!strcmp(name, "tcp"))
		return to_a_port(SOCK_STREAM, pid);
	if (!strcmp(name, "udp"))
		return to_a_port(SOCK_DGRAM, pid);
	if (!strcmp(name, "truncate"))
		return truncate(at, 0);
	if (!strcmp(name, "open-truncate"))
		return open(at, O_RDONLY | O_TRUNC) < 0;
	/* Access mode 3 is neither reading nor writing. */
	if (!strcmp(name, "open-neither"))
		return open(at, O_ACCMODE) < 0;
	if (!strcmp(name, "open-neither-truncate"))
		return open(at, O_ACCMODE | O_TRUNC) < 0;
	if (!strcmp(name, "old-open-neither"))
		return old_open(at, O_ACCMODE, 0) < 0;
	if (!strcmp(name, "old-open-neither-truncate"))
		return old_open(at, O_ACCMODE | O_TRUNC, 0) < 0;
	if (!strncmp(name, "set-uid-", 8))
		return set_id(name + 8, at, 04755);
	if (!strncmp(name, "set-gid-", 8))
		return set_id(name + 8, at, 02755);
	if (!strcmp(name, "chown"))
		return chown(at, 1, 1);
	if (!strcmp(name, "fchown"))
		return fchown(opened(at), 1, 1);
	if (!strcmp(name, "fchmod"))
		return fchmod(opened(at), 0777);
	if (!strcmp(name, "fchmodat2"))
		return syscall(NR_FCHMODAT2, AT_FDCWD, at, 0777, 0);
	if (!strcmp(name, "fchmodat"))
		return fchmodat(AT_FDCWD, at, 0600, AT_SYMLINK_NOFOLLOW);
	if (!strcmp(name, "futimens"))
		return futimens(opened(at), times);
	if (!strcmp(name, "utimensat"))
		return utimensat(AT_FDCWD, at, times, 0);
	if (!strcmp(name, "empty-path"))
		return utimensat(opened(at), "", times, AT_EMPTY_PATH);
	if (!strcmp(name, "setxattr"))
		return syscall(SYS_setxattr, at, "user.a", "x", 1, 0);
	if (!strcmp(name, "lsetxattr"))
		return syscall(SYS_lsetxattr, at, "user.a", "x", 1, 0);
	if (!strcmp(name, "fsetxattr"))
		return syscall(SYS_fsetxattr, opened(at), "user.a", "x", 1, 0);
	if (!strcmp(name, "setxattrat")) {
		struct xattr_value value = { .value = (uintptr_t)"x", .size = 1 };

		return syscall(NR_SETXATTRAT, AT_FDCWD, at, 0, "user.a", &value, sizeof(value));
	}
	if (!strcmp(name, "flags")) {
		int fd = opened(at);

		flags = FS_NODUMP_FL;
		return ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	if (!strcmp(name, "watch"))
		return inotify_add_watch(inotify_init(), at, IN_ALL_EVENTS) < 0;
	if (!strcmp(name, "clone"))
		return child(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	if (!strcmp(name, "clone3")) {
		struct clone3_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };

		return child(syscall(NR_CLONE3, &args, sizeof(args)));
	}
	if (!strcmp(name, "unshare"))
		return unshare(CLONE_NEWUSER);
	if (!strcmp(name, "prlimit")) {
		struct rlimit limit;

		getrlimit(RLIMIT_CORE, &limit);
		return prlimit(pid, RLIMIT_CORE, &limit, NULL);
	}
	if (!strcmp(name, "affinity")) {
		cpu_set_t set;

		return sched_getaffinity(pid, sizeof(set), &set) ||
		       sched_setaffinity(pid, sizeof(set), &set);
	}
	if (!strcmp(name, "scheduler")) {
		struct sched_param param = { 0 };

		return sched_setscheduler(pid, SCHED_OTHER, &param);
	}
	if (!strcmp(name, "priority"))
		return setpriority(PRIO_PROCESS, pid, getpriority(PRIO_PROCESS, pid));
	if (!strcmp(name, "ioprio"))
		return syscall(SYS_ioprio_set, 1, pid, 0);
	if (!strcmp(name, "kill"))
		return kill(pid, 0);
	if (!strcmp(name, "kill-all"))
		return kill(-1, 0);
	if (!strcmp(name, "shm")) {
		int id = shmget(IPC_PRIVATE, 1, 0600);

		return id < 0 || shmctl(id, IPC_RMID, NULL);
	}
	if (!strcmp(name, "msg")) {
		int id = msgget(IPC_PRIVATE, 0600);

		return id < 0 || msgctl(id, IPC_RMID, NULL);
	}
	if (!strcmp(name, "sem")) {
		int id = semget(IPC_PRIVATE, 1, 0600);

		return id < 0 || semctl(id, 0, IPC_RMID);
	}
	if (!strcmp(name, "mq")) {
		char queue[64];

		snprintf(queue, sizeof(queue), "/ioctlkit-%d", getpid());
		return mq_open(queue, O_CREAT | O_RDWR, 0600, NULL) < 0 || mq_unlink(queue);
	}
	fprintf(stderr, "no attack %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "landlock")) {
		printf("%ld\n", syscall(444, NULL, 0, 1));
		return 0;
	}
	if (argc != 3 || attack(argv[1], argv[2])) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
