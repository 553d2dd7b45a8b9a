#include "kill/frame.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace novelo::kill {
namespace {

constexpr std::size_t length_bytes = 4;

}  // namespace

void FrameWriter::write(const Json& frame) {
  const std::string text = frame.dump();
  std::string bytes;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    bytes.push_back(static_cast<char>(text.size() >> 8 * (length_bytes - 1 - i)));
  }
  bytes += text;
  const std::scoped_lock lock(mutex_);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::write(pipe_, bytes.data() + done, bytes.size() - done);
    if (written <= 0) std::_Exit(3);
    done += static_cast<std::size_t>(written);
  }
}

FrameReader::State FrameReader::next(std::chrono::milliseconds patience, std::string& frame) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (take(frame)) return State::frame;
    if (ended_) return State::ended;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd waiting{pipe_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) {
      return State::waiting;
    }
    std::array<char, 65'536> buffer;
    const ssize_t got = ::read(pipe_, buffer.data(), buffer.size());
    if (got <= 0) ended_ = true;
    if (got > 0) bytes_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

bool FrameReader::take(std::string& frame) {
  if (bytes_.size() < length_bytes) return false;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length = length << 8 | static_cast<std::uint8_t>(bytes_[i]);
  }
  if (bytes_.size() < length_bytes + length) return false;
  frame = bytes_.substr(length_bytes, length);
  bytes_.erase(0, length_bytes + length);
  return true;
}

std::uint64_t Announcer::submit(Json what, Timestamp now) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t number = ++numbers_;
  what["submit"] = number;
  what["now"] = to_string(now);
  writer_.write(what);
  return number;
}

void Announcer::acked(std::uint64_t number, Json answer, Timestamp now) {
  answer["ack"] = number;
  answer["now"] = to_string(now);
  writer_.write(answer);
}

void Announcer::handed_out(Json handouts, Timestamp now) {
  writer_.write({{"handouts", std::move(handouts)}, {"now", to_string(now)}});
}

void Announcer::trouble(const std::string& what) {
  writer_.write({{"trouble", what}});
}

}  // namespace novelo::kill
