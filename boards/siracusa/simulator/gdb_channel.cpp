// SPDX-License-Identifier: Apache-2.0
#include "gdb.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace simulator {
int gdb_channel::get(bool blocking) {
  if (waiting.empty()) {
    pollfd poller{.fd = in, .events = POLLIN, .revents = 0};
    if (!blocking && ::poll(&poller, 1, 0) <= 0) return -2;
    char buffer[4096];
    ssize_t received;
    do received = ::read(in, buffer, sizeof buffer);
    while (received < 0 && errno == EINTR);
    if (received <= 0) return -1;
    waiting.assign(buffer, static_cast<std::size_t>(received));
  }
  int const first = static_cast<unsigned char>(waiting.front());
  waiting.erase(0, 1);
  return first;
}

void gdb_channel::put(std::string const& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    ssize_t const n = ::write(out, text.data() + sent, text.size() - sent);
    if (n < 0 && errno != EINTR) return;  // nobody listens any more
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
}

void gdb_channel::wait_for_end() {
  constexpr int patience_ms = 3000;
  pollfd poller{.fd = in, .events = POLLIN, .revents = 0};
  char buffer[64];
  while (::poll(&poller, 1, patience_ms) > 0 && ::read(in, buffer, sizeof buffer) > 0) {
  }
}

gdb_channel listen_for_gdb(unsigned port) {
  int const server = ::socket(AF_INET, SOCK_STREAM, 0);
  int const on = 1;
  ::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);  // nobody but this machine
  if (server < 0 || ::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 ||
      ::listen(server, 1) < 0) {
    std::string const why = std::strerror(errno);
    if (server >= 0) ::close(server);
    throw std::runtime_error(fmt::format("--gdb: cannot listen on port {}: {}", port, why));
  }
  int const connection = ::accept(server, nullptr, nullptr);
  ::close(server);
  // Packets are small and answered one by one: none may wait for the next.
  ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connection < 0) throw std::runtime_error(fmt::format("--gdb: no connection: {}", std::strerror(errno)));
  return {.in = connection, .out = connection, .waiting = {}};
}
}  // namespace simulator
