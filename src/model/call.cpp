#include "novelo/model/call.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<CallEventKind, 9> call_event_kinds{{
    {CallEventKind::incoming, "incoming"},
    {CallEventKind::answered, "answered"},
    {CallEventKind::digits, "digits"},
    {CallEventKind::speech, "speech"},
    {CallEventKind::recorded, "recorded"},
    {CallEventKind::played, "played"},
    {CallEventKind::bridged, "bridged"},
    {CallEventKind::bridge_failed, "bridge_failed"},
    {CallEventKind::hung_up, "hung_up"},
}};

constexpr EnumNames<CallVerbKind, 7> call_verb_kinds{{{CallVerbKind::answer, "answer"},
                                                      {CallVerbKind::play, "play"},
                                                      {CallVerbKind::gather, "gather"},
                                                      {CallVerbKind::record, "record"},
                                                      {CallVerbKind::bridge, "bridge"},
                                                      {CallVerbKind::originate, "originate"},
                                                      {CallVerbKind::hang_up, "hang_up"}}};

}  // namespace

std::string_view to_string(CallEventKind kind) {
  return name_of(call_event_kinds, kind);
}

std::optional<CallEventKind> parse_call_event_kind(std::string_view text) {
  return value_of(call_event_kinds, text);
}

std::string_view to_string(CallVerbKind kind) {
  return name_of(call_verb_kinds, kind);
}

}  // namespace novelo
