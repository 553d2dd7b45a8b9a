// The JSON form, made from the same field lists as the binary one (codec/fields.hpp).
//
//   id, 64-bit      "12", decimal text; none: null      time       RFC 3339 in UTC
//   name, text      text                                duration   "1h30m"
//   address         "phone:5541988887777"; none: null   enum       its word
//   pair            [first, second]                     map, Value  as they are
//
// Texts that are not UTF-8 are mended with U+FFFD, so that what is written can always be dumped.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "codec/fields.hpp"

namespace novelo::codec {

using Json = nlohmann::json;

// Members that are at their default: left out at the border, kept where somebody wants to look at
// every one of them.
enum class Defaults : std::uint8_t { left_out, kept };

std::string mended(const std::string& text);

// "", "content", "text" -> "content.text"; "content.media", 2 -> "content.media[2]".
std::string member_path(const std::string& path, std::string_view name);
std::string item_path(const std::string& path, std::size_t index);

// --- writing -------------------------------------------------------------------------------------

// Notes where each member of an object stands, in order.
class MemberPlaces {
 public:
  template <class T>
  void operator()(std::string_view, const T& value) {
    places_.push_back(&value);
  }
  const std::vector<const void*>& places() const { return places_; }

 private:
  std::vector<const void*> places_;
};

class JsonWriter {
 public:
  explicit JsonWriter(Defaults defaults) : defaults_(defaults) {}

  template <class T>
  Json write(const T& value) const {
    if constexpr (std::is_same_v<T, bool> || std::is_arithmetic_v<T>) {
      return value;
    } else if constexpr (std::is_enum_v<T>) {
      return std::string(to_string(value));
    } else {
      return write_object(value);
    }
  }

 private:
  // Visits the fields of one object, holding each against the same field of a new one: both have
  // one list of fields, so that the places and their types agree.
  class Members {
   public:
    Members(const JsonWriter& writer, const std::vector<const void*>& defaults)
        : writer_(&writer), defaults_(&defaults) {}

    template <class T>
    void operator()(std::string_view name, const T& value) {
      const T& usual = *static_cast<const T*>((*defaults_)[next_++]);
      if (writer_->defaults_ == Defaults::left_out && value == usual) return;
      json_[std::string(name)] = writer_->write(value);
    }
    Json take() { return std::move(json_); }

   private:
    const JsonWriter* writer_;
    const std::vector<const void*>* defaults_;
    std::size_t next_ = 0;
    Json json_ = Json::object();
  };

  Json write_object(const std::string& text) const { return mended(text); }
  Json write_object(Timestamp at) const { return to_string(at); }
  Json write_object(Duration duration) const { return to_string(duration); }
  Json write_object(const Address& address) const {
    return address.empty() ? Json() : Json(mended(to_string(address)));
  }
  Json write_object(const Value& value) const;
  template <class Tag>
  Json write_object(Id<Tag> id) const {
    return id ? Json(std::to_string(id.value())) : Json();
  }
  template <class Tag>
  Json write_object(const Name<Tag>& name) const {
    return mended(name.text());
  }
  template <class T>
  Json write_object(const std::optional<T>& value) const {
    return value ? write(*value) : Json();
  }
  template <class T>
  Json write_object(const std::vector<T>& list) const {
    Json json = Json::array();
    for (const T& item : list) json.push_back(write(item));
    return json;
  }
  template <class First, class Second>
  Json write_object(const std::pair<First, Second>& pair) const {
    return Json::array({write(pair.first), write(pair.second)});
  }
  template <class T, class Less>
  Json write_object(const std::map<std::string, T, Less>& map) const {
    Json json = Json::object();
    for (const auto& [key, value] : map) json[mended(key)] = write(value);
    return json;
  }
  template <class T>
  requires requires(MemberPlaces& places, const T& object) { fields(places, object); }
  Json write_object(const T& object) const {
    const T usual{};
    MemberPlaces defaults;
    fields(defaults, usual);
    Members members(*this, defaults.places());
    fields(members, object);
    return members.take();
  }

  Defaults defaults_;
};

template <class T>
Json write_json(const T& value, Defaults defaults = Defaults::left_out) {
  return JsonWriter(defaults).write(value);
}

// --- reading -------------------------------------------------------------------------------------

inline std::optional<Presence> parse_word(std::string_view text, const Presence&) {
  return parse_presence(text);
}
inline std::optional<AttemptResult> parse_word(std::string_view text, const AttemptResult&) {
  return parse_attempt_result(text);
}
inline std::optional<SendResolution> parse_word(std::string_view text, const SendResolution&) {
  return parse_send_resolution(text);
}
inline std::optional<MediaKind> parse_word(std::string_view text, const MediaKind&) {
  return parse_media_kind(text);
}
inline std::optional<AutoMail> parse_word(std::string_view text, const AutoMail&) {
  return parse_auto_mail(text);
}

// Strict. The first fault is kept; what is read after it does not matter.
class JsonReader {
 public:
  const std::optional<Error>& fault() const { return fault_; }
  void blame(std::string reason, std::string message, const std::string& path,
             std::string remedy = {});

  template <class T>
  void read(const Json& json, const std::string& path, T& value) {
    if (fault_) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (is(json.is_boolean(), "true or false", path)) value = json.get<bool>();
    } else if constexpr (std::is_enum_v<T>) {
      read_word(json, path, value);
    } else if constexpr (std::is_integral_v<T>) {
      read_integer(json, path, value);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (is(json.is_number(), "a number", path)) value = json.get<T>();
    } else {
      read_object(json, path, value);
    }
  }

  // The members of an object, all of them: one that is not in the field list is refused. `also` are
  // members that belong to somebody else.
  template <class T>
  void read_members(const Json& json, const std::string& path, T& object,
                    std::vector<std::string_view> also = {}) {
    if (!is(json.is_object(), "an object", path)) return;
    Members members(*this, json, path, std::move(also));
    fields(members, object);
    members.refuse_unknown();
  }

 private:
  class Members {
   public:
    Members(JsonReader& reader, const Json& json, const std::string& path,
            std::vector<std::string_view> known)
        : reader_(&reader), json_(&json), path_(&path), known_(std::move(known)) {}

    template <class T>
    void operator()(std::string_view name, T& value) {
      known_.push_back(name);
      const auto member = json_->find(name);
      if (member != json_->end()) reader_->read(*member, member_path(*path_, name), value);
    }
    void refuse_unknown();

   private:
    JsonReader* reader_;
    const Json* json_;
    const std::string* path_;
    std::vector<std::string_view> known_;
  };

  bool is(bool right, std::string_view wanted, const std::string& path);
  bool read_id(const Json& json, const std::string& path, std::uint64_t& value);

  template <class T>
  void read_integer(const Json& json, const std::string& path, T& value) {
    if (!is(json.is_number_integer(), "a whole number", path)) return;
    const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                : std::in_range<T>(json.get<std::int64_t>());
    if (fits) {
      value = json.get<T>();
    } else {
      blame("out_of_range", "The number is out of range.", path);
    }
  }
  template <class T>
  void read_word(const Json& json, const std::string& path, T& value) {
    if (!is(json.is_string(), "a text", path)) return;
    if (const auto word = parse_word(json.get_ref<const std::string&>(), value)) {
      value = *word;
    } else {
      blame("unknown_word", "There is no such word here.", path);
    }
  }

  void read_object(const Json& json, const std::string& path, std::string& text);
  void read_object(const Json& json, const std::string& path, Timestamp& at);
  void read_object(const Json& json, const std::string& path, Duration& duration);
  void read_object(const Json& json, const std::string& path, Address& address);
  void read_object(const Json& json, const std::string& path, Value& value);
  template <class Tag>
  void read_object(const Json& json, const std::string& path, Id<Tag>& id) {
    std::uint64_t value = 0;
    if (read_id(json, path, value)) id = Id<Tag>(value);
  }
  template <class Tag>
  void read_object(const Json& json, const std::string& path, Name<Tag>& name) {
    std::string text;
    read_object(json, path, text);
    name = Name<Tag>(std::move(text));
  }
  // Where any value may stand, null is one.
  void read_object(const Json& json, const std::string& path, std::optional<Value>& value) {
    read_object(json, path, value.emplace());
  }
  template <class T>
  void read_object(const Json& json, const std::string& path, std::optional<T>& value) {
    value.reset();
    if (!json.is_null()) read(json, path, value.emplace());
  }
  template <class T>
  void read_object(const Json& json, const std::string& path, std::vector<T>& list) {
    if (!is(json.is_array(), "a list", path)) return;
    list.clear();
    for (std::size_t i = 0; i < json.size() && !fault_; ++i) {
      read(json[i], item_path(path, i), list.emplace_back());
    }
  }
  template <class First, class Second>
  void read_object(const Json& json, const std::string& path, std::pair<First, Second>& pair) {
    if (!is(json.is_array() && json.size() == 2, "a list of two", path)) return;
    read(json[0], item_path(path, 0), pair.first);
    read(json[1], item_path(path, 1), pair.second);
  }
  template <class T, class Less>
  void read_object(const Json& json, const std::string& path, std::map<std::string, T, Less>& map) {
    if (!is(json.is_object(), "an object", path)) return;
    map.clear();
    for (const auto& [key, item] : json.items()) read(item, member_path(path, key), map[key]);
  }
  template <class T>
  requires requires(JsonReader::Members& members, T& object) { fields(members, object); }
  void read_object(const Json& json, const std::string& path, T& object) {
    read_members(json, path, object);
  }

  std::optional<Error> fault_;
};

}  // namespace novelo::codec
