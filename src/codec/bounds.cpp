#include "codec/bounds.hpp"

#include <algorithm>

namespace novelo::codec {

void Bounds::take(std::size_t bytes) {
  bytes_ += bytes;
  if (fault_ || bytes_ <= ceilings_.all_bytes) return;
  fault_ = Error{ErrorCode::limit,
                 "too_large",
                 fmt::format("there are more than {} bytes of it", ceilings_.all_bytes),
                 {},
                 "give less, or a reference to where it is kept"};
}

void Bounds::measure_object(const std::string& text) {
  if (!fault_ && text.size() > ceilings_.text_bytes) {
    fault_ = Error{ErrorCode::limit,
                   "too_long",
                   fmt::format("a text has at most {} bytes", ceilings_.text_bytes),
                   {},
                   "give a shorter one, or a reference to where it is kept"};
    return;
  }
  take(text.size());
}

void Bounds::measure_object(const Value& value) {
  if (const auto* text = value.as_text()) return measure_object(*text);
  const auto* list = value.as_list();
  const auto* map = value.as_map();
  take(sizeof(std::uint64_t));
  if (fault_ || (list == nullptr && map == nullptr)) return;
  if (++depth_ > ceilings_.value_depth) {
    fault_ = Error{ErrorCode::limit,
                   "too_deep",
                   fmt::format("values go at most {} levels deep", ceilings_.value_depth),
                   {},
                   "give it flatter"};
    return;
  }
  if (list != nullptr) measure_object(*list);
  if (map != nullptr) measure_object(*map);
  --depth_;
}

void Bounds::in_member(std::string_view name) {
  // A key may be anything; what is shown of it stays short and printable.
  constexpr std::size_t longest = 64;
  std::string shown(name.substr(0, longest));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c <= ' ' || c >= 0x7f; }, '?');
  std::string& path = fault_->subject;
  const bool joined = path.empty() || path.front() == '[';
  path = shown + (joined ? "" : ".") + path;
}

void Bounds::in_item(std::size_t index) {
  std::string& path = fault_->subject;
  const bool joined = path.empty() || path.front() == '[';
  path = fmt::format("[{}]{}{}", index, joined ? "" : ".", path);
}

}  // namespace novelo::codec
