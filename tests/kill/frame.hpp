// What a child tells its parent, over a pipe: before it does something, and what came of it.
//
//   {"submit": 7, "request": {...}, "texts": [...], "calls": [...]}   then  {"ack": 7, "status":
//   200}
//   {"submit": 8, "commands": [{...}, ...]}                           then  {"ack": 8, "results":
//   [...]}
//   {"submit": 9, "settle": "12", "settlement": {...}, "final": true} then  {"ack": 9, "result":
//   {...}}
//   {"handouts": [{"id": "12", "kind": "send", "maybe_done": true}]}
//   {"trouble": "what should never happen"}
//
// Each has "now". A frame is its length in four bytes, then so much JSON. What was written before a
// process dies is read; half a frame at the end is none.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "novelo/base/time.hpp"

namespace novelo::kill {

using Json = nlohmann::json;

class FrameWriter {
 public:
  explicit FrameWriter(int pipe) : pipe_(pipe) {}

  void write(const Json& frame);  // from any thread; ends the process when nobody reads

 private:
  int pipe_;
  std::mutex mutex_;
};

class FrameReader {
 public:
  explicit FrameReader(int pipe) : pipe_(pipe) {}

  enum class State : std::uint8_t { frame, waiting, ended };
  // Waits for a frame for so long.
  State next(std::chrono::milliseconds patience, std::string& frame);

 private:
  bool take(std::string& frame);

  int pipe_;
  std::string bytes_;
  bool ended_ = false;
};

// Numbers what is submitted, and says what came of it.
class Announcer {
 public:
  explicit Announcer(int pipe) : writer_(pipe) {}

  std::uint64_t submit(Json what, Timestamp now);
  void acked(std::uint64_t number, Json answer, Timestamp now);
  void handed_out(Json handouts, Timestamp now);
  void trouble(const std::string& what);

 private:
  FrameWriter writer_;
  std::mutex mutex_;
  std::uint64_t numbers_ = 0;
};

}  // namespace novelo::kill
