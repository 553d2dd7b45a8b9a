#include "recorder/exact.hpp"

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "codec/binary.hpp"
#include "codec/border_fields.hpp"
#include "codec/json.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/json.hpp"

namespace novelo::recording {
namespace {

using nlohmann::json;

// An input as bytes: which one of its variants, and that one in the binary form.
struct Packed {
  std::uint64_t kind = 0;   // of Input
  std::uint64_t which = 0;  // of the variant in it
  std::string id;           // a command's
  std::string actor;
  std::string connection;  // an event's
  std::uint64_t effect = 0;
  std::string body;
};

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Packed>
void fields(V& v, X& x) {
  v("kind", x.kind);
  v("which", x.which);
  v("id", x.id);
  v("actor", x.actor);
  v("connection", x.connection);
  v("effect", x.effect);
  v("body", x.body);
}

struct PackedRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, PackedRequest>
void fields(V& v, X& x) {
  v("method", x.method);
  v("url", x.url);
  v("headers", x.headers);
  v("body", x.body);
}

struct PackedReply {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
};

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, PackedReply>
void fields(V& v, X& x) {
  v("status", x.status);
  v("headers", x.headers);
  v("body", x.body);
}

template <class What>
std::string bytes_of(const What& what) {
  return codec::to_bytes(what);
}
std::string bytes_of(const TransportReply& reply) {
  return codec::to_bytes(PackedReply{reply.status, reply.headers, reply.body});
}

template <class What>
bool read_bytes(const std::string& bytes, What& what) {
  return codec::from_bytes(bytes, what);
}
bool read_bytes(const std::string& bytes, TransportReply& reply) {
  PackedReply packed;
  if (!codec::from_bytes(bytes, packed)) return false;
  reply = {packed.status, std::move(packed.headers), std::move(packed.body)};
  return true;
}

template <class Variant>
void pack(const Variant& variant, Packed& packed) {
  packed.which = variant.index();
  packed.body = std::visit([](const auto& what) { return bytes_of(what); }, variant);
}

std::string packed(const Input& input) {
  Packed out;
  out.kind = input.index();
  if (const auto* command = std::get_if<Command>(&input)) {
    out.id = command->id;
    out.actor = command->actor.text();
    pack(command->body, out);
  } else if (const auto* event = std::get_if<DecodedEvent>(&input)) {
    out.connection = event->connection.text();
    pack(event->event, out);
  } else {
    const auto& settle = std::get<SettleEffect>(input);
    out.effect = settle.effect.value();
    pack(settle.settlement, out);
  }
  return codec::to_bytes(out);
}

template <class Variant, std::size_t Next = 0>
bool unpack(const Packed& packed, Variant& variant) {
  if constexpr (Next < std::variant_size_v<Variant>) {
    if (packed.which != Next) return unpack<Variant, Next + 1>(packed, variant);
    return read_bytes(packed.body, variant.template emplace<Next>());
  } else {
    return false;
  }
}

std::optional<Input> unpacked(std::string_view bytes) {
  Packed packed;
  if (!codec::from_bytes(bytes, packed)) return std::nullopt;
  switch (packed.kind) {
    case 0: {
      Command command{packed.id, AgentName(packed.actor), {}};
      if (!unpack(packed, command.body)) return std::nullopt;
      return command;
    }
    case 1: {
      DecodedEvent event{ConnectionName(packed.connection), {}};
      if (!unpack(packed, event.event)) return std::nullopt;
      return event;
    }
    case 2: {
      SettleEffect settle{EffectId(packed.effect), {}};
      if (!unpack(packed, settle.settlement)) return std::nullopt;
      return settle;
    }
    default: return std::nullopt;
  }
}

Error unreadable(const std::string& what) {
  return {ErrorCode::invalid,
          "bad_input",
          "This is no " + what + " that was recorded.",
          {},
          "docs/journeys.md describes them (Recording)."};
}

// --- the readable forms --------------------------------------------------------------------------

// An object where that gives the same text again.
json configuration_json(const std::string& text) {
  json document = json::parse(text, nullptr, false);
  const bool same =
      document.is_object() && document.dump(-1, ' ', false, json::error_handler_t::replace) == text;
  return same ? document : json(codec::mended(text));
}

json readable(const Input& input) {
  json out = to_json(input);
  const auto* command = std::get_if<Command>(&input);
  const auto* load = command != nullptr ? std::get_if<LoadConfiguration>(&command->body) : nullptr;
  if (load != nullptr) out["json"] = configuration_json(load->json);
  return out;
}

Result<Input> read_input(json exact) {
  if (!exact.is_object()) return fail(unreadable("input"));
  if (const auto bytes = exact.find("bytes"); bytes != exact.end() && bytes->is_string()) {
    const auto plain = from_base64(bytes->get_ref<const std::string&>());
    auto input = plain ? unpacked(*plain) : std::nullopt;
    if (!input) return fail(unreadable("input"));
    return std::move(*input);
  }
  const auto document = exact.find("json");
  if (document != exact.end() && document->is_object()) {
    *document = document->dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return input_from_json(exact);
}

Value value_of(const json& from) {
  auto value = value_from_json(from);
  return value ? std::move(*value) : Value();
}

Value exact_of(const Input& input) {
  const std::string bytes = packed(input);
  Value value = value_of(readable(input));
  // As it will be read from the file: a number that is none becomes null there, for instance.
  const std::string text = to_json(value).dump();
  const auto again = read_input(json::parse(text, nullptr, false));
  if (again && packed(*again) == bytes) return value;
  return Value(Value::Map{{"bytes", Value(to_base64(bytes))}});
}

bool is_text(const std::string& text) {
  return codec::mended(text) == text;
}

ExactRequest exact_of(const Request& request) {
  ExactRequest exact;
  bool texts = is_text(request.method) && is_text(request.url);
  PackedRequest all{request.method, request.url, {}, request.body};
  for (const Header& header : request.headers) {
    texts = texts && is_text(header.name) && is_text(header.value);
    all.headers.emplace_back(header.name, header.value);
  }
  if (!texts) {
    exact.bytes = to_base64(codec::to_bytes(all));
    return exact;
  }
  exact.method = request.method;
  exact.url = request.url;
  exact.headers = std::move(all.headers);
  (is_text(request.body) ? exact.body : exact.body_b64) =
      is_text(request.body) ? request.body : to_base64(request.body);
  return exact;
}

std::string digest_of(const Handout& handout) {
  codec::Writer writer;
  writer.write(handout.id.value());
  writer.write(handout.kind);
  writer.write(handout.attempt);
  writer.write(handout.connection);
  writer.write(handout.agent);
  writer.write(handout.body);
  writer.write(handout.warnings);
  if (const auto& request = handout.request) {
    writer.write(PackedRequest{request->method, request->url, {}, request->body});
    writer.write(request->headers);
    writer.write(request->authorization.kind);
    writer.write(request->authorization.user);
    writer.write(request->authorization.secret);
    writer.write(request->idempotency_key);
  }
  constexpr std::size_t enough = 16;
  return to_hex(sha256(writer.take())).substr(0, enough);
}

struct CallWriter {
  CallSpec& spec;

  void operator()(const OpenCall&) const { spec.open.emplace(); }
  void operator()(const ReceiveCall& call) const {
    spec.receive = exact_of(call.request);
    if (!call.answer) spec.refused = refusal_of(call.answer.error());
  }
  void operator()(const FeedCall& call) const {
    spec.feed.emplace();
    for (const Input& input : call.inputs) spec.feed->push_back(exact_of(input));
    spec.refused = refusals_of(call.results);
  }
  void operator()(const FeedTimeCall& call) const {
    spec.feed_time = true;
    if (!call.result) spec.refused = refusal_of(call.result.error());
  }
  void operator()(const PollCall& call) const {
    spec.poll = call.max;
    if (call.handouts) {
      spec.effects = digests_of(*call.handouts);
    } else {
      spec.refused = refusal_of(call.handouts.error());
    }
  }
};

}  // namespace

CallSpec spec_of(const EngineCall& call) {
  CallSpec spec;
  std::visit(CallWriter{spec}, call.what);
  return spec;
}

Result<Request> request_of(const ExactRequest& exact) {
  PackedRequest all{exact.method, exact.url, exact.headers, exact.body};
  const auto plain = [](const std::string& text) { return from_base64(text); };
  if (!exact.bytes.empty()) {
    const auto bytes = plain(exact.bytes);
    if (!bytes || !codec::from_bytes(*bytes, all)) return fail(unreadable("request"));
  } else if (!exact.body_b64.empty()) {
    auto bytes = plain(exact.body_b64);
    if (!bytes) return fail(unreadable("request"));
    all.body = std::move(*bytes);
  }
  Request request{std::move(all.method), std::move(all.url), {}, std::move(all.body)};
  for (auto& [name, value] : all.headers) {
    request.headers.push_back({std::move(name), std::move(value)});
  }
  return request;
}

Result<Input> input_of(const Value& exact) {
  return read_input(to_json(exact));
}

Result<std::vector<Input>> inputs_of(const Values& exact) {
  std::vector<Input> inputs;
  for (const Value& one : exact) {
    auto input = input_of(one);
    if (!input) return fail(input.error());
    inputs.push_back(std::move(*input));
  }
  return inputs;
}

Value refusal_of(const Error& error) {
  return Value(Value::Map{{"code", Value(std::string(to_string(error.code)))},
                          {"reason", Value(error.reason)}});
}

Value refusals_of(const Result<std::vector<Result<Outcome>>>& results) {
  if (!results) return refusal_of(results.error());
  Value::List list;
  bool refused = false;
  for (const auto& result : *results) {
    list.push_back(result ? Value() : refusal_of(result.error()));
    refused = refused || !result;
  }
  return refused ? Value(std::move(list)) : Value();
}

std::map<std::string, std::string> digests_of(const std::vector<Handout>& handouts) {
  std::map<std::string, std::string> digests;
  for (const Handout& handout : handouts) {
    digests[std::to_string(handout.id.value())] = digest_of(handout);
  }
  return digests;
}

}  // namespace novelo::recording
