#include "unary_load.h"

namespace quorate::bench {
namespace {

constexpr uint64_t kBoundUs = 1'000'000;

v1::Level LevelOf(UnaryOp op) {
  switch (op) {
    case UnaryOp::kGetBounded:
      return v1::LEVEL_BOUNDED;
    case UnaryOp::kGetOne:
      return v1::LEVEL_ONE;
    case UnaryOp::kGetQuorum:
      return v1::LEVEL_QUORUM;
    default:
      return v1::LEVEL_LINEARIZABLE;
  }
}

class GetCaller final : public Caller {
 public:
  GetCaller(Target& target, UnaryOp op) : target_(target), op_(op) {
    get_.set_keyspace(target.keyspace);
    get_.set_level(LevelOf(op));
    if (op == UnaryOp::kGetBounded) get_.mutable_read()->set_bound_us(kBoundUs);
  }

  void Begin(Random& random, grpc::ClientContext& context,
             std::function<void(grpc::Status)> done) override {
    auto [member, key] = target_.Pick(random.Next());
    const bool anywhere = op_ == UnaryOp::kGetBounded || op_ == UnaryOp::kGetOne;
    if (anywhere) member = &target_.members[random.Below(target_.members.size())];
    get_.set_key(*key);
    member->stub->async()->Get(&context, &get_, &got_, std::move(done));
  }

 private:
  Target& target_;
  const UnaryOp op_;
  v1::GetRequest get_;
  v1::GetResponse got_;
};

class PutCaller final : public Caller {
 public:
  PutCaller(Target& target, UnaryOp op) : target_(target), once_(op == UnaryOp::kPutOnce) {
    put_.set_keyspace(target.keyspace);
    put_.set_level(op == UnaryOp::kPutAtOne ? v1::LEVEL_ONE : v1::LEVEL_QUORUM);
    put_.set_value(target.value);
  }

  void Begin(Random& random, grpc::ClientContext& context,
             std::function<void(grpc::Status)> done) override {
    const auto [member, key] = target_.Pick(random.Next());
    put_.set_key(*key);
    if (once_) {
      writer_ = &target_.WriterOf(*key);
      *put_.mutable_identity() = writer_->Next();
    }
    member->stub->async()->Put(&context, &put_, &written_, std::move(done));
  }

  void Complete() override {
    if (writer_ != nullptr) writer_->Settle(put_.identity().sequence());
  }

 private:
  Target& target_;
  const bool once_;
  v1::PutRequest put_;
  v1::WriteResponse written_;
  client::Writer* writer_ = nullptr;
};

}  // namespace

std::unique_ptr<Caller> MakeCaller(Target& target, UnaryOp op) {
  if (op == UnaryOp::kPut || op == UnaryOp::kPutOnce || op == UnaryOp::kPutAtOne) {
    return std::make_unique<PutCaller>(target, op);
  }
  return std::make_unique<GetCaller>(target, op);
}

Slice RunUnary(Target& target, UnaryOp op, uint32_t in_flight, absl::Duration length,
               uint64_t seed) {
  return RunClosedLoop([&] { return MakeCaller(target, op); }, in_flight, length, seed);
}

}  // namespace quorate::bench
