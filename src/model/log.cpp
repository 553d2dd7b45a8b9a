#include "novelo/model/log.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<LogLevel, 4> levels{{{LogLevel::debug, "debug"},
                                         {LogLevel::info, "info"},
                                         {LogLevel::warning, "warning"},
                                         {LogLevel::error, "error"}}};

}  // namespace

std::string_view to_string(LogLevel level) {
  return name_of(levels, level);
}

}  // namespace novelo
