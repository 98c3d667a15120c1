#include "child.h"

#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

extern char** environ;

namespace quorate::bench {

absl::StatusOr<std::unique_ptr<EchoProcess>> EchoProcess::Start(size_t value_bytes) {
  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError(std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::string bytes = std::to_string(value_bytes);
  const char* arguments[] = {"kvbench",       "echo-server", "--listen",      "127.0.0.1:0",
                             "--value-bytes", bytes.c_str(), "--with-parent", nullptr};
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, "/proc/self/exe", &actions, nullptr,
                                 const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    return absl::InternalError(std::string("echo server: ") + std::strerror(failed));
  }
  FILE* out = fdopen(ends[0], "r");
  int port = 0;
  const bool told = std::fscanf(out, "port %d", &port) == 1;
  std::fclose(out);
  std::unique_ptr<EchoProcess> echo(new EchoProcess(pid, "127.0.0.1:" + std::to_string(port)));
  if (!told) return absl::InternalError("the echo server did not start");
  return echo;
}

EchoProcess::~EchoProcess() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

void EndWithParent() {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() == 1) _exit(0);
}

}  // namespace quorate::bench
