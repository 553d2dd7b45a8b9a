#include "novelo/model/trace.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<InputKind, 5> input_kinds{{{InputKind::command, "command"},
                                               {InputKind::event, "event"},
                                               {InputKind::settlement, "settlement"},
                                               {InputKind::time, "time"},
                                               {InputKind::handout, "handout"}}};

}  // namespace

std::string_view to_string(InputKind kind) {
  return name_of(input_kinds, kind);
}

}  // namespace novelo
