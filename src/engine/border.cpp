// The border: providers' requests in, requests to providers out.
#include <fmt/format.h>

#include "engine/body.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/rules/channel.hpp"

namespace novelo {

namespace {

// What makes it the same payload, whatever its headers say: those of a repetition differ.
std::string digest_of(const ConnectionName& connection, const Request& request) {
  const std::string whole = fmt::format("{}\n{}\n{}\n{}", connection.text(), request.method,
                                        request.url, to_hex(sha256(request.body)));
  return to_hex(sha256(whole));
}

std::size_t bytes_of(const Request& request) {
  std::size_t bytes = request.method.size() + request.url.size() + request.body.size();
  for (const Header& header : request.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

std::size_t bytes_of(const QuarantineRow& row) {
  std::size_t bytes = row.method.size() + row.url.size() + row.body.size();
  for (const auto& [name, value] : row.headers) bytes += name.size() + value.size();
  return bytes;
}

// A payload is kept whole or not at all: of one that no room could hold stays why it was refused.
void leave_out_too_much(QuarantineRow& row, std::size_t most) {
  const std::size_t whole = bytes_of(row);
  if (whole <= most) return;
  row.headers.clear();
  row.body.clear();
  if (bytes_of(row) > most) row.url.clear();
  row.left_out = whole - bytes_of(row);
}

QuarantineRow row_of(const ConnectionName& connection, const Request& request, const Error& error) {
  QuarantineRow row;
  row.connection = connection;
  row.code = std::string(to_string(error.code));
  row.reason = error.reason;
  row.message = error.message;
  row.subject = error.subject;
  row.remedy = error.remedy;
  row.method = request.method;
  row.url = request.url;
  for (const Header& header : request.headers) row.headers.emplace_back(header.name, header.value);
  row.body = request.body;
  return row;
}

}  // namespace

void Engine::Body::make_room(std::size_t bytes) {
  const Limits& limits = options_.limits;
  EngineClock& clock = tables_.edit_clock();
  const auto full = [&] {
    return clock.quarantined >= limits.quarantine_rows ||
           clock.quarantined_bytes + bytes > limits.quarantine_bytes;
  };
  // Looked for one by one: no more is read than goes.
  std::string from = tables_.key().bytes();
  while (clock.quarantined > 0 && full()) {
    const auto oldest = tables_.quarantine.scan(from, tables_.key().end(), 1, Order::ascending);
    if (oldest.empty()) break;
    const auto& [key, row] = oldest.front();
    --clock.quarantined;
    clock.quarantined_bytes -= std::min<std::uint64_t>(clock.quarantined_bytes, bytes_of(row));
    tables_.quarantine_seen.erase(tables_.text_key(row.digest));
    tables_.quarantine.erase(key);
    changes_.note({ThingKind::quarantine, ThingId(row.id.value()), 0, {}, {}, true});
    from = behind(key);
  }
}

void Engine::Body::quarantine(const ConnectionName& connection, const Request& request,
                              const Error& error) {
  witness_.quarantined(connection, error, now_);
  if (options_.limits.quarantine_rows == 0) return;
  tables_.begin_input();
  std::string digest = digest_of(connection, request);
  const std::string seen_key = tables_.text_key(digest);
  if (tables_.quarantine_seen.find(seen_key) != nullptr) {
    QuarantineSeen& seen = tables_.quarantine_seen.edit(seen_key);
    ++seen.times;
    seen.last_at = now_;
    changes_.note({ThingKind::quarantine, ThingId(seen.id.value()), 0, {}, {}, false});
    return;
  }
  QuarantineRow row = row_of(connection, request, error);
  leave_out_too_much(row, options_.limits.quarantine_bytes);
  make_room(bytes_of(row));
  EngineClock& clock = tables_.edit_clock();
  ++clock.quarantined;
  clock.quarantined_bytes += bytes_of(row);
  row.id = ids_.take<QuarantineId>();
  changes_.note({ThingKind::quarantine, ThingId(row.id.value()), 0, {}, {}, false});
  row.at = now_;
  row.digest = std::move(digest);
  tables_.quarantine_seen.put(seen_key, {row.id, 1, now_});
  const std::string key = tables_.key(row.id);
  tables_.quarantine.create(key, std::move(row));
}

Result<Response> Engine::Body::decide_events(const Connection& connection, const Request& request,
                                             Decoded decoded, Timestamp now,
                                             std::vector<EventOutcome>* events) {
  std::vector<Input> inputs;
  inputs.reserve(decoded.events.size());
  for (ChannelEvent& event : decoded.events) {
    inputs.emplace_back(DecodedEvent{connection.name, std::move(event)});
  }
  std::vector<std::uint64_t> entries;
  auto results = decide_all(inputs, now, events != nullptr ? &entries : nullptr);
  if (!results) return fail(results.error());
  for (std::size_t i = 0; events != nullptr && i < results->size(); ++i) {
    events->push_back({(*results)[i], entries[i]});
  }
  const Error* refused = nullptr;
  const Error* busy = nullptr;
  bool all = true;
  for (const auto& result : *results) {
    if (!result && result.error().code == ErrorCode::busy) busy = &result.error();
    if (!result && refused == nullptr) refused = &result.error();
    all = all && !result;
  }
  // What could not be placed is kept for a person to look at; the provider is answered all the same
  // when some of it could be.
  if (refused != nullptr && busy == nullptr) quarantine(connection.name, request, *refused);
  // Without an answer it all comes again: what was taken is known then, the rest may find room.
  if (busy != nullptr) return fail(*busy);
  if (refused != nullptr && all) return fail(*refused);
  return decoded.answer;
}

Error Engine::Body::turn_away(const ConnectionName& connection, Error error, Timestamp now) {
  witness_.turned_away(connection, error, std::max(now_, now));
  return error;
}

Result<Response> Engine::Body::decide_request(const Request& request, Timestamp now,
                                              std::vector<EventOutcome>* events) {
  witness_.requested();
  const Connection* connection = setup_ ? setup_->connection_at(request.path()) : nullptr;
  if (connection == nullptr) {
    return fail(turn_away({},
                          {ErrorCode::not_found, "unknown_path", "no connection has this path",
                           std::string(request.path()), "configure a connection with this path"},
                          now));
  }
  if (bytes_of(request) > options_.limits.request_bytes) {
    return fail(turn_away(connection->name,
                          {ErrorCode::limit, "too_large", "the request is too large",
                           fmt::format("connection {}", connection->name.text()),
                           fmt::format("send at most {} bytes of URL, headers and body",
                                       options_.limits.request_bytes)},
                          now));
  }
  const ChannelAdapter& adapter = *setup_->adapters.at(connection->name);
  if (auto genuine = adapter.verify(request, *connection); !genuine) {
    return fail(turn_away(connection->name, std::move(genuine.error()), now));
  }
  auto decoded = adapter.decode(request, *connection);
  const bool too_many = decoded && decoded->events.size() > options_.limits.events_per_request;
  if (decoded && !too_many) {
    return decide_events(*connection, request, std::move(*decoded), now, events);
  }
  const Error error = too_many
                          ? Error{ErrorCode::limit,
                                  "too_many_events",
                                  "the request has too many events",
                                  {},
                                  fmt::format("at most {}", options_.limits.events_per_request)}
                          : decoded.error();
  if (auto plausible = check_time({}, now); !plausible) return fail(plausible.error());
  now_ = std::max(now_, now);
  quarantine(connection->name, request, error);
  return fail(error);
}

Result<Response> Engine::Body::receive(const Request& request, Timestamp now,
                                       std::vector<EventOutcome>* events) {
  return go(Road::whole, [&] { return decide_request(request, now, events); });
}

Result<Response> Engine::Body::take_request(const Request& request, Timestamp now) {
  return go(Road::part, [&] { return decide_request(request, now, nullptr); });
}

std::optional<Handout> Engine::Body::make_handout(const Effect& effect) {
  Handout out;
  out.id = effect.id;
  out.kind = effect.kind;
  out.agent = effect.agent;
  out.body = effect.body;
  out.attempt = effect.attempts + 1;
  out.maybe_done = effect.maybe_done || outbox_.maybe_handed_out(effect.id);
  if (effect.kind == EffectKind::notify || effect.kind == EffectKind::action) return out;
  const EntryPointConfig* entry_point =
      setup_ ? setup_->configuration.entry_point(effect.entry_point) : nullptr;
  if (entry_point == nullptr) {
    undeliverable_[effect.id] = {ErrorCode::not_found,
                                 "unknown_entry_point",
                                 "the entry point is not configured any more",
                                 {},
                                 {}};
    return std::nullopt;
  }
  out.connection = entry_point->connection;
  const Connection& connection = setup_->connections.at(out.connection);
  Outbound outbound = OutboundCall{effect.id, effect.verb};
  if (effect.kind == EffectKind::send) {
    Rendered rendered = render(effect.content, setup_->capabilities_of(*entry_point));
    out.warnings = std::move(rendered.warnings);
    outbound = OutboundMessage{effect.id, entry_point->address, effect.to,
                               std::move(rendered.content), effect.created_at};
  }
  auto encoded = setup_->adapters.at(out.connection)->encode(outbound, connection);
  if (!encoded) {
    undeliverable_[effect.id] = encoded.error();
    return std::nullopt;
  }
  out.warnings.insert(out.warnings.end(), encoded->warnings.begin(), encoded->warnings.end());
  out.request = std::move(encoded->request);
  return out;
}

Result<std::vector<Handout>> Engine::Body::poll(Timestamp now, std::size_t max) {
  if (auto may = ready(); !may) return fail(may.error());
  const Inside inside(inside_);
  if (auto plausible = check_time({}, now); !plausible) return fail(plausible.error());
  const Timestamp at = std::max(now_, now);
  std::vector<Handout> handouts;
  outbox_.wake(at);
  // Whoever has taken the tenant over hands out the same effects.
  if (outbox_.next_ready({})) {
    if (auto ours = store_.commit(fence_, {}); !ours) return fail(fault(ours.error()));
  }
  EffectId id;
  while (handouts.size() < max) {
    const auto next = outbox_.next_ready(id);
    if (!next) break;
    id = *next;
    if (undeliverable_.contains(id)) continue;
    const Effect* effect = tables_.effects.find(tables_.key(id));
    if (effect == nullptr) break;
    if (effect->not_after && *effect->not_after <= at) continue;  // its timer takes it back
    if (auto out = make_handout(*effect)) {
      handouts.push_back(std::move(*out));
      outbox_.mark_handed_out(id);
      witness_.handed_out(handouts.back(), at);
    }
  }
  witness_.committed();
  return handouts;
}

}  // namespace novelo
