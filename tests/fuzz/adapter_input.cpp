#include "fuzz/adapter_input.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "codec/json.hpp"
#include "fuzz/checks.hpp"
#include "fuzz/small_desk.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

namespace novelo::fuzz {
namespace {

constexpr std::size_t inputs_of_a_desk = 1000;
constexpr std::uint8_t has_headers = 4;
constexpr std::uint8_t is_query = 8;
constexpr std::uint8_t is_reply = 16;
constexpr std::uint8_t elsewhere = 32;

struct Wire {
  std::uint8_t flags = 0;
  std::uint8_t which = 0;
  std::vector<Header> headers;
  std::string body;
};

Wire read_wire(std::span<const std::uint8_t> bytes) {
  Wire wire;
  if (bytes.size() < 2) return wire;
  wire.flags = bytes[0];
  wire.which = bytes[1];
  std::string_view rest = text_of(bytes.subspan(2));
  while ((wire.flags & has_headers) != 0 && !rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) break;
    const std::size_t colon = std::min(line.find(": "), line.size());
    wire.headers.push_back({std::string(line.substr(0, colon)),
                            std::string(line.substr(std::min(colon + 2, line.size())))});
  }
  wire.body = rest;
  return wire;
}

Request request_of(const Wire& wire, const Connection& connection) {
  static constexpr std::array<const char*, 4> methods{"POST", "GET", "PUT", ""};
  Request request;
  request.url = "https://desk.aurora.example" + connection.path;
  if ((wire.flags & elsewhere) != 0) request.url += "/elsewhere";
  request.method = methods[wire.which % methods.size()];
  request.headers = wire.headers;
  if ((wire.flags & is_query) != 0) {
    request.method = "GET";
    request.url += "?" + wire.body;
  } else {
    request.body = wire.body;
  }
  if (connection.adapter == "sms" && (wire.flags & has_headers) == 0) {
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  }
  if ((wire.flags & 3) != 3) testing::sign(request, connection);
  if ((wire.flags & 3) == 2) request.body += " ";
  return request;
}

void check_text(const std::string& text) {
  must(codec::is_utf8(text), "texts are UTF-8");
}

void check_content(const Content& content) {
  check_text(content.text);
  for (const Media& media : content.media) {
    check_text(media.name);
    check_text(media.ref);
  }
  if (content.mail) check_text(content.mail->subject);
}

// The rules that hold for whatever an adapter has read (channel_adapter.hpp).
void check_event(const ChannelEvent& event) {
  std::visit(
      [](const auto& what) {
        using What = std::remove_cvref_t<decltype(what)>;
        if constexpr (std::is_same_v<What, Receipt>) {
          must(!what.message_id.empty() || what.effect.value() != 0, "a receipt says of what");
        } else {
          must(!what.id.empty(), "an event has an id");
        }
        if constexpr (std::is_same_v<What, InboundMessage>) check_content(what.content);
        if constexpr (std::is_same_v<What, CallEvent>)
          must(!what.call.empty(), "a call has a name");
      },
      event);
}

void run_alone(const ChannelAdapter& adapter, const Request& request,
               const Connection& connection) {
  const Status verified = adapter.verify(request, connection);
  const Status verified_again = adapter.verify(request, connection);
  must(verified.has_value() == verified_again.has_value(), "verifying again says the same");
  if (!verified) {
    must_be_told(verified.error());
    must(verified.error() == verified_again.error(), "verifying again fails in the same way");
  }
  const auto decoded = adapter.decode(request, connection);
  const auto again = adapter.decode(request, connection);
  must(decoded.has_value() == again.has_value(), "decoding again says the same");
  if (!decoded) {
    must_be_told(decoded.error());
    must(decoded.error() == again.error(), "decoding again fails in the same way");
    return;
  }
  must(decoded->events == again->events && decoded->answer == again->answer,
       "decoding again gives the same");
  must(decoded->events.size() <= Limits{}.events_per_request, "events have their ceiling");
  for (const ChannelEvent& event : decoded->events) check_event(event);
}

// What came back from a provider to whom something was sent.
void run_reply(const ChannelAdapter& adapter, const Wire& wire, const Connection& connection) {
  static constexpr std::array<int, 8> codes{200, 0, 201, 250, 400, 429, 500, 550};
  TransportReply reply{codes[wire.which % codes.size()], wire.headers, wire.body};
  std::vector<Outbound> sent;
  if (connection.adapter == "voice") {
    sent.push_back(OutboundCall{EffectId(7), CallVerb{}});
  } else {
    Content content;
    content.text = "Bom dia!";
    sent.push_back(
        OutboundMessage{EffectId(7), "from", {AddressKind::phone, clinic::ana}, content});
  }
  for (const Outbound& outbound : sent) {
    const SendOutcome outcome = adapter.read_reply(outbound, reply, connection);
    must(outcome == adapter.read_reply(outbound, reply, connection), "a reply is read the same");
    must(
        outcome.kind >= SendOutcome::Kind::accepted && outcome.kind <= SendOutcome::Kind::uncertain,
        "a reply has a meaning");
  }
}

// An error that `receive` declares.
void check_refusal(const Error& error) {
  must_be_told(error);
  must(error.code != ErrorCode::conflict, "a request is in conflict with nothing");
}

void check_entry(SmallDesk& desk, const Outcome& outcome) {
  if (outcome.conversation.value() == 0 || outcome.entry == 0) return;
  const auto entries = Query(desk.engine()).timeline(outcome.conversation, outcome.entry - 1, 1);
  must(entries && entries->size() == 1, "what an outcome names is there");
  const Content& content = entries->front().content;
  must(content.media.size() <= Limits{}.media_per_message, "media have their ceiling");
  const auto scalars = std::count_if(content.text.begin(), content.text.end(),
                                     [](char byte) { return (byte & 0xc0) != 0x80; });
  must(static_cast<std::size_t>(scalars) <= Limits{}.text_scalars, "texts have their ceiling");
}

void run_engine(const Request& request) {
  SmallDesk& desk = desk_of_the_day(inputs_of_a_desk);
  desk.tick();
  std::vector<EventOutcome> events;
  const auto answer = desk.engine().receive(request, desk.now(), &events);
  desk.check();
  if (!answer) check_refusal(answer.error());
  bool all_taken = true;
  for (const EventOutcome& event : events) {
    all_taken = all_taken && event.outcome.has_value();
    if (!event.outcome) must_be_told(event.outcome.error());
  }
  if (!events.empty() && events.back().outcome) check_entry(desk, *events.back().outcome);
  desk.carry_out();
  desk.settle_due();

  desk.store().forget();
  const auto again = desk.engine().receive(request, desk.now());
  desk.check();
  // An event that was refused may be taken now: what it was about may have come with the others.
  if (all_taken) {
    must(answer == again, "a request again has the same answer");
    must(desk.store().inserted(Table::entry) == 0, "a request again adds no entry");
    must(desk.store().inserted(Table::conversation) == 0, "a request again opens nothing");
    must(desk.store().inserted(Table::effect) == 0, "a request again does nothing");
  }
  must(desk.store().inserted(Table::quarantine) == 0, "a payload is kept once");
}

}  // namespace

void run_adapter(const ChannelAdapter& adapter, const std::string& name,
                 std::span<const std::uint8_t> bytes) {
  static const SmallDesk settings;
  const Connection& connection = settings.connection(name);
  const Wire wire = read_wire(bytes);
  const Request request = request_of(wire, connection);
  run_alone(adapter, request, connection);
  if ((wire.flags & is_reply) != 0) run_reply(adapter, wire, connection);
  run_engine(request);
}

}  // namespace novelo::fuzz
