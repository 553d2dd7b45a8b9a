// The doors: what goes into an engine, and what comes out of it.
#include <utility>

#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "inputs.hpp"
#include "novelo/json.hpp"
#include "outcomes.hpp"
#include "requests.hpp"
#include "views.hpp"

using namespace novelo;
using abi::EnteredEngine;

namespace {

// Runs a call on an engine at a time.
template <class Call>
novelo_status on_engine(novelo_engine* engine, int64_t now, novelo_error** error, Call call) {
  return abi::guarded(error, [&]() -> Status {
    const auto time = abi::time_of(now);
    if (!time) return fail(time.error());
    const auto entered = EnteredEngine::enter(engine);
    if (!entered) return fail(entered.error());
    return call(*entered, *time);
  });
}

Status give_text(std::string text, novelo_items** list) {
  auto items = std::make_unique<abi::ItemsBox>();
  items->add(NOVELO_OK, std::move(text));
  items->finish();
  return abi::give(std::move(items), list);
}

// A handle is NULL unless the call succeeds.
template <class Handle>
void clear(Handle** handle) {
  if (handle != nullptr) *handle = nullptr;
}

}  // namespace

novelo_status novelo_receive(novelo_engine* engine, const novelo_request* request, int64_t now,
                             novelo_answer** answer, novelo_error** error) {
  clear(answer);
  return on_engine(engine, now, error, [&](const EnteredEngine& entered, Timestamp at) -> Status {
    if (const auto there = abi::place_for(answer, "answer"); !there) return there;
    const auto read = abi::request_of(request);
    if (!read) return fail(read.error());
    std::vector<EventOutcome> events;
    auto response = entered->receive(*read, at, &events);
    if (!response) return fail(response.error());
    auto box = std::make_unique<abi::AnswerBox>(std::move(*response), std::move(events));
    return abi::give(std::move(box), answer);
  });
}

novelo_status novelo_feed(novelo_engine* engine, const novelo_text* inputs, size_t count,
                          int64_t now, novelo_items** outcomes, novelo_error** error) {
  clear(outcomes);
  return on_engine(engine, now, error, [&](const EnteredEngine& entered, Timestamp at) -> Status {
    const Limits& limits = entered.box().limits;
    if (const auto there = abi::array_of(inputs, count, "inputs"); !there) return there;
    if (const auto fits = abi::check_count(count, limits); !fits) return fits;
    std::vector<Result<Input>> list;
    list.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto text = abi::text_of(inputs[i], "inputs");
      if (!text) return fail(text.error());
      list.push_back(abi::input_from_text(*text, limits));
    }
    const auto fed = abi::feed_all(*entered, std::move(list), at);
    if (!fed) return fail(fed.error());
    return abi::give_outcomes(*fed, outcomes);
  });
}

novelo_status novelo_configure(novelo_engine* engine, const char* id, size_t id_size,
                               const char* configuration, size_t configuration_size, int64_t now,
                               novelo_items** outcomes, novelo_error** error) {
  clear(outcomes);
  return on_engine(engine, now, error, [&](const EnteredEngine& entered, Timestamp at) -> Status {
    const auto name = abi::text_of(id, id_size, "id");
    if (!name) return fail(name.error());
    const auto text = abi::text_of(configuration, configuration_size, "configuration");
    if (!text) return fail(text.error());
    std::vector<Result<Input>> list;
    list.emplace_back(Command{std::string(*name), {}, LoadConfiguration{std::string(*text)}});
    const auto fed = abi::feed_all(*entered, std::move(list), at);
    if (!fed) return fail(fed.error());
    return abi::give_outcomes(*fed, outcomes);
  });
}

novelo_status novelo_feed_time(novelo_engine* engine, int64_t now, novelo_error** error) {
  return on_engine(engine, now, error, [](const EnteredEngine& entered, Timestamp at) {
    return entered->feed_time(at);
  });
}

novelo_status novelo_poll(novelo_engine* engine, int64_t now, size_t max,
                          novelo_handouts** handouts, novelo_error** error) {
  clear(handouts);
  return on_engine(engine, now, error, [&](const EnteredEngine& entered, Timestamp at) -> Status {
    if (const auto there = abi::place_for(handouts, "handouts"); !there) return there;
    // First, for what was polled is not handed out a second time.
    auto reserved = abi::Reserved<abi::HandoutsBox>::make();
    if (!reserved) return fail(reserved.error());
    auto polled = entered->poll(at, max);
    if (!polled) return fail(polled.error());
    (*reserved)->fill(std::move(*polled));
    reserved->publish(handouts);
    return {};
  });
}

novelo_status novelo_settle(novelo_engine* engine, const novelo_settlement* settlements,
                            size_t count, int64_t now, novelo_items** outcomes,
                            novelo_error** error) {
  clear(outcomes);
  return on_engine(engine, now, error, [&](const EnteredEngine& entered, Timestamp at) -> Status {
    const Limits& limits = entered.box().limits;
    if (const auto fits = abi::check_count(count, limits); !fits) return fits;
    auto list = abi::settlements_of(settlements, count, limits);
    if (!list) return fail(list.error());
    const auto fed = abi::feed_all(*entered, std::move(*list), at);
    if (!fed) return fail(fed.error());
    return abi::give_outcomes(*fed, outcomes);
  });
}

novelo_status novelo_take_signals(novelo_engine* engine, novelo_items** signals,
                                  novelo_error** error) {
  clear(signals);
  return on_engine(engine, 0, error, [&](const EnteredEngine& entered, Timestamp) -> Status {
    if (const auto there = abi::place_for(signals, "signals"); !there) return there;
    auto items = std::make_unique<abi::ItemsBox>();
    for (const Signal& signal : entered->take_signals()) {
      items->add(NOVELO_OK, to_json(signal).dump());
    }
    items->finish();
    return abi::give(std::move(items), signals);
  });
}

novelo_status novelo_fallback_route(novelo_engine* engine, const char* entry_point, size_t size,
                                    novelo_items** route, novelo_error** error) {
  clear(route);
  return on_engine(engine, 0, error, [&](const EnteredEngine& entered, Timestamp) -> Status {
    if (const auto there = abi::place_for(route, "route"); !there) return there;
    const auto name = abi::text_of(entry_point, size, "entry_point");
    if (!name) return fail(name.error());
    return give_text(entered->fallback_route(EntryPointName(std::string(*name))), route);
  });
}
