#include "cleanup.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/strings.h"

namespace quorate::bench {
namespace {

struct Left {
  absl::Mutex mutex;
  std::set<pid_t> children ABSL_GUARDED_BY(mutex);
  std::string folder ABSL_GUARDED_BY(mutex);
};

// Never destroyed: the watcher uses it until the process ends.
Left& TheLeft() {
  static Left* left = new Left();
  return *left;
}

[[noreturn]] void Watch(sigset_t signals, absl::Duration limit) {
  const timespec time = absl::ToTimespec(limit);
  int signal = -1;
  do {
    signal = sigtimedwait(&signals, nullptr, &time);
  } while (signal == -1 && errno == EINTR);
  if (signal > 0) {
    std::fprintf(stderr, "interrupted: ending what was started\n");
  } else {
    std::fprintf(stderr, "error: not done after %s (--limit-seconds); ending what was started\n",
                 absl::FormatDuration(limit).c_str());
  }
  TakeAway();
  _exit(signal > 0 ? 128 + signal : 1);
}

}  // namespace

void EndOrderly(absl::Duration limit) {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, limit] { Watch(signals, limit); }).detach();
}

absl::StatusOr<std::string> MakeRunFolder(const std::string& parent) {
  std::error_code failed;
  std::filesystem::create_directories(parent, failed);
  std::string folder = parent + "/kvbench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    return absl::UnavailableError(
        StrCat("cannot make a folder in ", parent, " (--folder): ", std::strerror(errno)));
  }
  absl::MutexLock lock(&TheLeft().mutex);
  TheLeft().folder = folder;
  return folder;
}

void RememberChild(pid_t pid) {
  absl::MutexLock lock(&TheLeft().mutex);
  TheLeft().children.insert(pid);
}

void ForgetChild(pid_t pid) {
  absl::MutexLock lock(&TheLeft().mutex);
  TheLeft().children.erase(pid);
}

void TakeAway() {
  Left& left = TheLeft();
  absl::MutexLock lock(&left.mutex);
  for (pid_t pid : left.children) kill(pid, SIGKILL);
  // Reaped or not, they have let go of their files once they can be waited for.
  for (pid_t pid : left.children) {
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  }
  std::error_code ignored;
  if (!left.folder.empty()) std::filesystem::remove_all(left.folder, ignored);
}

}  // namespace quorate::bench
