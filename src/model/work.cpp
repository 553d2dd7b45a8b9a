#include "novelo/model/work.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<WorkKind, 3> work_kinds{{{WorkKind::interaction, "interaction"},
                                             {WorkKind::callback, "callback"},
                                             {WorkKind::verification, "verification"}}};

constexpr EnumNames<WorkClass, 4> work_classes{{{WorkClass::voice, "voice"},
                                                {WorkClass::chat, "chat"},
                                                {WorkClass::mail, "mail"},
                                                {WorkClass::item, "item"}}};

constexpr EnumNames<WorkState, 4> work_states{{{WorkState::queued, "queued"},
                                               {WorkState::offered, "offered"},
                                               {WorkState::assigned, "assigned"},
                                               {WorkState::wrap_up, "wrap_up"}}};

constexpr EnumNames<Preference, 3> preferences{
    {{Preference::none, "none"}, {Preference::first, "first"}, {Preference::only, "only"}}};

constexpr EnumNames<Presence, 3> presences{{{Presence::offline, "offline"},
                                            {Presence::available, "available"},
                                            {Presence::paused, "paused"}}};

}  // namespace

std::string_view to_string(WorkKind kind) {
  return name_of(work_kinds, kind);
}

std::string_view to_string(WorkClass work_class) {
  return name_of(work_classes, work_class);
}

std::optional<WorkClass> parse_work_class(std::string_view text) {
  return value_of(work_classes, text);
}

std::string_view to_string(WorkState state) {
  return name_of(work_states, state);
}

std::string_view to_string(Preference preference) {
  return name_of(preferences, preference);
}

std::string_view to_string(Presence presence) {
  return name_of(presences, presence);
}

std::optional<Presence> parse_presence(std::string_view text) {
  return value_of(presences, text);
}

}  // namespace novelo
