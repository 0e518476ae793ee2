// What glibc offers and the Swift overlay does not: Linux-only calls, and macros as functions.
#pragma once
#include <stdint.h>

/// Renames without replacing: -1 with errno EEXIST when `to` exists. Both paths are relative to their directory descriptors.
int tidings_rename_noreplace(int from_directory, const char *from, int to_directory, const char *to);

/// 1 when some process holds the file open for writing, 0 when none does, -1 when the file system cannot tell.
int tidings_open_for_writing(int descriptor);

/// An inotify descriptor, non-blocking and close-on-exec; -1 with errno.
int tidings_inotify_open(void);

/// Watches an open directory for files closed after writing, moved in, or linked. Returns the watch, or -1 with errno.
/// Watching a directory again returns the watch that it has.
int tidings_inotify_watch(int descriptor, int directory);

/// Ends a watch; its last notice says that it is gone.
void tidings_inotify_unwatch(int descriptor, int watch);

/// What happened to one name in a watched directory: 1 moved in, 2 closed after writing, 4 created, 8 queue overflow,
/// 16 the directory was moved or deleted, 32 the name is a directory's, 64 the watch is gone.
typedef void (*tidings_inotify_callback)(int watch, uint32_t what, const char *name, void *context);

/// Reads all pending notices. Returns the number read, or -1 with errno.
int tidings_inotify_drain(int descriptor, tidings_inotify_callback callback, void *context);

/// An event descriptor (eventfd), non-blocking and close-on-exec; -1 with errno.
int tidings_event_open(void);

/// Makes the event descriptor readable.
void tidings_event_signal(int descriptor);

/// Makes the event descriptor unreadable again.
void tidings_event_clear(int descriptor);

/// The kernel's bound on this process's address space in bytes; 0 on success.
int tidings_limit_address_space(uint64_t bytes);

/// Lets the calling process be killed with `signal` when its parent ends; 0 on success.
int tidings_end_with_parent(int signal);

/// Names the calling thread, as `ps -L` shows it; cut to 15 bytes.
void tidings_name_thread(const char *name);

/// What a program may use of the machine, and cannot raise: seconds of processor time, bytes of address space, bytes of a file it writes.
struct tidings_bounds {
    uint64_t seconds;
    uint64_t address_space;
    uint64_t file;
};

/// Starts a program in a group of its own with `input` as standard input, `output` as standard output, /dev/null as standard error, and nothing
/// else open; with this environment alone; without new privileges; ended with the calling thread; and within bounds. Returns its process id,
/// or -1 with errno. A program that cannot be run exits with 127.
int tidings_spawn_confined(const char *path, char *const *arguments, char *const *environment, int input, int output,
                           struct tidings_bounds bounds);

/// A file in memory with these bytes, open for reading at its start and closed on exec; -1 with errno.
int tidings_memory_file(const void *bytes, uint64_t count);
