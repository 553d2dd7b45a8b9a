#include "novelo/sql_views.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/big_endian.hpp"
#include "codec/binary.hpp"
#include "codec/json.hpp"
#include "engine/tables.hpp"

namespace novelo {
namespace {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_id : std::false_type {};
template <class Tag>
struct is_id<Id<Tag>> : std::true_type {};
template <class T>
struct is_name : std::false_type {};
template <class Tag>
struct is_name<Name<Tag>> : std::true_type {};

template <class T>
constexpr SqlType type_of() {
  if constexpr (is_optional<T>::value) {
    return type_of<typename T::value_type>();
  } else if constexpr (std::is_enum_v<T>) {
    return SqlType::text;
  } else if constexpr (std::is_integral_v<T> || is_id<T>::value) {
    return SqlType::integer;
  } else if constexpr (std::is_floating_point_v<T>) {
    return SqlType::real;
  } else {
    return SqlType::text;
  }
}

// With all six digits, so that times sort as texts. SQLite's date functions take it.
SqlValue time_value(Timestamp at) {
  if (at == Timestamp{}) return {};
  std::string text = to_string(at);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000000");
  return text;
}

template <class T>
concept Record = requires(codec::MemberPlaces& places, const T& object) {
  codec::fields(places, object);
};

// What is none is NULL; what is made of parts is JSON, as at the border.
template <class T>
SqlValue value_of(const T& value) {
  if constexpr (is_optional<T>::value) {
    return value ? value_of(*value) : SqlValue();
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(to_string(value));
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else if constexpr (is_id<T>::value) {
    return value ? SqlValue(static_cast<std::int64_t>(value.value())) : SqlValue();
  } else if constexpr (is_name<T>::value) {
    return value.empty() ? SqlValue() : SqlValue(codec::mended(value.text()));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return codec::mended(value);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return time_value(value);
  } else if constexpr (std::is_same_v<T, Address>) {
    return value.empty() ? SqlValue() : SqlValue(codec::mended(to_string(value)));
  } else {
    const codec::Json json = codec::write_json(value);
    return Record<T> && json.empty() ? SqlValue() : SqlValue(json.dump());
  }
}

// A column may not be called by a word of SQL's.
std::string column_name(std::string_view name) {
  if (name == "case") return "case_id";
  if (name == "to") return "to_address";
  if (name == "by") return "closed_by";
  return std::string(name);
}

// An author is two columns: what people are counted by is no JSON.
class ColumnList {
 public:
  template <class T>
  void operator()(std::string_view name, const T&) {
    if constexpr (std::is_same_v<T, Author>) {
      columns_.push_back({column_name(name), SqlType::text});
      columns_.push_back({column_name(name) + "_role", SqlType::text});
    } else {
      columns_.push_back({column_name(name), type_of<T>()});
    }
  }
  std::vector<PublishedColumn> take() { return std::move(columns_); }

 private:
  std::vector<PublishedColumn> columns_;
};

class ValueList {
 public:
  explicit ValueList(std::vector<SqlValue>& values) : values_(&values) {}

  template <class T>
  void operator()(std::string_view, const T& value) {
    if constexpr (std::is_same_v<T, Author>) {
      values_->push_back(value_of(AgentName(value.name)));
      values_->push_back(value_of(value.role));
    } else {
      values_->push_back(value_of(value));
    }
  }

 private:
  std::vector<SqlValue>* values_;
};

// Every field of a record, in order.
template <class T>
PublishedView view_of(std::string name, Table table, std::size_t key_columns) {
  PublishedView view{std::move(name), table, {}, key_columns, {}};
  ColumnList columns;
  codec::fields(columns, static_cast<const T&>(T{}));
  view.columns = columns.take();
  view.read = [](std::string_view, std::string_view record, std::vector<SqlValue>& values) {
    T object;
    if (!codec::from_bytes(record, object)) return Published::unreadable;
    ValueList list(values);
    codec::fields(list, static_cast<const T&>(object));
    return Published::shown;
  };
  return view;
}

// The same behind the number that ends the row's key, of a record that does not have it itself.
template <class T>
PublishedView numbered_view_of(std::string name, std::string number, Table table) {
  PublishedView view = view_of<T>(std::move(name), table, 1);
  view.columns.insert(view.columns.begin(), {std::move(number), SqlType::integer});
  view.read = [read = view.read](std::string_view key, std::string_view record,
                                 std::vector<SqlValue>& values) {
    if (key.size() < number_bytes) return Published::unreadable;
    values.emplace_back(
        static_cast<std::int64_t>(number_in(key.substr(key.size() - number_bytes))));
    return read({}, record, values);
  };
  return view;
}

// Chosen values of a record, one for each column.
template <class T, class Choose>
PublishedView chosen_view_of(std::string name, Table table, std::vector<PublishedColumn> columns,
                             Choose choose) {
  PublishedView view{std::move(name), table, std::move(columns), 1, {}};
  view.read = [choose](std::string_view key, std::string_view record,
                       std::vector<SqlValue>& values) {
    T object;
    if (!codec::from_bytes(record, object)) return Published::unreadable;
    return choose(key, object, values);
  };
  return view;
}

// The words of a message stand in a column of their own: they are what is asked for most.
PublishedView entry_view() {
  PublishedView view = view_of<Entry>("entry", Table::entry, 2);
  view.columns.push_back({"text", SqlType::text});
  view.read = [](std::string_view, std::string_view record, std::vector<SqlValue>& values) {
    Entry entry;
    if (!codec::from_bytes(record, entry)) return Published::unreadable;
    ValueList list(values);
    codec::fields(list, static_cast<const Entry&>(entry));
    values.push_back(value_of(entry.content.text));
    return Published::shown;
  };
  return view;
}

// One row for each tenant; what the engine counts for itself is left out.
PublishedView engine_view() {
  return chosen_view_of<EngineClock>(
      "engine", Table::meta,
      {{"now", SqlType::text},
       {"last_id", SqlType::integer},
       {"configuration", SqlType::integer},
       {"quarantined", SqlType::integer}},
      [](std::string_view key, const EngineClock& clock, std::vector<SqlValue>& values) {
        if (key != std::string_view("engine\0", 7)) return Published::passed_over;
        values = {time_value(clock.now), value_of(clock.last_id), value_of(clock.configuration),
                  value_of(clock.quarantined)};
        return Published::shown;
      });
}

// Headers, addresses and bodies of requests are left out: they may carry a provider's secrets.
PublishedView quarantine_view() {
  return chosen_view_of<QuarantineRow>(
      "quarantine", Table::quarantine,
      {{"id", SqlType::integer},
       {"connection", SqlType::text},
       {"at", SqlType::text},
       {"code", SqlType::text},
       {"reason", SqlType::text},
       {"message", SqlType::text},
       {"subject", SqlType::text},
       {"method", SqlType::text},
       {"body_bytes", SqlType::integer},
       {"left_out", SqlType::integer},
       {"remedy", SqlType::text}},
      [](std::string_view, const QuarantineRow& row, std::vector<SqlValue>& values) {
        values = {value_of(row.id),       value_of(row.connection), value_of(row.at),
                  value_of(row.code),     value_of(row.reason),     value_of(row.message),
                  value_of(row.subject),  value_of(row.method),     value_of(row.body.size()),
                  value_of(row.left_out), value_of(row.remedy)};
        return Published::shown;
      });
}

}  // namespace

PublishedViews sql_views() {
  PublishedViews published;
  published.version = 1;
  published.views = {
      engine_view(),
      numbered_view_of<StoredConfiguration>("configuration", "version", Table::configuration),
      view_of<ContactRecord>("contact", Table::contact, 1),
      view_of<Identity>("identity", Table::identity, 1),
      view_of<ConversationRecord>("conversation", Table::conversation, 1),
      entry_view(),
      view_of<Note>("note", Table::note, 1),
      view_of<Interaction>("interaction", Table::interaction, 1),
      view_of<WorkRecord>("work", Table::work, 1),
      view_of<AgentRecord>("agent", Table::agent, 1),
      view_of<CaseRecord>("case", Table::case_record, 1),
      view_of<Callback>("callback", Table::callback, 1),
      numbered_view_of<FlowSession>("session", "id", Table::session),
      view_of<Survey>("survey", Table::survey, 1),
      view_of<Effect>("effect", Table::effect, 1),
      view_of<Timer>("timer", Table::timer, 3),
      quarantine_view(),
      chosen_view_of<QuarantineSeen>(
          "quarantine_seen", Table::quarantine_digest,
          {{"quarantine", SqlType::integer},
           {"times", SqlType::integer},
           {"last_at", SqlType::text}},
          [](std::string_view, const QuarantineSeen& seen, std::vector<SqlValue>& values) {
            values = {value_of(seen.id), value_of(seen.times), value_of(seen.last_at)};
            return Published::shown;
          }),
      view_of<Closure>("closure", Table::closure, 2),
      numbered_view_of<Segment>("segment", "number", Table::segment),
  };
  return published;
}

}  // namespace novelo
