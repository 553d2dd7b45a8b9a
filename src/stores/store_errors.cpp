#include "stores/store_errors.hpp"

#include <fmt/format.h>

namespace novelo {

Error empty_name_error() {
  return {ErrorCode::invalid, "empty_name", "A tenant needs a name.", "tenant",
          "Give the tenant a name that is not empty."};
}

Error unknown_table_error(Table table) {
  return {ErrorCode::invalid, "unknown_table", "There is no such table.",
          fmt::format("table {}", static_cast<unsigned>(table)), "Use a value of Table."};
}

Error fenced_error(const Fence& fence) {
  return {ErrorCode::conflict, "fenced", "A newer engine has taken over this tenant.",
          fmt::format("tenant {} epoch {}", fence.tenant, fence.epoch),
          "Stop using this engine; the newest one of this tenant is the one that writes."};
}

Error exists_error(Table table) {
  return {ErrorCode::conflict, "exists", "A row to be inserted is already there.",
          std::string(to_string(table)), "Read the row and decide again."};
}

}  // namespace novelo
