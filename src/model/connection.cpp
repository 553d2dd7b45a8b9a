#include "novelo/model/connection.hpp"

namespace novelo {

std::string_view Connection::setting(std::string_view name) const {
  const auto found = settings.find(std::string(name));
  return found == settings.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace novelo
