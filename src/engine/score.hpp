// Score: the number of a survey's scale that somebody wrote. "10", "nota 9", "9/10", "9 de 10",
// "dez", "Nota 9, obrigada!", "Não recomendo, 2"; not "às 10", "mesa para 2" or "8,5".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace novelo {

// One number, or a number and the scale that it is on, with what people say around a score.
struct SaidNumbers {
  std::vector<int> numbers;
  bool plain = true;  // a number and nothing else: to a question of somebody's it may be an answer
};
// Nothing when it says something else too, as most messages do.
std::optional<SaidNumbers> read_numbers(std::string_view text, std::string_view locale);
// The score, when it is one on the scale from `low` to `high`.
std::optional<int> score_on(const SaidNumbers& said, int low, int high);

}  // namespace novelo
