#include "novelo/model/effect.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<EffectKind, 4> effect_kinds{{{EffectKind::send, "send"},
                                                 {EffectKind::call, "call"},
                                                 {EffectKind::notify, "notify"},
                                                 {EffectKind::action, "action"}}};

}  // namespace

std::string_view to_string(EffectKind kind) {
  return name_of(effect_kinds, kind);
}

}  // namespace novelo
