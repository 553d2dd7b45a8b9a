#include "novelo/model/case.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<StatusCategory, 4> status_categories{{{StatusCategory::open, "open"},
                                                          {StatusCategory::waiting, "waiting"},
                                                          {StatusCategory::resolved, "resolved"},
                                                          {StatusCategory::final, "final"}}};

}  // namespace

std::string_view to_string(StatusCategory category) {
  return name_of(status_categories, category);
}

std::optional<StatusCategory> parse_status_category(std::string_view text) {
  return value_of(status_categories, text);
}

}  // namespace novelo
