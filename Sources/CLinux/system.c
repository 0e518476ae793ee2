#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int tidings_rename_noreplace(int from_directory, const char *from, int to_directory, const char *to) {
    return renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE);
}

int tidings_open_for_writing(int descriptor) {
    // A read lease is granted only while nobody has the file open for writing (fcntl(2), "Leases").
    if (fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(descriptor, F_SETLEASE, F_UNLCK);
        return 0;
    }
    return errno == EAGAIN ? 1 : -1;
}

int tidings_inotify_open(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

int tidings_inotify_watch(int descriptor, int directory) {
    // By its descriptor: a path could lead through a link that was put there a moment ago.
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    return inotify_add_watch(descriptor, path,
                             IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_ONLYDIR);
}

void tidings_inotify_unwatch(int descriptor, int watch) { inotify_rm_watch(descriptor, watch); }

int tidings_inotify_drain(int descriptor, tidings_inotify_callback callback, void *context) {
    char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
    int count = 0;
    for (;;) {
        ssize_t length = read(descriptor, buffer, sizeof buffer);
        if (length < 0) return errno == EAGAIN || errno == EINTR ? count : -1;
        for (ssize_t at = 0; at < length;) {
            const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
            uint32_t what = 0;
            if (event->mask & IN_MOVED_TO) what |= 1;
            if (event->mask & IN_CLOSE_WRITE) what |= 2;
            if (event->mask & IN_CREATE) what |= 4;
            if (event->mask & IN_Q_OVERFLOW) what |= 8;
            if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) what |= 16;
            if (event->mask & IN_ISDIR) what |= 32;
            if (event->mask & IN_IGNORED) what |= 64;
            callback(event->wd, what, event->len ? event->name : "", context);
            at += (ssize_t)(sizeof *event + event->len);
            count += 1;
        }
    }
}

int tidings_event_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void tidings_event_signal(int descriptor) {
    uint64_t one = 1;
    while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

void tidings_event_clear(int descriptor) {
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {}
}

int tidings_limit_address_space(uint64_t bytes) {
    struct rlimit limit = {bytes, bytes};
    return setrlimit(RLIMIT_AS, &limit);
}

int tidings_end_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

void tidings_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

static void bound(int resource, uint64_t value) {
    struct rlimit limit = {value, value};
    setrlimit(resource, &limit);
}

int tidings_spawn_confined(const char *path, char *const *arguments, char *const *environment, int input, int output,
                           struct tidings_bounds bounds) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0) return child;
    // Between fork and exec of a process with threads: calls that are safe in a signal handler only (signal-safety(7)).
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_WRONLY);
    if (getppid() != parent || null < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(null, 2) < 0) _exit(126);
    close_range(3, ~0U, 0);
    bound(RLIMIT_CPU, bounds.seconds);
    bound(RLIMIT_AS, bounds.address_space);
    bound(RLIMIT_FSIZE, bounds.file);
    bound(RLIMIT_CORE, 0);
    execve(path, arguments, environment);
    _exit(127);
}

int tidings_memory_file(const void *bytes, uint64_t count) {
    int descriptor = memfd_create("tidings", MFD_CLOEXEC);
    if (descriptor < 0) return -1;
    for (uint64_t done = 0; done < count;) {
        ssize_t written = write(descriptor, (const char *)bytes + done, count - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            close(descriptor);
            return -1;
        }
        done += (uint64_t)written;
    }
    lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}
