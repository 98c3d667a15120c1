#include "rpc/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

constexpr size_t kThreads = 2;
constexpr size_t kRequestBytesMax = 64 * 1024;

}  // namespace

HttpServer::HttpServer() : server_(std::make_unique<httplib::Server>()) {}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& host, int port,
                                                              Pages pages) {
  std::unique_ptr<HttpServer> http(new HttpServer);
  httplib::Server& server = *http->server_;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kRequestBytesMax);
  server.set_keep_alive_timeout(1);
  // Not SO_REUSEPORT, which would let two processes share the port unnoticed.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  std::string index;
  for (auto& [path, page] : pages) {
    StrAppend(&index, path, "\n");
    server.Get(path, [page = page](const httplib::Request&, httplib::Response& response) {
      HttpAnswer answer = page();
      response.status = answer.status;
      response.set_content(std::move(answer.body), answer.content_type.c_str());
    });
  }
  server.Get("/", [index](const httplib::Request&, httplib::Response& response) {
    response.set_content(index, "text/plain; charset=utf-8");
  });
  if (!server.bind_to_port(host, port)) {
    return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                     StrCat("cannot serve HTTP at ", host, ":", port));
  }
  http->thread_ = std::thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
  return http;
}

HttpServer::~HttpServer() {
  server_->stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace quorate::rpc
