#include "stores/store_errors.hpp"

#include <fmt/format.h>

namespace novelo {

Error empty_name_error() {
  return {ErrorCode::invalid, "empty_name", "a tenant needs a name", "tenant",
          "give the tenant a name that is not empty"};
}

Error unknown_table_error(Table table) {
  return {ErrorCode::invalid, "unknown_table", "there is no such table",
          fmt::format("table {}", static_cast<unsigned>(table)), "use a value of Table"};
}

Error fenced_error(const Fence& fence) {
  return {ErrorCode::conflict, "fenced", "a newer engine has taken over this tenant",
          fmt::format("tenant {} epoch {}", fence.tenant, fence.epoch),
          "stop using this engine; the newest one of this tenant is the one that writes"};
}

Error exists_error(Table table) {
  return {ErrorCode::conflict, "exists", "a row to be inserted is already there",
          std::string(to_string(table)), "read the row and decide again"};
}

}  // namespace novelo
