// Flows: definitions are compiled or refused with every fault; what is compiled can be walked, the
// same way each time, and every turn ends.
//
//   [walk 8] then the flow's JSON: each byte of `walk` chooses what the contact says next
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "fuzz/checks.hpp"
#include "novelo/flow_engine.hpp"

namespace novelo::fuzz {
namespace {

constexpr Timestamp begins{std::chrono::hours(24 * 365 * 56)};
constexpr std::size_t walk_bytes = 8;

FlowInput said(std::uint8_t byte) {
  static constexpr std::array<const char*, 16> texts{"1",
                                                     "2",
                                                     "sim",
                                                     "não",
                                                     "amanhã",
                                                     "12/03/2026",
                                                     "joao@example.org",
                                                     "0",
                                                     "",
                                                     "41 98888-7777",
                                                     "#",
                                                     "três",
                                                     "quero um adviser",
                                                     "-1e9",
                                                     "31/02/2025",
                                                     "\xF0\x9F\x98\x80"};
  const std::string text = texts[byte % texts.size()];
  switch (byte / texts.size() % 8) {
    case 0: return FlowDigits{text};
    case 1: return FlowSpeech{text};
    case 2: return FlowRecording{Media{MediaKind::voice, "audio/ogg", {}, 9, text, text}, {}};
    case 3: return FlowSilence{};
    case 4: return FlowDone{};
    case 5: return FlowFailed{"landline"};
    default: break;
  }
  FlowAnswer answer;
  answer.content.text = text;
  if (byte >= 240) answer.content.choice = Option{text, text};
  return answer;
}

Value variables() {
  return Value(Value::Map{
      {"contact", Value(Value::Map{{"name", Value("Ana Souza")}, {"known", Value(true)}})},
      {"owner", Value(Value::Map{{"name", Value("João")}})},
      {"channels", Value(Value::Map{{"sms", Value(true)}, {"whatsapp", Value(true)}})}});
}

void check_turn(const FlowDecision& decision) {
  must(!decision.outputs.empty(), "a turn has an output");
  const FlowOutput& last = decision.outputs.back();
  must(std::holds_alternative<FlowAsk>(last) || std::holds_alternative<FlowCallback>(last) ||
           std::holds_alternative<FlowSwitchChannel>(last) || std::holds_alternative<FlowEnd>(last),
       "a turn ends with a wait or an end");
  const auto ends = std::count_if(
      decision.outputs.begin(), decision.outputs.end(),
      [](const FlowOutput& output) { return std::holds_alternative<FlowEnd>(output); });
  must(ends <= 1, "a walk ends once");
}

void walk(const FlowEngine& flows, const FlowName& flow, std::span<const std::uint8_t> steps) {
  static const Value known = variables();
  const Channel channel = steps[0] % 2 == 0 ? Channel::voice : Channel::whatsapp;
  Timestamp now = begins;
  auto turn = flows.start(flow, "pt-BR", channel, known, now);
  must(turn.has_value(), "a flow that was loaded can be started");
  check_turn(*turn);
  FlowSession session = turn->session;
  for (const std::uint8_t step : steps) {
    now += std::chrono::minutes(step % 16);
    const FlowInput input = said(step);
    const auto next = flows.resume(session, input, known, now);
    must(next == flows.resume(session, input, known, now), "the same step again is the same");
    if (!next) {
      must_be_told(next.error());
      continue;
    }
    check_turn(*next);
    session = next->session;
    const auto repeated = flows.repeat(session, channel, known, now);
    if (repeated) check_turn(*repeated);
  }
}

void run(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < walk_bytes) return;
  const FlowSource source{"flow", std::string(text_of(bytes.subspan(walk_bytes)))};
  const auto flows = FlowEngine::load(std::span(&source, 1));
  if (!flows) {
    must_be_told(flows.error());
    const auto again = FlowEngine::load(std::span(&source, 1));
    must(!again && flows.error() == again.error(), "loading again fails in the same way");
    return;
  }
  for (const FlowName& flow : flows->flows()) {
    must(flows->has(flow), "a flow that is listed is there");
    for (const FlowReference& reference : flows->references(flow)) {
      must(!reference.path.empty(), "a reference says where it stands");
    }
    walk(*flows, flow, bytes.first(walk_bytes));
  }
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::run({data, size});
  return 0;
}
