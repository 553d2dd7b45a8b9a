// Score: the number of a survey's scale that somebody wrote. "10", "nota 9", "9/10", "9 de 10",
// "dez", "Nota 9, obrigada!", "Não recomendo, 2"; not "às 10", "mesa para 2" or "8,5".
#pragma once

#include <optional>
#include <string_view>

namespace novelo {

struct Score {
  int value = 0;
  bool plain = true;  // a number and nothing else: to a question of somebody's it may be an answer
};
std::optional<Score> read_score(std::string_view text, int low, int high, std::string_view locale);

}  // namespace novelo
