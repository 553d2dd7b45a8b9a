#include "novelo/engine.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "codec/json.hpp"
#include "engine/body.hpp"

namespace novelo {

namespace {

constexpr std::size_t shortest_secret = 16;

bool is_tenant_name(const std::string& name) {
  constexpr std::size_t longest = 128;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  return name.size() <= longest && codec::is_utf8(name) &&
         std::none_of(name.begin(), name.end(), is_control);
}

}  // namespace

Error thrown(std::string_view what) {
  return {ErrorCode::internal,
          "exception",
          fmt::format("the store, an adapter or memory threw: {}", what),
          {},
          "mend what threw"};
}

Engine::Engine(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Result<Engine> Engine::open(Store& store, std::vector<const ChannelAdapter*> adapters,
                            EngineOptions options, Timestamp now) {
  if (options.tenant.empty()) {
    return fail({ErrorCode::invalid, "no_tenant", "the tenant needs a name", "options.tenant",
                 "give it one"});
  }
  if (!is_tenant_name(options.tenant.text())) {
    return fail({ErrorCode::invalid, "bad_tenant", "this is no name of a tenant", "options.tenant",
                 "give at most 128 bytes of UTF-8 without control characters"});
  }
  if (options.tenant_secret.reveal().size() < shortest_secret) {
    return fail({ErrorCode::invalid, "short_secret", "the tenant's secret is too short",
                 "options.tenant_secret", "give at least 16 bytes nobody can guess"});
  }
  try {
    auto fence = store.open_tenant(options.tenant);
    if (!fence) return fail(fence.error());
    auto body = std::make_unique<Body>(store, *fence, std::move(adapters), std::move(options));
    if (auto restored = body->restore(now); !restored) return fail(restored.error());
    body->tell_opened(now);
    return Engine(std::move(body));
  } catch (const CutShort& cut) {
    return fail(cut.why());
  } catch (const std::exception& exception) {
    return fail(thrown(exception.what()));
  } catch (...) {
    return fail(thrown("something unknown"));
  }
}

Result<Response> Engine::receive(const Request& request, Timestamp now,
                                 std::vector<EventOutcome>* events) {
  auto answer = guarded(*body_, [&] { return body_->receive(request, now, events); });
  body_->tell(now, ReceiveCall{request, answer});
  return answer;
}

Result<std::vector<Result<Outcome>>> Engine::feed(std::span<const Input> inputs, Timestamp now) {
  auto results = guarded(*body_, [&] { return body_->run(inputs, now); });
  body_->tell(now, FeedCall{inputs, results});
  return results;
}

Result<Outcome> Engine::feed(const Command& command, Timestamp now) {
  const Input input = command;
  auto results = feed(std::span(&input, 1), now);
  if (!results) return fail(results.error());
  return std::move(results->front());
}

Status Engine::feed_time(Timestamp now) {
  auto result = guarded(*body_, [&] { return body_->run_time(now); });
  body_->tell(now, FeedTimeCall{result});
  return result;
}

Result<std::vector<Handout>> Engine::poll(Timestamp now, std::size_t max) {
  auto handouts = guarded(*body_, [&] { return body_->poll(now, max); });
  body_->tell(now, PollCall{max, handouts});
  return handouts;
}

Result<Outcome> Engine::settle(EffectId effect, const Settlement& settlement, Timestamp now) {
  const Input input = SettleEffect{effect, settlement};
  auto results = feed(std::span(&input, 1), now);
  if (!results) return fail(results.error());
  return std::move(results->front());
}

std::optional<Timestamp> Engine::next_deadline() const {
  return body_->next_deadline();
}
std::vector<Signal> Engine::take_signals() {
  return body_->take_signals();
}
Metrics Engine::metrics(Timestamp now) const {
  return body_->metrics(now);
}
bool Engine::faulted() const {
  return body_->faulted();
}
std::string Engine::fallback_route(const EntryPointName& entry_point) const {
  return body_->fallback_route(entry_point);
}

}  // namespace novelo
