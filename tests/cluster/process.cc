#include "cluster/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"

namespace quorate::testing {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool PortIsFree(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const sockaddr_in address = Loopback(port);
  const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return free;
}

bool AllFree(int first, int count) {
  for (int port = first; port < first + count; ++port) {
    if (!PortIsFree(port)) return false;
  }
  return true;
}

// The open file that holds the lock; -1: another test has it.
int LockPorts(int first) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("quorate-ports-" + std::to_string(getuid()) + "-" + std::to_string(first));
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  if (fd != -1) close(fd);
  return -1;
}

}  // namespace

// By posix_spawn: gRPC's handlers of fork would run in the child otherwise.
Process::Process(std::vector<std::string> arguments, const std::string& output) {
  arguments.insert(arguments.begin(), {"/usr/bin/setpriv", "--pdeathsig", "KILL"});
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  Signal(SIGKILL);
  Wait();
}

void Process::Signal(int signal) {
  if (ended_) return;
  kill(pid_, signal);
  // Until it has stopped it may still answer what is sent to it from here on.
  siginfo_t info;
  if (signal == SIGSTOP)
    waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT);
}

int Process::Wait(absl::Duration limit) {
  if (ended_) return exit_;
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd wait{handle, POLLIN, 0};
  const int ready = poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(limit)));
  close(handle);
  if (ready != 1) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = true;
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_;
}

bool Process::running() { return Wait(absl::ZeroDuration()) == -1; }

Ports::Ports() {
  // Below those that the system hands out by itself.
  for (int first = 12'000; first < 32'000; first += kCount) {
    const int lock = LockPorts(first);
    if (lock == -1) continue;
    if (AllFree(first, Ports::kCount)) {
      first_ = first;
      lock_ = lock;
      return;
    }
    close(lock);
  }
}

// The file stays: were it removed, another test could hold a lock on the old
// one and a third on the new.
Ports::~Ports() {
  if (lock_ != -1) close(lock_);
}

std::string HttpGet(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
    if (write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
      char buffer[4096];
      for (ssize_t n = 0; (n = read(fd, buffer, sizeof(buffer))) > 0;) {
        answer.append(buffer, static_cast<size_t>(n));
      }
    }
  }
  close(fd);
  if (answer.find(" 200 ") > 12) return "";
  const size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? "" : answer.substr(body + 4);
}

bool Eventually(const std::function<bool()>& question) {
  const absl::Time give_up = absl::Now() + absl::Seconds(30);
  while (!question()) {
    if (absl::Now() > give_up) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

}  // namespace quorate::testing
