#include "novelo/model/change.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<ThingKind, 14> thing_kinds{{{ThingKind::contact, "contact"},
                                                {ThingKind::conversation, "conversation"},
                                                {ThingKind::entry, "entry"},
                                                {ThingKind::note, "note"},
                                                {ThingKind::closure, "closure"},
                                                {ThingKind::interaction, "interaction"},
                                                {ThingKind::case_record, "case"},
                                                {ThingKind::callback, "callback"},
                                                {ThingKind::survey, "survey"},
                                                {ThingKind::work, "work"},
                                                {ThingKind::agent, "agent"},
                                                {ThingKind::effect, "effect"},
                                                {ThingKind::quarantine, "quarantine"},
                                                {ThingKind::configuration, "configuration"}}};

}  // namespace

std::string_view to_string(ThingKind kind) {
  return name_of(thing_kinds, kind);
}

}  // namespace novelo
