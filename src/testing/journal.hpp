// Journal: what the player has done so far, one line of JSON each, written before the next act, so
// that a run that was killed goes on where it was.
//
//   {"journey": "Ana's day", "digest": "..."}                       the first line of a journey
//   {"journey": ..., "step": 3, "begun": {"12": 5}}                 conversations and their entries
//   then
//   {"journey": ..., "step": 3, "effect": {...}, "at": "...", "left": true}   handed out at that
//   time; left: not settled by us
//   {"journey": ..., "step": 3, "settled": "17", "attempt": 1}
//   {"journey": ..., "step": 3, "label": "c", "value": "12"}
//   {"journey": ..., "step": 3, "done": ["a failure", ...]}
//
// A last line that was cut off by the kill is as if it had not been written.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"

namespace novelo::testing {

struct JournaledEffect {
  std::size_t step = 0;
  Value view;
  Timestamp at{};
  bool left = false;
  std::size_t settled_in = 0;  // the step; 0: not settled
};

class Journal {
 public:
  using Watermarks = std::map<ConversationId, std::uint64_t>;

  // Reads what a run before has written and goes on behind it. An empty path keeps nothing. Fails
  // with `storage` when the file cannot be used, with `conflict` when it is of another text of the
  // journey.
  static Result<Journal> open(const std::string& path, const std::string& journey,
                              const std::string& digest);

  // --- what the run before left ------------------------------------------------------------------
  std::size_t steps_done() const { return done_.size(); }
  const std::vector<std::vector<std::string>>& done() const { return done_; }
  bool step_begun() const { return begun_; }  // the one behind those that are done
  const Watermarks& watermarks() const { return watermarks_; }
  const std::map<std::string, std::string>& labels() const { return labels_; }
  const std::vector<JournaledEffect>& effects() const { return effects_; }

  // --- what happens now --------------------------------------------------------------------------
  Status begin(std::size_t step, const Watermarks& watermarks);
  Status effect(std::size_t step, const Value& view, Timestamp at, bool left);
  Status settled(std::size_t step, const std::string& effect, std::int64_t attempt);
  Status label(std::size_t step, const std::string& name, const std::string& value);
  Status done(std::size_t step, const std::vector<std::string>& failures);

 private:
  Status read(const std::string& text, const std::string& digest);
  void take(const Value& line);
  Status write(Value::Map line);

  std::string path_;
  std::string journey_;
  std::ofstream out_;
  bool known_ = false;  // this journey has its first line
  bool begun_ = false;
  Watermarks watermarks_;
  std::vector<std::vector<std::string>> done_;
  std::map<std::string, std::string> labels_;
  std::vector<JournaledEffect> effects_;
};

}  // namespace novelo::testing
