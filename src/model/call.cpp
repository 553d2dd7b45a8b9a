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

constexpr EnumNames<CallVerbKind, 8> call_verb_kinds{{{CallVerbKind::answer, "answer"},
                                                      {CallVerbKind::play, "play"},
                                                      {CallVerbKind::gather, "gather"},
                                                      {CallVerbKind::record, "record"},
                                                      {CallVerbKind::bridge, "bridge"},
                                                      {CallVerbKind::originate, "originate"},
                                                      {CallVerbKind::hang_up, "hang_up"},
                                                      {CallVerbKind::report, "report"}}};

constexpr EnumNames<CallState, 5> call_states{{{CallState::ringing, "ringing"},
                                               {CallState::waiting, "waiting"},
                                               {CallState::bridging, "bridging"},
                                               {CallState::talking, "talking"},
                                               {CallState::dialling, "dialling"}}};

constexpr EnumNames<DeviceState, 3> device_states{{{DeviceState::idle, "idle"},
                                                   {DeviceState::busy, "busy"},
                                                   {DeviceState::unreachable, "unreachable"}}};

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

std::string_view to_string(CallState state) {
  return name_of(call_states, state);
}

std::optional<CallState> parse_call_state(std::string_view text) {
  return value_of(call_states, text);
}

std::string_view to_string(DeviceState state) {
  return name_of(device_states, state);
}

std::optional<DeviceState> parse_device_state(std::string_view text) {
  return value_of(device_states, text);
}

}  // namespace novelo
