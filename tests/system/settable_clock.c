/* A system time that a test can set: for LD_PRELOAD. Other clocks are as they are.

   The file SETTABLE_CLOCK holds the nanoseconds by which it is off, a native int64. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static const int64_t S = 1000000000;
static const volatile int64_t *off_ns;
static int (*real_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void)
{
  real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  const char *path = getenv("SETTABLE_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void *shared = file < 0 ? MAP_FAILED : mmap(0, sizeof *off_ns, PROT_READ, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) off_ns = shared;
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
  if (!real_gettime) begin();
  int failed = real_gettime(clock, at);
  if (failed || !off_ns || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
    return failed;
  int64_t ns = at->tv_sec * S + at->tv_nsec + *off_ns;
  if (ns < 0) ns = 0;
  at->tv_sec = ns / S;
  at->tv_nsec = ns % S;
  return 0;
}

time_t time(time_t *at)
{
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval *at, void *zone)
{
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

/* Who waits until a system time, told by this library, means that of the kernel. A wait until a
   time of another clock, which a condition may have, is far away from the system time. */
static const struct timespec *of_kernel(const struct timespec *until, struct timespec *changed)
{
  struct timespec now, steady;
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_MONOTONIC, &steady);
  if (!off_ns || llabs(until->tv_sec - steady.tv_sec) < llabs(until->tv_sec - now.tv_sec))
    return until;
  int64_t ns = until->tv_sec * S + until->tv_nsec - *off_ns;
  changed->tv_sec = ns / S;
  changed->tv_nsec = ns % S;
  return changed;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *until)
{
  static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  struct timespec changed;
  return real(condition, mutex, of_kernel(until, &changed));
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until)
{
  static int (*real)(sem_t *, const struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "sem_timedwait");
  struct timespec changed;
  return real(semaphore, of_kernel(until, &changed));
}
