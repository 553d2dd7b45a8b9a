#include "novelo/published_view.hpp"

namespace novelo {

std::string_view to_string(SqlType type) {
  switch (type) {
    case SqlType::integer: return "INTEGER";
    case SqlType::real: return "REAL";
    case SqlType::text: return "TEXT";
  }
  return "";
}

}  // namespace novelo
