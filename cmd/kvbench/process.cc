#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/strings.h"
#include "cleanup.h"

namespace quorate::bench {
namespace {

// Signals as a program expects them, and a group of its own.
void SetAttributes(posix_spawnattr_t& attributes) {
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(std::vector<std::string> command,
                                                        const std::string& log) {
  if (access(command[0].c_str(), X_OK) != 0) {
    return absl::NotFoundError(StrCat("cannot run ", command[0], ": ", std::strerror(errno)));
  }
  command.insert(command.begin(), {"/usr/bin/setpriv", "--pdeathsig", "KILL"});
  std::vector<char*> argv;
  for (std::string& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  SetAttributes(attributes);
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    return absl::InternalError(StrCat("cannot start ", command[3], ": ", std::strerror(failed)));
  }
  RememberChild(pid);
  return std::unique_ptr<Process>(new Process(pid));
}

void Process::Kill() {
  if (reaped_) return;
  kill(pid_, SIGKILL);
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  // Only then may the system give the pid to another.
  ForgetChild(pid_);
  waitpid(pid_, nullptr, 0);
  reaped_ = true;
}

bool Process::running() const {
  siginfo_t info{};
  return !reaped_ &&
         waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
         info.si_pid == 0;
}

absl::Duration CpuTimeOf(pid_t pid) {
  clockid_t clock;
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) == 0) clock_gettime(clock, &used);
  return absl::DurationFromTimespec(used);
}

uint64_t ParseStatusField(const std::string& status, const std::string& field) {
  std::istringstream in(status);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(field + ":", 0) != 0) continue;
    return std::strtoull(line.c_str() + field.size() + 1, nullptr, 10) * 1024;
  }
  return 0;
}

uint64_t StatusFieldBytes(pid_t pid, const std::string& field) {
  std::ifstream in(StrCat("/proc/", pid, "/status"));
  return ParseStatusField({std::istreambuf_iterator<char>(in), {}}, field);
}

std::string OwnPath() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed).string();
}

std::string FindInPath(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string found = folder + "/" + program;
    if (access(found.c_str(), X_OK) == 0 && !std::filesystem::is_directory(found)) return found;
  }
  return "";
}

}  // namespace quorate::bench
