// Clocks that are wrong, jump or drift, of one process and while it runs.
//
// libfaketime would do for reading clocks. But deadlines are given to the kernel
// as moments of a clock, by Abseil through syscall(SYS_futex), and the kernel's
// clock is right: under libfaketime such a wait ends at once or not for hours,
// which no machine with a wrong clock does. Here deadlines are translated, too,
// and looked at again now and then, as a kernel does when its clock is set.

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdlib>

#include "clock_page.h"

namespace clockfaults {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kLookAgain = kSecond / 20;
constexpr int kTries = 10'000;
constexpr int kClocks = 16;

Page* page = nullptr;
int (*real_clock_gettime)(clockid_t, timespec*);
long (*real_syscall)(long, ...);
int (*real_cond_timedwait)(pthread_cond_t*, pthread_mutex_t*, const timespec*);
int (*real_cond_clockwait)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);

template <typename Function>
Function* Real(Function*& cached, const char* name) {
  if (cached == nullptr) cached = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
  if (cached == nullptr) abort();
  return cached;
}

__attribute__((constructor)) void MapPage() {
  const char* const path = getenv("QUORATE_CLOCK_FAULTS");
  if (path == nullptr) return;
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* const mapped = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped != MAP_FAILED && static_cast<Page*>(mapped)->magic == kMagic) {
    page = static_cast<Page*>(mapped);
  }
}

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

timespec Timespec(int64_t ns) {
  if (ns < 0) ns = 0;
  return {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
}

int64_t True(clockid_t clock) {
  timespec now{};
  Real(real_clock_gettime, "clock_gettime")(clock, &now);
  return Nanoseconds(now);
}

bool IsWall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

bool IsMonotonic(clockid_t clock) {
  return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE ||
         clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME;
}

struct Order {
  int64_t since_ns;
  Clock clock;
  bool wrong() const { return clock.offset_ns != 0 || clock.gains_ppb != 0; }
  // By how much it is ahead at that moment of the true monotonic clock.
  int64_t AheadAt(int64_t monotonic_ns) const {
    const int64_t passed = monotonic_ns - since_ns;  // in two parts, lest it overflows
    return clock.offset_ns + passed / kSecond * clock.gains_ppb +
           passed % kSecond * clock.gains_ppb / kSecond;
  }
};

// As a whole, though the conductor may be changing it; but if it was stopped
// amid that, nobody waits for it.
Order OrderOf(bool wall) {
  for (int tries = 0;; ++tries) {
    const uint64_t before = __atomic_load_n(&page->version, __ATOMIC_ACQUIRE);
    const Clock& clock = wall ? page->wall : page->monotonic;
    const Order order{__atomic_load_n(&page->since_ns, __ATOMIC_RELAXED),
                      {__atomic_load_n(&clock.offset_ns, __ATOMIC_RELAXED),
                       __atomic_load_n(&clock.gains_ppb, __ATOMIC_RELAXED)}};
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    const bool whole =
        before % 2 == 0 && before == __atomic_load_n(&page->version, __ATOMIC_RELAXED);
    if (whole || tries == kTries) return order;
  }
}

// A thread may be put aside between the order and the clock, which then is of
// another pace: no such clock may be seen to go back.
int64_t NeverBack(clockid_t clock, int64_t ns) {
  static int64_t last[kClocks];
  int64_t seen = __atomic_load_n(&last[clock], __ATOMIC_RELAXED);
  while (seen < ns && !__atomic_compare_exchange_n(&last[clock], &seen, ns, false, __ATOMIC_RELAXED,
                                                   __ATOMIC_RELAXED)) {
  }
  return seen > ns ? seen : ns;
}

int64_t Told(clockid_t clock) {
  const int64_t now = True(clock);
  if (page == nullptr || (!IsWall(clock) && !IsMonotonic(clock))) return now;
  const Order order = OrderOf(IsWall(clock));
  if (!order.wrong()) return now;
  __atomic_fetch_add(IsWall(clock) ? &page->wall_reads : &page->monotonic_reads, 1,
                     __ATOMIC_RELAXED);
  const int64_t told = now + order.AheadAt(True(CLOCK_MONOTONIC));
  return IsWall(clock) ? told : NeverBack(clock, told);
}

// When, by the true clock, a wait for `deadline` is to be looked at again;
// `early`: before the deadline, so that it is no time-out.
timespec LookAgainAt(clockid_t clock, const timespec& deadline, bool& early) {
  const Order order = OrderOf(IsWall(clock));
  if (order.wrong()) __atomic_fetch_add(&page->waits, 1, __ATOMIC_RELAXED);
  const int64_t left = Nanoseconds(deadline) - Told(clock);
  const auto speed = static_cast<double>(kSecond + order.clock.gains_ppb) / kSecond;
  const double true_left = static_cast<double>(left) / speed;
  early = true_left > static_cast<double>(kLookAgain);
  return Timespec(True(clock) + (early ? kLookAgain : static_cast<int64_t>(true_left)));
}

long Futex(long address, long operation, long value, const timespec* deadline, long second,
           long bits) {
  const clockid_t clock =
      (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  bool early = false;
  const timespec until = LookAgainAt(clock, *deadline, early);
  const long result =
      Real(real_syscall, "syscall")(SYS_futex, address, operation, value, &until, second, bits);
  if (result == -1 && errno == ETIMEDOUT && early) errno = EINTR;  // callers ask again
  return result;
}

}  // namespace
}  // namespace clockfaults

using namespace clockfaults;  // NOLINT: the names below are libc's

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (page == nullptr || (!IsWall(clock) && !IsMonotonic(clock))) {
    return Real(real_clock_gettime, "clock_gettime")(clock, time);
  }
  *time = Timespec(Told(clock));
  return 0;
}

int gettimeofday(timeval* time, void*) noexcept {
  const timespec now = Timespec(Told(CLOCK_REALTIME));
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* out) noexcept {
  const time_t now = Timespec(Told(CLOCK_REALTIME)).tv_sec;
  if (out != nullptr) *out = now;
  return now;
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
  const auto real = Real(real_cond_clockwait, "pthread_cond_clockwait");
  if (page == nullptr) return real(condition, mutex, clock, deadline);
  bool early = false;
  const timespec until = LookAgainAt(clock, *deadline, early);
  const int result = real(condition, mutex, clock, &until);
  return result == ETIMEDOUT && early ? 0 : result;  // woken for no reason: callers look again
}

// Of conditions that wait by the wall clock, as they do unless told otherwise.
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* deadline) {
  const auto real = Real(real_cond_timedwait, "pthread_cond_timedwait");
  if (page == nullptr) return real(condition, mutex, deadline);
  bool early = false;
  const timespec until = LookAgainAt(CLOCK_REALTIME, *deadline, early);
  const int result = real(condition, mutex, &until);
  return result == ETIMEDOUT && early ? 0 : result;
}

long syscall(long number, ...) noexcept {
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (long& each : a) each = va_arg(rest, long);
  va_end(rest);
  if (page != nullptr && number == SYS_futex && a[3] != 0 &&
      (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET) {
    return Futex(a[0], a[1], a[2], std::bit_cast<const timespec*>(a[3]), a[4], a[5]);
  }
  return Real(real_syscall, "syscall")(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

}  // extern "C"
