// HTTP for operators: a few pages, made when they are asked for.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace httplib {
class Server;
}

namespace quorate::rpc {

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

class HttpServer {
 public:
  // By path. Called on the server's threads, and may block for a while.
  using Pages = std::map<std::string, std::function<HttpAnswer()>>;

  // Serves when it returns. UNAVAILABLE: the address can't be listened at.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& host, int port,
                                                           Pages pages);
  ~HttpServer();

 private:
  HttpServer();

  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
};

}  // namespace quorate::rpc
