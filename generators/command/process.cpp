// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <generators/command/process.hpp>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace deeploy::command {
namespace fs = std::filesystem;
namespace {
// What the signal handler may touch: plain memory.
volatile sig_atomic_t interrupted = 0;
volatile pid_t child = 0;

void on_interrupt(int signal) {
  interrupted = signal;
  if (child > 0) kill(-child, SIGTERM);
}

/// The environment with another folder for temporary files.
std::vector<std::string> environment_with(std::string const& temporary) {
  std::vector<std::string> all;
  for (char** e = environ; *e != nullptr; ++e)
    if (temporary.empty() || std::strncmp(*e, "TMPDIR=", 7) != 0) all.emplace_back(*e);
  if (!temporary.empty()) all.push_back(std::string("TMPDIR=").append(temporary));
  return all;
}

std::vector<char*> pointers(std::vector<std::string> const& words) {
  std::vector<char*> p;
  for (std::string const& w : words) p.push_back(const_cast<char*>(w.c_str()));
  p.push_back(nullptr);
  return p;
}
}  // namespace

void handle_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A reader that went away and a limit on file sizes are failed writes, which are reported.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

int interrupted_status() { return interrupted != 0 ? 128 + interrupted : 0; }

process_result run_process(std::vector<std::string> const& words, std::string const& temporary) {
  process_result r;
  if (interrupted) {
    r.status = 128 + interrupted;
    return r;
  }
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    r.status = 127;
    r.errors = std::strerror(errno);
    return r;
  }
  std::vector<std::string> const environment = environment_with(temporary);
  std::vector<char*> const arguments = pointers(words), variables = pointers(environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  // A process group of its own, so that a compiler's passes end with it; and the usual signals.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  pid_t id = 0;
  int const code = posix_spawnp(&id, arguments[0], &actions, &attributes, arguments.data(), variables.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  if (code != 0) {
    close(out[0]);
    close(err[0]);
    r.status = 127;
    r.errors = words[0] + ": " + std::strerror(code) + "\n";
    return r;
  }
  child = id;
  if (interrupted) kill(-id, SIGTERM);  // it came before `child` was known
  pollfd ends[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* const texts[2] = {&r.output, &r.errors};
  for (int open = 2; open > 0;) {
    if (poll(ends, 2, -1) < 0 && errno != EINTR) break;
    for (int i = 0; i < 2; ++i) {
      if (ends[i].fd < 0 || (ends[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      char buffer[4096];
      ssize_t const n = read(ends[i].fd, buffer, sizeof buffer);
      if (n > 0) {
        texts[i]->append(buffer, static_cast<std::size_t>(n));
      } else if (n == 0 || errno != EINTR) {
        ends[i].fd = -1;
        --open;
      }
    }
  }
  close(out[0]);
  close(err[0]);
  int status = 0;
  while (waitpid(id, &status, 0) < 0 && errno == EINTR) {}
  child = 0;
  if (interrupted) kill(-id, SIGKILL);  // what did not listen
  r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (interrupted) r.status = 128 + interrupted;
  return r;
}

work_folder::work_folder(std::string const& named) : path_(named) {
  std::error_code problem;
  if (!named.empty()) {
    fs::create_directories(named, problem);
    usable_ = fs::is_directory(named, problem) && access(named.c_str(), W_OK) == 0;
    return;
  }
  fs::path const system = fs::temp_directory_path(problem);
  if (problem) {  // TMPDIR names no folder
    char const* const named_by_user = std::getenv("TMPDIR");
    path_ = named_by_user != nullptr ? named_by_user : "/tmp";
    usable_ = false;
    return;
  }
  std::string pattern = (system / "deeploy-XXXXXX").string();
  usable_ = mkdtemp(pattern.data()) != nullptr;
  path_ = pattern;
  temporary_ = usable_;
}

work_folder::~work_folder() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(path_, ignored);
}
}  // namespace deeploy::command
