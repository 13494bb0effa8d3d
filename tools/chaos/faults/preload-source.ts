/**
 * C text of a library that is loaded before libc (LD_PRELOAD) into one program: its disk fails and
 * its wall clock jumps when told. It is told through a shared page of memory, the file
 * CHAOS_SWITCHES, whose slots `fault-switches.ts` writes; only files below CHAOS_FOLDER are hit.
 * The monotonic clock is never touched: that is what a real jump of the time of day looks like.
 */
export const preloadSource = String.raw`
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { CLOCK_OFFSET_MS, SYNC_DELAY_MS, SYNC_FAILURES, DISK_FULL, SYNCS_FAILED, SLOTS };

static volatile int64_t *slots;
static char folder[4096];
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static int (*real_clock_gettime)(clockid_t, struct timespec *);

static void find_real(void) {
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite");
  real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
  real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("CHAOS_SWITCHES");
  const char *below = getenv("CHAOS_FOLDER");
  find_real();
  if (below) snprintf(folder, sizeof folder, "%s/", below);
  if (!file) return;
  int fd = open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *page = mmap(0, SLOTS * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (page != MAP_FAILED) slots = page;
}

static int is_hit(int fd) {
  char link[64], path[4096];
  struct stat facts;
  if (!slots || !folder[0] || fstat(fd, &facts) || !S_ISREG(facts.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return !strncmp(path, folder, strlen(folder));
}

/* A negative count fails for ever, a positive one counts down. */
static int sync_fails(int fd) {
  if (!slots || (!slots[SYNC_DELAY_MS] && !slots[SYNC_FAILURES]) || !is_hit(fd)) return 0;
  int64_t delay = slots[SYNC_DELAY_MS];
  if (delay > 0) {
    struct timespec pause = { delay / 1000, (delay % 1000) * 1000000 };
    nanosleep(&pause, 0);
  }
  int64_t left = slots[SYNC_FAILURES];
  if (!left) return 0;
  if (left > 0) __sync_fetch_and_sub(&slots[SYNC_FAILURES], 1);
  __sync_fetch_and_add(&slots[SYNCS_FAILED], 1);
  errno = EIO;
  return 1;
}

static int disk_full(int fd) {
  if (!slots || !slots[DISK_FULL] || !is_hit(fd)) return 0;
  errno = ENOSPC;
  return 1;
}

int fsync(int fd) {
  if (!real_fsync) find_real();
  return sync_fails(fd) ? -1 : real_fsync(fd);
}
int fdatasync(int fd) {
  if (!real_fdatasync) find_real();
  return sync_fails(fd) ? -1 : real_fdatasync(fd);
}
ssize_t write(int fd, const void *bytes, size_t count) {
  if (!real_write) find_real();
  return disk_full(fd) ? -1 : real_write(fd, bytes, count);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  if (!real_pwrite) find_real();
  return disk_full(fd) ? -1 : real_pwrite(fd, bytes, count, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  if (!real_pwrite64) find_real();
  return disk_full(fd) ? -1 : real_pwrite64(fd, bytes, count, at);
}

int clock_gettime(clockid_t which, struct timespec *now) {
  if (!real_clock_gettime) find_real();
  int failed = real_clock_gettime(which, now);
  if (failed || !slots || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)) {
    return failed;
  }
  int64_t offset = slots[CLOCK_OFFSET_MS];
  now->tv_sec += offset / 1000;
  now->tv_nsec += (offset % 1000) * 1000000;
  if (now->tv_nsec >= 1000000000) { now->tv_nsec -= 1000000000; now->tv_sec += 1; }
  if (now->tv_nsec < 0) { now->tv_nsec += 1000000000; now->tv_sec -= 1; }
  return 0;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *out) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  if (out) *out = exact.tv_sec;
  return exact.tv_sec;
}
`;
