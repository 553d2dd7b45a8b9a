#include "novelo/model/effect.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<EffectKind, 4> effect_kinds{{{EffectKind::send, "send"},
                                                 {EffectKind::call, "call"},
                                                 {EffectKind::notify, "notify"},
                                                 {EffectKind::action, "action"}}};

constexpr EnumNames<SendResolution, 4> send_resolutions{{{SendResolution::none, "none"},
                                                         {SendResolution::send_again, "send_again"},
                                                         {SendResolution::was_sent, "was_sent"},
                                                         {SendResolution::give_up, "give_up"}}};

}  // namespace

std::string_view to_string(EffectKind kind) {
  return name_of(effect_kinds, kind);
}

std::string_view to_string(SendResolution resolution) {
  return name_of(send_resolutions, resolution);
}
std::optional<SendResolution> parse_send_resolution(std::string_view text) {
  return value_of(send_resolutions, text);
}

}  // namespace novelo
