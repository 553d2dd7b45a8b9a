// Score: the number of a survey's scale that somebody wrote. "10", "nota 9", "9/10", "9 de 10",
// "dez", "10, muito bom atendimento", "Não recomendo, 2"; not "às 10", "mesa para 2", "8,5" or
// "não dou 10". A score that nobody gave is worse than one that was missed:
//
//   - the number stands alone in its clause, or with words that give a score or praise beside it;
//   - it has no sign, unit, currency, ordinal, date, time, doubt or negation, and the text no
//     question and no second number but the scale;
//   - what else is said is about the service ("muito bom atendimento", "para a Inês"), and asks
//     for nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace novelo {

// One number, or a number and the scale that it is on, with what people say around a score.
struct SaidNumbers {
  std::vector<int> numbers;
  bool plain = true;  // a number and nothing else
  bool sure = false;  // said to be a score; else it may answer another question of somebody's
};
// Nothing when it says something else too, as most messages do.
std::optional<SaidNumbers> read_numbers(std::string_view text, std::string_view locale);
// The score, when it is one on the scale from `low` to `high`.
std::optional<int> score_on(const SaidNumbers& said, int low, int high);

}  // namespace novelo
