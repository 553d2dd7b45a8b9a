#include "testing/seat.hpp"

#include <utility>

namespace novelo::testing {
namespace {

class EngineSeat final : public Seat {
 public:
  explicit EngineSeat(Engine engine) : engine_(std::move(engine)) {}

  Result<Response> receive(const Request& request, Timestamp now,
                           std::vector<EventOutcome>* events) override {
    return engine_.receive(request, now, events);
  }
  Result<Outcome> feed(const Command& command, Timestamp now) override {
    return engine_.feed(command, now);
  }
  Status feed_time(Timestamp now) override { return engine_.feed_time(now); }
  Result<std::vector<Handout>> poll(Timestamp now, std::size_t max) override {
    return engine_.poll(now, max);
  }
  Result<Outcome> settle(EffectId effect, const Settlement& settlement, Timestamp now) override {
    return engine_.settle(effect, settlement, now);
  }
  std::optional<Timestamp> next_deadline() override { return engine_.next_deadline(); }
  std::vector<Signal> take_signals() override { return engine_.take_signals(); }
  Engine& engine() override { return engine_; }

 private:
  Engine engine_;
};

}  // namespace

Result<std::unique_ptr<Seat>> engine_seat(Store& store,
                                          const std::vector<const ChannelAdapter*>& adapters,
                                          EngineOptions options, Timestamp now) {
  auto engine = Engine::open(store, adapters, std::move(options), now);
  if (!engine) return fail(engine.error());
  return std::make_unique<EngineSeat>(std::move(*engine));
}

}  // namespace novelo::testing
