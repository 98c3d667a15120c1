// A call of the Admin service that waits for its answer.
#pragma once

#include <functional>
#include <utility>

#include "client/call.h"
#include "client/client.h"
#include "client/core.h"
#include "client/wait.h"

namespace quorate::client {

using Async = v1::Admin::StubInterface::async_interface;

template <class Request, class Response>
using AdminMethod = void (Async::*)(grpc::ClientContext*, const Request*, Response*,
                                    std::function<void(grpc::Status)>);

template <class Request, class Response>
absl::StatusOr<Response> CallAdmin(Core& core, Request request,
                                   AdminMethod<Request, Response> method, bool write,
                                   const AdminOptions& options) {
  auto send = [method](NodeLink& link, grpc::ClientContext* context, const Request* sent,
                       Response* response, std::function<void(grpc::Status)> done) {
    (link.admin().async()->*method)(context, sent, response, std::move(done));
  };
  return WaitFor<Response>([&](auto done) {
    StartCall<Response>(core, Target{.write = write}, options.deadline, std::move(request),
                        std::move(send), std::move(done));
  });
}

}  // namespace quorate::client
