#include "novelo/model/command.hpp"

#include "model/command_words.hpp"

namespace novelo {

std::string_view command_word(const CommandBody& body) {
  return command_words.at(body.index());
}

}  // namespace novelo
