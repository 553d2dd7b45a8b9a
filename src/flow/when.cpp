#include "flow/when.hpp"

#include <algorithm>

namespace novelo::flow {

bool When::holds(const TextTemplate::Lookup& find) const {
  const auto part_holds = [&find](const When& part) { return part.holds(find); };
  switch (kind) {
    case Kind::all: return std::all_of(parts.begin(), parts.end(), part_holds);
    case Kind::any: return std::any_of(parts.begin(), parts.end(), part_holds);
    case Kind::negate: return !parts.empty() && !parts.front().holds(find);
    case Kind::is_true: {
      const bool* flag = find(test.path).as_bool();
      return flag != nullptr && *flag;
    }
    case Kind::test: return novelo::holds(test.op, find(test.path), test.value);
  }
  return false;
}

}  // namespace novelo::flow
