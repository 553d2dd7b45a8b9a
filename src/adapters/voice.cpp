#include "novelo/adapters/voice.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "adapters/json_reader.hpp"
#include "adapters/reply.hpp"
#include "adapters/settings.hpp"
#include "adapters/signature.hpp"
#include "adapters/text.hpp"
#include "novelo/base/limits.hpp"

namespace novelo {
namespace {

constexpr std::string_view signature_header = "X-Novelo-Signature";
constexpr std::size_t longest_text = 4000;
constexpr std::size_t most_options = 9;
constexpr double longest_recording = 86'400;  // seconds

constexpr std::array setting_rules = {
    SettingRule{"verbs_url", SettingRule::Form::url, true},
    SettingRule{"unsigned", SettingRule::Form::yes_no, false},
};

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

// A telephone system must never lose a call over a strange caller id: what is no number is kept as
// the name, and the caller counts as withheld.
Party read_caller(const std::string& from, const std::string& call) {
  Party party;
  const std::string word = to_lower(from);
  const bool hidden = from.empty() || word == "anonymous" || word == "withheld";
  if (!hidden && from.find_first_of("0123456789") != std::string::npos) {
    party.address = {AddressKind::phone, from};
    return party;
  }
  party.address = {AddressKind::withheld, call};
  if (!hidden) party.display_name = from;
  return party;
}

void blame_missing(const JsonReader& object, std::string_view member, std::string_view what) {
  object.blame(member, "missing_member", fmt::format("The event does not have the {}.", what),
               fmt::format("Give the member \"{}\".", member));
}

void check_members(const JsonReader& event, CallEventKind kind) {
  switch (kind) {
    case CallEventKind::digits:
      event.only({"event_id", "event", "call", "at", "from", "to", "answers", "digits"});
      if (!event.has("digits")) blame_missing(event, "digits", "keys that were pressed");
      break;
    case CallEventKind::speech:
      event.only({"event_id", "event", "call", "at", "from", "to", "answers", "text"});
      if (!event.has("text")) blame_missing(event, "text", "words that were said");
      break;
    case CallEventKind::recorded:
      event.only(
          {"event_id", "event", "call", "at", "from", "to", "answers", "recording", "transcript"});
      if (!event.has("recording")) {
        blame_missing(event, "recording", "recording");
      }
      break;
    case CallEventKind::bridge_failed:
    case CallEventKind::hung_up:
      event.only({"event_id", "event", "call", "at", "from", "to", "answers", "cause"});
      break;
    default: event.only({"event_id", "event", "call", "at", "from", "to", "answers"});
  }
  if (event.text("call").empty()) blame_missing(event, "call", "id");
  if (kind == CallEventKind::incoming && event.text("to").empty()) {
    blame_missing(event, "to", "number that was called");
  }
}

void read_recording(const JsonReader& recording, CallEvent& call) {
  recording.only({"ref", "mime", "seconds"});
  Media media;
  media.kind = MediaKind::voice;
  media.ref = recording.text("ref");
  media.mime = recording.text("mime");
  media.transcript = call.text;
  if (media.ref.empty()) blame_missing(recording, "ref", "reference");
  const double seconds = recording.number("seconds").value_or(0);
  if (!(seconds >= 0 && seconds <= longest_recording)) {
    recording.blame("seconds", "bad_number", "Seconds from 0 to 86400 are expected.",
                    "Give the length in seconds, or leave it out.");
    return;
  }
  call.length = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  call.media = std::move(media);
}

std::string read_digits(const JsonReader& event) {
  const std::string digits = event.text("digits");
  if (digits.find_first_not_of("0123456789*#ABCD") != std::string::npos) {
    event.blame("digits", "bad_digits", "The keys 0 to 9, *, # and A to D are expected.",
                "Give the keys alone, without spaces and pauses.");
  }
  return digits;
}

int read_cause(const JsonReader& event) {
  const std::int64_t cause = event.integer("cause").value_or(0);
  if (cause >= 0 && cause <= 127) return static_cast<int>(cause);
  event.blame("cause", "bad_number", "A Q.850 cause from 0 (unknown) to 127 is expected.",
              "Translate other codes to Q.850, or leave the member out.");
  return 0;
}

// The effect of a verb that a member names.
EffectId read_verb(const JsonReader& object, std::string_view key) {
  const std::string text = object.text(key);
  const EffectId effect = read_effect(text);
  if (!text.empty() && !effect) {
    object.blame(key, "bad_effect", "The effect of a verb is expected, as it was given.",
                 "Repeat the \"effect\" of the verb that is meant, or leave the member out.");
  }
  return effect;
}

std::optional<Timestamp> read_time(const JsonReader& object) {
  if (!object.has("at")) return std::nullopt;
  const Result<Timestamp> at = parse_timestamp(object.text("at"));
  if (at) return *at;
  object.blame("at", "bad_time", "A time of RFC 3339 with an offset is expected.",
               "Write it as \"2026-03-12T09:10:00-03:00\".");
  return std::nullopt;
}

// What a caller id could not be taken for.
void warn_of_caller(const Party& from, std::vector<std::string>& warnings) {
  if (from.address.kind != AddressKind::withheld || from.display_name.empty()) return;
  warnings.push_back("A caller id without digits is taken as withheld.");
}

CallEvent read_call_event(const JsonReader& event, CallEventKind kind) {
  CallEvent call;
  call.kind = kind;
  check_members(event, kind);
  call.id = event.text("event_id");
  call.call = event.text("call");
  call.to = event.text("to");
  const std::string from = trimmed(event.text("from"));
  if (kind == CallEventKind::incoming || !from.empty()) call.from = read_caller(from, call.call);
  call.at = read_time(event);
  call.digits = read_digits(event);
  call.text = kind == CallEventKind::recorded ? event.text("transcript") : event.text("text");
  if (event.has("recording")) read_recording(event.object("recording"), call);
  call.cause = read_cause(event);
  call.effect = read_verb(event, "answers");
  warn_of_caller(call.from, call.warnings);
  return call;
}

template <class State>
State read_state(const JsonReader& object, std::optional<State> (*parse)(std::string_view),
                 std::string_view words) {
  const std::optional<State> state = parse(object.text("state"));
  if (!state) {
    object.blame("state", "unknown_state", fmt::format("This is one of {}.", words),
                 "docs/voice-protocol.md says what each of them means.");
  }
  return state.value_or(State{});
}

Device read_device(const JsonReader& object) {
  Device device;
  device.device = object.text("device");
  device.state = read_state<DeviceState>(object, parse_device_state, "idle, busy and unreachable");
  device.call = object.text("call");
  if (device.device.empty()) blame_missing(object, "device", "device");
  return device;
}

LiveCall read_live_call(const JsonReader& object) {
  object.only({"call", "state", "at", "from", "to", "device", "doing"});
  LiveCall call;
  call.call = object.text("call");
  call.state = read_state<CallState>(object, parse_call_state,
                                     "ringing, waiting, bridging, talking and dialling");
  call.at = read_time(object);
  call.from = read_caller(trimmed(object.text("from")), call.call);
  call.to = object.text("to");
  call.device = object.text("device");
  call.doing = read_verb(object, "doing");
  if (call.call.empty()) blame_missing(object, "call", "id");
  return call;
}

// Each thing of a report is there once: of two that differ nobody could say which one is true.
template <class Item>
void check_once(const JsonReader& event, std::string_view list, const std::vector<Item>& items,
                std::string Item::*name) {
  std::set<std::string_view> seen;
  for (const Item& item : items) {
    if (seen.insert(item.*name).second) continue;
    event.blame(list, "repeated", fmt::format("\"{}\" is there twice.", item.*name),
                "Give each of them once, as it is now.");
  }
}

CallReport read_report(const JsonReader& event) {
  event.only({"event_id", "event", "at", "answers", "calls", "devices"});
  CallReport report;
  report.id = event.text("event_id");
  if (!event.has("at")) blame_missing(event, "at", "time as of which it is true");
  if (!event.has("calls")) blame_missing(event, "calls", "calls that are alive");
  report.at = read_time(event).value_or(Timestamp{});
  report.effect = read_verb(event, "answers");
  const std::vector<JsonReader> calls = event.objects("calls");
  const std::vector<JsonReader> devices = event.objects("devices");
  if (calls.size() > Limits{}.calls_per_report || devices.size() > Limits{}.devices_per_report) {
    event.blame(calls.size() > Limits{}.calls_per_report ? "calls" : "devices", "too_many",
                "The list is longer than it may be.",
                "Divide the lines among several connections.");
    return report;
  }
  for (const JsonReader& call : calls) report.calls.push_back(read_live_call(call));
  for (const JsonReader& device : devices) {
    device.only({"device", "state", "call"});
    report.devices.push_back(read_device(device));
  }
  check_once(event, "calls", report.calls, &LiveCall::call);
  check_once(event, "devices", report.devices, &Device::device);
  return report;
}

ChannelEvent read_event(const JsonReader& event) {
  const std::string word = event.text("event");
  if (event.text("event_id").empty()) blame_missing(event, "event_id", "id");
  if (const auto kind = parse_call_event_kind(word)) return read_call_event(event, *kind);
  if (word == "report") return read_report(event);
  if (word == "device") {
    event.only({"event_id", "event", "at", "device", "state", "call"});
    return DeviceEvent{event.text("event_id"), read_time(event), read_device(event)};
  }
  if (word == "started") {
    event.only({"event_id", "event", "at"});
    return SystemStarted{event.text("event_id"), read_time(event)};
  }
  event.blame("event", "unknown_event", "No event has this name.",
              "docs/voice-protocol.md has the names of all events.");
  return CallEvent{};
}

Error unable(std::string_view reason, std::string_view message, std::string_view subject,
             std::string_view remedy) {
  return {ErrorCode::unsupported, std::string(reason), std::string(message), std::string(subject),
          std::string(remedy)};
}

Error missing(std::string_view member) {
  return {ErrorCode::invalid, "missing_member", fmt::format("The verb needs \"{}\".", member),
          std::string(member), "Give the verb this member."};
}

// Whole seconds as a whole number, others with their fraction.
Json seconds(Duration duration) {
  constexpr std::int64_t second = 1'000'000;
  if (duration.count() % second == 0) return duration.count() / second;
  return static_cast<double>(duration.count()) / static_cast<double>(second);
}

void write_prompt(const CallVerb& verb, Json& body) {
  if (!verb.text.empty()) body["text"] = verb.text;
  if (!verb.locale.empty()) body["locale"] = verb.locale;
}

Status write_gather(const CallVerb& verb, Json& body) {
  if (verb.options.size() > most_options) {
    return fail({ErrorCode::limit, "too_many_options", "A caller can press nine digits.", "options",
                 "Ask in two steps."});
  }
  write_prompt(verb, body);
  body["max_digits"] = verb.max_digits;
  body["speech"] = verb.speech;
  if (verb.timeout > Duration::zero()) body["timeout_seconds"] = seconds(verb.timeout);
  for (std::size_t i = 0; i < verb.options.size(); ++i) {
    const Option& option = verb.options[i];
    body["options"].push_back(
        {{"digit", fmt::format("{}", i + 1)}, {"id", option.id}, {"title", option.title}});
  }
  return {};
}

Status write_device(const CallVerb& verb, Json& body) {
  if (verb.device.empty()) return fail(missing("device"));
  body["agent"] = verb.agent.text();
  body["device"] = verb.device;
  return {};
}

Status write_originate(const CallVerb& verb, Json& body) {
  if (verb.to.empty()) return fail(missing("to"));
  body["to"] = verb.to;
  if (!verb.from.empty()) body["from"] = verb.from;
  return write_device(verb, body);
}

Status write_verb(const CallVerb& verb, Json& body) {
  if (verb.kind == CallVerbKind::report) return {};
  if (verb.call.empty()) return fail(missing("call"));
  if (const Status fits = check_text(verb.text, longest_text, "text"); !fits) return fits;
  switch (verb.kind) {
    case CallVerbKind::answer:
    case CallVerbKind::hang_up:
    case CallVerbKind::report: return {};
    case CallVerbKind::play:
      if (verb.text.empty()) return fail(missing("text"));
      write_prompt(verb, body);
      body["loop"] = verb.loop;
      return {};
    case CallVerbKind::gather: return write_gather(verb, body);
    case CallVerbKind::record:
      write_prompt(verb, body);
      if (verb.timeout > Duration::zero()) body["max_seconds"] = seconds(verb.timeout);
      return {};
    case CallVerbKind::bridge: return write_device(verb, body);
    case CallVerbKind::originate: return write_originate(verb, body);
  }
  return fail(unable("unknown_verb", "The protocol has no such verb.", "verb",
                     "docs/voice-protocol.md has all verbs."));
}

SendOutcome read_taken(const TransportReply& reply) {
  SendOutcome outcome;
  const Result<Json> json = parse_json(reply.body);
  if (!json || !json->is_object()) return outcome_of_status(reply);
  std::optional<Error> fault;
  const JsonReader body(*json, fault);
  if (body.flag("ok")) {
    outcome.kind = SendOutcome::Kind::accepted;
    return outcome;
  }
  if (fault || !body.has("ok")) return outcome_of_status(reply);
  return outcome_of_error({SendErrorClass::permanent, "refused", body.text("error")}, {});
}

}  // namespace

Capabilities VoiceAdapter::capabilities(const Connection&) const {
  Capabilities able;
  able.channel = Channel::voice;
  able.text = longest_text;
  able.idempotent_send = true;
  return able;
}

Status VoiceAdapter::check(const Connection& connection) const {
  if (const Status settings = check_settings(connection, setting_rules); !settings) return settings;
  if (connection.setting("unsigned") == "yes") return {};
  return check_request_secret(connection, "shared_secret");
}

Status VoiceAdapter::verify(const Request& request, const Connection& connection) const {
  const auto shared = connection.secrets.find("shared_secret");
  const bool checkable = shared != connection.secrets.end() && !shared->second.empty();
  const bool given = !request.header(signature_header).empty();
  if (connection.setting("unsigned") == "yes" && !(checkable && given)) return {};
  return verify_sha256(request, signature_header, request.body, connection, "shared_secret");
}

Result<Decoded> VoiceAdapter::decode(const Request& request, const Connection&) const {
  const Result<Json> json = parse_json(request.body);
  if (!json) return fail(json.error());
  if (json->is_array() && json->size() > Limits{}.events_per_request) {
    return fail({ErrorCode::limit, "too_many_events", "The list has too many events.", "body",
                 "Send them in several requests."});
  }
  std::optional<Error> fault;
  const JsonReader document(*json, fault);
  std::vector<JsonReader> events = document.items();
  if (json->is_object()) events = {document};
  if (!json->is_object() && !json->is_array()) {
    document.blame("", "wrong_type", "An event or a list of events is expected.",
                   "Send a JSON object, or a list of them.");
  }
  Decoded decoded;
  for (const JsonReader& event : events) {
    if (fault) break;
    decoded.events.push_back(read_event(event));
  }
  if (fault) return fail(*fault);
  decoded.answer.headers = {{"Content-Type", "application/json"}};
  decoded.answer.body = R"({"ok":true})";
  return decoded;
}

Result<Encoded> VoiceAdapter::encode(const Outbound& outbound, const Connection& connection) const {
  const auto* const call = std::get_if<OutboundCall>(&outbound);
  if (call == nullptr) {
    return fail(unable("no_messages", "A call carries no messages, only verbs.", "message",
                       "Send it from an entry point of a written channel."));
  }
  Json body = {{"verb", std::string(to_string(call->verb.kind))},
               {"effect", write_effect(call->effect)}};
  if (!call->verb.call.empty()) body["call"] = call->verb.call;
  if (const Status written = write_verb(call->verb, body); !written) return fail(written.error());
  Encoded encoded;
  encoded.request.url = std::string(connection.setting("verbs_url"));
  encoded.request.headers = {{"Content-Type", "application/json"}};
  encoded.request.body = write_json(body);
  if (connection.secrets.count("verbs_token") != 0) {
    encoded.request.authorization = {Authorization::Kind::bearer, "", "verbs_token"};
  }
  encoded.request.idempotency_key = write_effect(call->effect);
  return encoded;
}

SendOutcome VoiceAdapter::read_reply(const Outbound&, const TransportReply& reply,
                                     const Connection&) const {
  if (reply.status >= 200 && reply.status < 300) return read_taken(reply);
  if (reply.status == 404 || reply.status == 410) {
    return outcome_of_error({SendErrorClass::bad_address, "call_gone", "The call is over."}, {});
  }
  if (reply.status >= 500) {
    // A verb may safely be sent again, so even a gateway's silence is no riddle.
    const SendError error{SendErrorClass::retry, fmt::format("http_{}", reply.status), ""};
    return outcome_of_error(error, retry_after(reply));
  }
  return outcome_of_status(reply);
}

}  // namespace novelo
