// Request, response and whatever a call needs besides, in one allocation.
#pragma once

#include <google/protobuf/arena.h>
#include <grpcpp/support/message_allocator.h>

namespace quorate::rpc {

// For SetMessageAllocatorFor_X of a callback service. Both messages live on
// one arena, whose first block is part of the holder; the call's handler may
// allocate from it too (response->GetArena()) for as long as the call lasts.
template <class Request, class Response>
class ArenaMessages : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Holder; }

 private:
  class Holder : public grpc::MessageHolder<Request, Response> {
   public:
    Holder() : arena_(block_, sizeof(block_)) {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }
    void Release() override { delete this; }

   private:
    alignas(8) char block_[1536];
    google::protobuf::Arena arena_;
  };
};

// The request as the call's own: a handler may move its strings out, for no
// one else looks at it.
template <class Request>
Request* Own(const Request* request) {
  return const_cast<Request*>(request);
}

}  // namespace quorate::rpc
