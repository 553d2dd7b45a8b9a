#include "limits.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/json.hpp"
#include "views.hpp"

namespace novelo::abi {
namespace {

using Member = std::variant<std::size_t Limits::*, Duration Limits::*>;

// Each member of Limits, in its order.
constexpr auto members = std::to_array<std::pair<std::string_view, Member>>({
    {"request_bytes", &Limits::request_bytes},
    {"events_per_request", &Limits::events_per_request},
    {"inputs_per_feed", &Limits::inputs_per_feed},
    {"text_scalars", &Limits::text_scalars},
    {"input_bytes", &Limits::input_bytes},
    {"text_bytes", &Limits::text_bytes},
    {"value_depth", &Limits::value_depth},
    {"media_per_message", &Limits::media_per_message},
    {"json_depth", &Limits::json_depth},
    {"configuration_bytes", &Limits::configuration_bytes},
    {"mail_depth", &Limits::mail_depth},
    {"mail_parts", &Limits::mail_parts},
    {"mail_header_bytes", &Limits::mail_header_bytes},
    {"mail_references", &Limits::mail_references},
    {"quarantine_rows", &Limits::quarantine_rows},
    {"quarantine_bytes", &Limits::quarantine_bytes},
    {"parked_receipts", &Limits::parked_receipts},
    {"interaction_steps", &Limits::interaction_steps},
    {"cascade_flows", &Limits::cascade_flows},
    {"timers_per_feed", &Limits::timers_per_feed},
    {"flow_steps_per_turn", &Limits::flow_steps_per_turn},
    {"flow_turns_per_session", &Limits::flow_turns_per_session},
    {"cached_records", &Limits::cached_records},
    {"unsettled_effects", &Limits::unsettled_effects},
    {"live_works", &Limits::live_works},
    {"requirement_classes", &Limits::requirement_classes},
    {"signals", &Limits::signals},
    {"changes", &Limits::changes},
    {"traces", &Limits::traces},
    {"bridge_silence", &Limits::bridge_silence},
    {"originate_silence", &Limits::originate_silence},
    {"hang_up_silence", &Limits::hang_up_silence},
    {"retry_patience", &Limits::retry_patience},
    {"place_kept", &Limits::place_kept},
    {"on_the_line", &Limits::on_the_line},
    {"identities_per_contact", &Limits::identities_per_contact},
    {"contacts_per_identity", &Limits::contacts_per_identity},
    {"reaches_per_conversation", &Limits::reaches_per_conversation},
    {"live_per_conversation", &Limits::live_per_conversation},
    {"cases_per_conversation", &Limits::cases_per_conversation},
    {"callbacks_per_conversation", &Limits::callbacks_per_conversation},
    {"replies_per_case", &Limits::replies_per_case},
    {"mails_per_case", &Limits::mails_per_case},
    {"words_per_case", &Limits::words_per_case},
    {"follow_ups", &Limits::follow_ups},
    {"fields_bytes", &Limits::fields_bytes},
    {"callback_attempts", &Limits::callback_attempts},
    {"contacts_per_import", &Limits::contacts_per_import},
    {"calls_per_report", &Limits::calls_per_report},
    {"devices_per_report", &Limits::devices_per_report},
    {"purge_entries", &Limits::purge_entries},
});

const Member* member_of(std::string_view name) {
  for (const auto& [known, member] : members) {
    if (known == name) return &member;
  }
  return nullptr;
}

std::string subject(std::string_view name) {
  return fmt::format("limits.{}", name);
}

Status set(Limits& limits, std::size_t Limits::*member, std::string_view name,
           const nlohmann::json& value) {
  if (!value.is_number_unsigned()) {
    return fail(invalid("wrong_type", "Here stands a whole number, 0 or more.", subject(name)));
  }
  const auto number = value.get<std::uint64_t>();
  if (!std::in_range<std::size_t>(number)) {
    return fail(invalid("out_of_range", "The number is out of range.", subject(name)));
  }
  limits.*member = static_cast<std::size_t>(number);
  return {};
}

Status set(Limits& limits, Duration Limits::*member, std::string_view name,
           const nlohmann::json& value) {
  if (!value.is_string()) {
    return fail(invalid("wrong_type", "Here stands a duration, such as \"45s\".", subject(name)));
  }
  const auto read = parse_duration(value.get_ref<const std::string&>());
  if (!read) {
    Error error = read.error();
    error.subject = subject(name);
    return fail(std::move(error));
  }
  limits.*member = *read;
  return {};
}

}  // namespace

Result<Limits> limits_from_text(std::string_view text) {
  constexpr std::size_t depth = 2;
  constexpr std::size_t longest = 65'536;
  Limits limits;
  if (text.empty()) return limits;
  if (text.size() > longest) {
    return fail({ErrorCode::limit, "too_large", "Limits are not as long as that.", "limits", ""});
  }
  const auto json = parse_json(text, depth);
  if (!json) return fail(json.error());
  if (!json->is_object()) {
    return fail(invalid("wrong_type", "Here stands an object.", "limits"));
  }
  for (const auto& item : json->items()) {
    const std::string& name = item.key();
    const Member* const member = member_of(name);
    if (member == nullptr) {
      return fail(invalid("unknown_key", "There is no such limit.", "limits." + name,
                          "They are listed in novelo/base/limits.hpp."));
    }
    const auto done =
        std::visit([&](auto place) { return set(limits, place, name, item.value()); }, *member);
    if (!done) return fail(done.error());
  }
  return limits;
}

std::vector<std::string_view> limit_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, member] : members) names.push_back(name);
  return names;
}

}  // namespace novelo::abi
