#include "engine/bounds.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "codec/border_fields.hpp"
#include "codec/bounds.hpp"

namespace novelo {

namespace {

template <class T>
Status check(const T& object, const codec::Ceilings& ceilings) {
  if (auto fault = codec::check_bounds(object, ceilings)) return fail(std::move(*fault));
  return {};
}

codec::Ceilings ceilings_of(const Limits& limits) {
  return {limits.text_bytes, limits.value_depth, limits.input_bytes};
}

// What a provider sends passes through the adapter: all of it is as long as a request may be.
codec::Ceilings request_ceilings(const Limits& limits) {
  return {limits.request_bytes, limits.value_depth, limits.request_bytes};
}

Status check_input(const Command& command, const Limits& limits) {
  if (const auto* load = std::get_if<LoadConfiguration>(&command.body)) {
    const std::size_t most = limits.configuration_bytes;
    return check(*load, {most, limits.value_depth, most});
  }
  return std::visit([&](const auto& body) { return check(body, ceilings_of(limits)); },
                    command.body);
}

Status check_input(const DecodedEvent& event, const Limits& limits) {
  return std::visit([&](const auto& what) { return check(what, request_ceilings(limits)); },
                    event.event);
}

Status check_input(const SettleEffect& settle, const Limits& limits) {
  if (const auto* reply = std::get_if<TransportReply>(&settle.settlement)) {
    return check(*reply, request_ceilings(limits));
  }
  if (const auto* done = std::get_if<Done>(&settle.settlement)) {
    return check(*done, ceilings_of(limits));
  }
  return check(std::get<Failed>(settle.settlement), ceilings_of(limits));
}

// Where the text ends that has room: before the first scalar that is one too many.
std::size_t bytes_that_fit(std::string_view text, std::size_t scalars) {
  if (text.size() <= scalars) return text.size();
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins && ++count > scalars) return at;
  }
  return text.size();
}

bool is_short(const std::string& text, const Limits& limits) {
  return bytes_that_fit(text, limits.text_scalars) == text.size();
}

void shorten(std::string& text, std::string_view what, const Limits& limits,
             std::vector<std::string>& warnings) {
  const std::size_t fit = bytes_that_fit(text, limits.text_scalars);
  if (fit == text.size()) return;
  text.resize(fit);
  std::string said = fmt::format("{} has more than {} characters; the rest was left out.", what,
                                 limits.text_scalars);
  if (std::find(warnings.begin(), warnings.end(), said) == warnings.end()) {
    warnings.push_back(std::move(said));
  }
}

}  // namespace

std::optional<InboundMessage> without_excess(const InboundMessage& message, const Limits& limits) {
  const auto& media = message.content.media;
  const std::size_t most = limits.media_per_message;
  const bool fits = is_short(message.content.text, limits) && media.size() <= most &&
                    std::all_of(media.begin(), media.end(), [&](const Media& medium) {
                      return is_short(medium.transcript, limits);
                    });
  if (fits) return std::nullopt;
  InboundMessage kept = message;
  shorten(kept.content.text, "The text", limits, kept.warnings);
  if (media.size() > most) {
    kept.content.media.resize(most);
    kept.warnings.push_back(
        fmt::format("{} of {} media were left out.", media.size() - most, media.size()));
  }
  for (Media& medium : kept.content.media) {
    shorten(medium.transcript, "A transcript", limits, kept.warnings);
  }
  return kept;
}

std::optional<CallEvent> without_excess(const CallEvent& event, const Limits& limits) {
  const bool fits =
      is_short(event.text, limits) && (!event.media || is_short(event.media->transcript, limits));
  if (fits) return std::nullopt;
  CallEvent kept = event;
  shorten(kept.text, "What was said", limits, kept.warnings);
  if (kept.media) shorten(kept.media->transcript, "What was said", limits, kept.warnings);
  return kept;
}

Status check_size(const Value::Map& all, std::string_view subject, const Limits& limits) {
  const std::size_t most = limits.fields_bytes;
  codec::Bounds bounds({most, limits.value_depth, most});
  bounds(subject, all);
  return bounds.fault() ? Status(fail(*bounds.fault())) : Status{};
}

Status check_bounds(const Input& input, const Limits& limits) {
  return std::visit([&](const auto& what) { return check_input(what, limits); }, input);
}

}  // namespace novelo
