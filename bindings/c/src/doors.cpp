// The doors: what goes into an engine, and what comes out of it.
#include <utility>

#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "inputs.hpp"
#include "novelo/json.hpp"
#include "outcomes.hpp"
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

Result<Request> request_of(const novelo_request* given) {
  const auto read = abi::sized(given, "request");
  if (!read) return fail(read.error());
  Request request;
  const auto method = abi::text_of(read->method, "request.method");
  if (!method) return fail(method.error());
  if (!method->empty()) request.method = *method;
  const auto url = abi::text_of(read->url, "request.url");
  if (!url) return fail(url.error());
  request.url = *url;
  auto headers = abi::headers_of(read->headers, read->header_count);
  if (!headers) return fail(headers.error());
  request.headers = std::move(*headers);
  const auto body = abi::text_of(read->body, "request.body");
  if (!body) return fail(body.error());
  request.body = *body;
  return request;
}

Result<Settlement> reply_of(const novelo_settlement& given) {
  TransportReply reply;
  reply.status = given.status;
  auto headers = abi::headers_of(given.headers, given.header_count);
  if (!headers) return fail(headers.error());
  reply.headers = std::move(*headers);
  const auto body = abi::text_of(given.body, "settlement.body");
  if (!body) return fail(body.error());
  reply.body = *body;
  return reply;
}

Result<Settlement> done_of(const novelo_settlement& given, const Limits& limits) {
  const auto text = abi::text_of(given.answer, "settlement.answer");
  if (!text) return fail(text.error());
  if (text->empty()) return Done{};
  if (const auto fits = abi::check_text(*text, limits); !fits) return fail(fits.error());
  const auto json = parse_json(*text, limits.json_depth);
  if (!json) return fail(json.error());
  auto value = value_from_json(*json);
  if (!value) return fail(value.error());
  return Done{std::move(*value)};
}

Result<Settlement> failed_of(const novelo_settlement& given) {
  Failed failed;
  const auto reason = abi::text_of(given.reason, "settlement.reason");
  if (!reason) return fail(reason.error());
  failed.reason = *reason;
  const auto message = abi::text_of(given.message, "settlement.message");
  if (!message) return fail(message.error());
  failed.message = *message;
  failed.retry = given.retry != 0;
  return failed;
}

Result<Input> settlement_of(const novelo_settlement& given, const Limits& limits) {
  const auto read = [&]() -> Result<Settlement> {
    switch (given.kind) {
      case NOVELO_REPLY: return reply_of(given);
      case NOVELO_DONE: return done_of(given, limits);
      case NOVELO_FAILED: return failed_of(given);
      default:
        return fail(abi::invalid("unknown_kind", "There is no such kind of settlement.",
                                 "settlement.kind",
                                 "Give NOVELO_REPLY, NOVELO_DONE or NOVELO_FAILED."));
    }
  };
  auto settlement = read();
  if (!settlement) return fail(settlement.error());
  return SettleEffect{EffectId(given.effect), std::move(*settlement)};
}

// The elements of an array of sized structs: the first one says how far it is to the next.
Result<std::vector<novelo_settlement>> settlements_of(const novelo_settlement* given,
                                                      std::size_t count) {
  if (const auto there = abi::array_of(given, count, "settlements"); !there) {
    return fail(there.error());
  }
  std::vector<novelo_settlement> list;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(given);
  const std::size_t step = count == 0 ? 0 : given->struct_size;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* const element = reinterpret_cast<const novelo_settlement*>(bytes + i * step);
    // Before it is read: a size of its own might reach out of the array.
    if (element->struct_size != step) {
      return fail(abi::invalid("struct_size", "The elements do not all have one size.",
                               "settlements", "Set struct_size in each of them."));
    }
    const auto read = abi::sized(element, "settlements");
    if (!read) return fail(read.error());
    list.push_back(*read);
  }
  return list;
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
    const auto read = request_of(request);
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
    const auto given = settlements_of(settlements, count);
    if (!given) return fail(given.error());
    std::vector<Result<Input>> list;
    list.reserve(count);
    for (const novelo_settlement& settlement : *given) {
      list.push_back(settlement_of(settlement, limits));
    }
    const auto fed = abi::feed_all(*entered, std::move(list), at);
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
