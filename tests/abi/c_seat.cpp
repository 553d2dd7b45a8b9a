#include "abi/c_seat.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "codec/border_fields.hpp"
#include "codec/json.hpp"
#include "novelo/json.hpp"

namespace novelo::testing {
namespace {

novelo_text view(std::string_view text) {
  return {text.data(), text.size()};
}
std::string copy(const novelo_text& text) {
  return std::string(text.data, text.size);
}
std::int64_t microseconds(Timestamp at) {
  return at.time_since_epoch().count();
}

std::vector<novelo_header> views(const std::vector<Header>& headers) {
  std::vector<novelo_header> list;
  for (const Header& header : headers) list.push_back({view(header.name), view(header.value)});
  return list;
}
std::vector<Header> copies(const novelo_header* headers, std::size_t count) {
  std::vector<Header> list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back({copy(headers[i].name), copy(headers[i].value)});
  }
  return list;
}

Error failure(std::string reason, std::string message) {
  return {ErrorCode::internal, std::move(reason), std::move(message), "c_seat", {}};
}

// Reads what the other side wrote.
template <class T>
Result<T> read_json(const nlohmann::json& json) {
  codec::JsonReader reader;
  T value{};
  reader.read(json, "", value);
  if (reader.fault()) return fail(*reader.fault());
  return value;
}
template <class T>
Result<T> read(const std::string& text) {
  const auto json = parse_json(text, 100);
  if (!json) return fail(json.error());
  return read_json<T>(*json);
}

Error error_of(const novelo_error_info& info) {
  return {static_cast<ErrorCode>(info.code), copy(info.reason), copy(info.message),
          copy(info.subject), copy(info.remedy)};
}

Result<nlohmann::json> json_of(const novelo_text& text) {
  return parse_json(copy(text), 100);
}

// {"outcome": {...}} or {"error": {...}}; the status says which.
Result<Outcome> outcome_of(const novelo_item& item) {
  auto json = json_of(item.text);
  if (!json) return fail(json.error());
  if (item.status == NOVELO_OK) {
    if (!json->contains("outcome")) return fail(failure("outcome", copy(item.text)));
    return read_json<Outcome>((*json)["outcome"]);
  }
  if (!json->contains("error")) return fail(failure("error", copy(item.text)));
  const nlohmann::json& told = (*json)["error"];
  const auto member = [&](const char* name) { return told.value(name, std::string()); };
  const auto code = static_cast<ErrorCode>(item.status);
  if (member("code") != to_string(code)) return fail(failure("code", copy(item.text)));
  return fail({code, member("reason"), member("message"), member("subject"), member("remedy")});
}

EventOutcome event_of(const novelo_item& item) {
  EventOutcome event{outcome_of(item), 0};
  if (const auto json = json_of(item.text)) event.entries = json->value("entries", event.entries);
  return event;
}

TransportRequest request_of(const novelo_outgoing& given) {
  TransportRequest request;
  request.method = copy(given.method);
  request.url = copy(given.url);
  request.headers = copies(given.headers, given.header_count);
  request.body = copy(given.body);
  switch (given.authorization) {
    case NOVELO_AUTHORIZE_BEARER: request.authorization.kind = Authorization::Kind::bearer; break;
    case NOVELO_AUTHORIZE_BASIC: request.authorization.kind = Authorization::Kind::basic; break;
    default: break;
  }
  request.authorization.user = copy(given.user);
  request.authorization.secret = copy(given.secret);
  request.idempotency_key = copy(given.idempotency_key);
  return request;
}

Handout handout_of(const novelo_handout& given) {
  Handout handout;
  handout.id = EffectId(given.id);
  handout.kind = static_cast<EffectKind>(given.kind);
  handout.attempt = given.attempt;
  handout.maybe_done = given.maybe_done != 0;
  handout.connection = ConnectionName(copy(given.connection));
  handout.agent = AgentName(copy(given.agent));
  if (given.request != nullptr) handout.request = request_of(*given.request);
  if (const auto body = read<Value>(copy(given.body)); body && body->as_map() != nullptr) {
    handout.body = *body->as_map();
  }
  if (const auto list = read<Value>(copy(given.warnings)); list && list->as_list() != nullptr) {
    for (const Value& warning : *list->as_list()) handout.warnings.push_back(warning.to_text());
  }
  return handout;
}

// Everything that one call told.
struct Told {
  std::optional<Error> error;
  Response response;
  std::vector<novelo_status> statuses;
  std::vector<std::string> texts;
  std::vector<Handout> handouts;

  novelo_item item(std::size_t index) const { return {statuses[index], view(texts[index])}; }
};

seat_sink sink_of(Told& told) {
  seat_sink sink{};
  sink.user = &told;
  sink.error = [](void* user, const novelo_error_info* info) {
    static_cast<Told*>(user)->error = error_of(*info);
  };
  sink.response = [](void* user, const novelo_response* response) {
    static_cast<Told*>(user)->response = {
        response->status, copies(response->headers, response->header_count), copy(response->body)};
  };
  sink.item = [](void* user, const novelo_item* item) {
    static_cast<Told*>(user)->statuses.push_back(item->status);
    static_cast<Told*>(user)->texts.push_back(copy(item->text));
  };
  sink.handout = [](void* user, const novelo_handout* handout) {
    static_cast<Told*>(user)->handouts.push_back(handout_of(*handout));
  };
  return sink;
}

class CSeat final : public Seat {
 public:
  CSeat(const seat_calls& calls, novelo_engine* handle) : calls_(&calls), handle_(handle) {
    auto entered = abi::EnteredEngine::enter(handle);
    engine_ = &**entered;
  }
  ~CSeat() override {
    compare_reads();
    CHECK(calls_->close(handle_) == NOVELO_OK);
  }
  CSeat(const CSeat&) = delete;
  CSeat& operator=(const CSeat&) = delete;

  Result<Response> receive(const Request& request, Timestamp now,
                           std::vector<EventOutcome>* events) override;
  Result<Outcome> feed(const Command& command, Timestamp now) override;
  Status feed_time(Timestamp now) override;
  Result<std::vector<Handout>> poll(Timestamp now, std::size_t max) override;
  Result<Outcome> settle(EffectId effect, const Settlement& settlement, Timestamp now) override;
  std::optional<Timestamp> next_deadline() override;
  std::vector<Signal> take_signals() override;
  Engine& engine() override { return *engine_; }

  Result<std::string> ask(const std::string& question);

 private:
  // What has been stored looks the same from both sides.
  void compare_reads();
  // Runs one call; fails when its status says so.
  template <class Call>
  Status run(Told& told, Call call) {
    const seat_sink sink = sink_of(told);
    const novelo_status status = call(sink);
    if (status == NOVELO_OK) return {};
    if (told.error && static_cast<novelo_status>(told.error->code) == status) {
      return fail(*told.error);
    }
    return fail(failure("status", "status " + std::to_string(status) + " without its error"));
  }
  static Result<Outcome> only(const Status& done, const Told& told) {
    if (!done) return fail(done.error());
    if (told.texts.size() != 1) return fail(failure("count", "not one outcome"));
    return outcome_of(told.item(0));
  }

  const seat_calls* calls_;
  novelo_engine* handle_;
  Engine* engine_ = nullptr;
};

Result<Response> CSeat::receive(const Request& request, Timestamp now,
                                std::vector<EventOutcome>* events) {
  const auto headers = views(request.headers);
  novelo_request given{};
  given.struct_size = sizeof(given);
  given.method = view(request.method);
  given.url = view(request.url);
  given.headers = headers.data();
  given.header_count = headers.size();
  given.body = view(request.body);
  Told told;
  const auto done = run(told, [&](const seat_sink& sink) {
    return calls_->receive(handle_, &given, microseconds(now), &sink);
  });
  if (!done) return fail(done.error());
  for (std::size_t i = 0; events != nullptr && i < told.texts.size(); ++i) {
    events->push_back(event_of(told.item(i)));
  }
  return told.response;
}

Result<Outcome> CSeat::feed(const Command& command, Timestamp now) {
  Told told;
  if (const auto* load = std::get_if<LoadConfiguration>(&command.body)) {
    return only(run(told,
                    [&](const seat_sink& sink) {
                      return calls_->configure(handle_, view(command.id), view(load->json),
                                               microseconds(now), &sink);
                    }),
                told);
  }
  const std::string text = to_json(command).dump();
  return only(run(told,
                  [&](const seat_sink& sink) {
                    return calls_->feed(handle_, view(text), microseconds(now), &sink);
                  }),
              told);
}

Status CSeat::feed_time(Timestamp now) {
  Told told;
  return run(told, [&](const seat_sink& sink) {
    return calls_->feed_time(handle_, microseconds(now), &sink);
  });
}

Result<std::vector<Handout>> CSeat::poll(Timestamp now, std::size_t max) {
  Told told;
  const auto done = run(told, [&](const seat_sink& sink) {
    return calls_->poll(handle_, microseconds(now), max, &sink);
  });
  if (!done) return fail(done.error());
  return std::move(told.handouts);
}

Result<Outcome> CSeat::settle(EffectId effect, const Settlement& settlement, Timestamp now) {
  novelo_settlement given{};
  given.struct_size = sizeof(given);
  given.effect = effect.value();
  std::vector<novelo_header> headers;
  std::string answer;
  if (const auto* reply = std::get_if<TransportReply>(&settlement)) {
    headers = views(reply->headers);
    given.kind = NOVELO_REPLY;
    given.status = reply->status;
    given.headers = headers.data();
    given.header_count = headers.size();
    given.body = view(reply->body);
  } else if (const auto* done = std::get_if<Done>(&settlement)) {
    answer = to_json(done->answer).dump();
    given.kind = NOVELO_DONE;
    given.answer = view(answer);
  } else if (const auto* failed = std::get_if<Failed>(&settlement)) {
    given.kind = NOVELO_FAILED;
    given.reason = view(failed->reason);
    given.message = view(failed->message);
    given.retry = failed->retry ? 1 : 0;
  }
  Told told;
  return only(run(told,
                  [&](const seat_sink& sink) {
                    return calls_->settle(handle_, &given, microseconds(now), &sink);
                  }),
              told);
}

std::optional<Timestamp> CSeat::next_deadline() {
  std::int64_t at = 0;
  if (calls_->next_deadline(handle_, &at) != NOVELO_OK || at == NOVELO_NEVER) return std::nullopt;
  return Timestamp(Duration(at));
}

std::vector<Signal> CSeat::take_signals() {
  Told told;
  std::vector<Signal> signals;
  const auto done =
      run(told, [&](const seat_sink& sink) { return calls_->take_signals(handle_, &sink); });
  if (!done) return signals;
  for (const std::string& text : told.texts) {
    if (auto signal = read<Signal>(text)) signals.push_back(std::move(*signal));
  }
  return signals;
}

Result<std::string> CSeat::ask(const std::string& question) {
  Told told;
  const auto done = run(
      told, [&](const seat_sink& sink) { return calls_->query(handle_, view(question), &sink); });
  if (!done) return fail(done.error());
  if (told.texts.size() != 1) return fail(failure("count", "not one answer"));
  return told.texts.front();
}

template <class T>
std::string items_json(const std::vector<T>& list) {
  nlohmann::json items = nlohmann::json::array();
  for (const T& item : list) items.push_back(to_json(item));
  return nlohmann::json{{"items", std::move(items)}}.dump();
}

void CSeat::compare_reads() {
  const Query query(*engine_);
  const auto conversations = query.conversations({}, 1000);
  const auto told = ask(R"({"ask": "conversations", "limit": 1000})");
  CHECK(conversations);
  CHECK(told);
  if (!conversations || !told) return;
  CHECK(*told == items_json(*conversations));
  for (const ConversationRecord& conversation : *conversations) {
    const auto timeline = query.timeline(conversation.id, 0, 1000);
    const auto entries = ask(fmt::format(
        R"({{"ask": "timeline", "conversation": "{}", "limit": 1000}})", conversation.id.value()));
    CHECK(timeline);
    CHECK(entries);
    if (!timeline || !entries) return;
    CHECK(*entries == items_json(*timeline));
  }
}

std::vector<novelo_secret> secrets_of(const EngineOptions& options) {
  std::vector<novelo_secret> list;
  for (const auto& [connection, named] : options.secrets) {
    for (const auto& [name, secrets] : named) {
      for (const Secret& secret : secrets) {
        list.push_back({view(connection.text()), view(name), view(secret.reveal())});
      }
    }
  }
  return list;
}

}  // namespace

Store& store_behind(novelo_store* handle) {
  auto entered = abi::enter<abi::StoreBox>(handle, abi::Access::alone);
  return *(*entered)->store;
}

SeatSource c_seats(novelo_store* store, const seat_calls& calls) {
  return [store, &calls](Store&, const std::vector<const ChannelAdapter*>&, EngineOptions options,
                         Timestamp now) -> Result<std::unique_ptr<Seat>> {
    const auto secrets = secrets_of(options);
    novelo_engine_options given{};
    given.struct_size = sizeof(given);
    given.tenant = view(options.tenant.text());
    given.tenant_secret = view(options.tenant_secret.reveal());
    given.secrets = secrets.data();
    given.secret_count = secrets.size();
    given.time_jump = options.time_jump.count();
    Told told;
    const seat_sink sink = sink_of(told);
    novelo_engine* engine = nullptr;
    if (calls.open(store, &given, microseconds(now), &engine, &sink) != NOVELO_OK) {
      return fail(told.error.value_or(failure("open", "no error was told")));
    }
    return std::make_unique<CSeat>(calls, engine);
  };
}

}  // namespace novelo::testing
