// The errors that every store words alike, so that an engine's answers do not depend on its store.
#pragma once

#include "novelo/store.hpp"

namespace novelo {

// Where `table` stands in an array of all tables; `table_count` or more when there is no such
// table.
constexpr std::size_t table_index(Table table) {
  return static_cast<std::size_t>(static_cast<std::uint8_t>(table)) - 1;
}

Error empty_name_error();
Error unknown_table_error(Table table);
Error fenced_error(const Fence& fence);
// Names the table and never the key: a key may hold a telephone number.
Error exists_error(Table table);

}  // namespace novelo
