#include "inspect.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/inspection.hpp"
#include "novelo/stores/sqlite_reader.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using nlohmann::json;
using novelo::Counts;

constexpr int sound = 0;
constexpr int damaged = 1;

int complain_of_file(const novelo::Error& error) {
  const int unusable = complain(error);
  const bool ours = error.code == novelo::ErrorCode::corrupt && error.reason != "not_a_store";
  return ours ? damaged : unusable;
}

// What is printed, in parts: titles and warnings stand out on a terminal.
class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}

  void title(const std::string& text) { text_ += paint("1", text) + "\n"; }
  void line(const std::string& name, const std::string& value) {
    text_ += fmt::format("  {:<16}{}\n", name, value);
  }
  void warning(const std::string& text) { text_ += "  " + paint("31", text) + "\n"; }
  void gap() { text_ += "\n"; }
  void print() const { std::fwrite(text_.data(), 1, text_.size(), stdout); }

 private:
  std::string paint(const char* code, const std::string& text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }

  bool colour_;
  std::string text_;
};

bool wants_colour(const std::string& choice) {
  const char* const no_colour = std::getenv("NO_COLOR");  // no-color.org
  const bool allowed = no_colour == nullptr || *no_colour == '\0';
  return choice == "always" || (choice == "auto" && allowed && isatty(STDOUT_FILENO) != 0);
}

std::string listed(const Counts& counts) {
  if (counts.empty()) return "none";
  std::string text;
  for (const auto& [word, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
  }
  return text;
}

std::string bytes_of(std::uint64_t bytes) {
  constexpr double kib = 1024;
  const auto number = static_cast<double>(bytes);
  if (number < kib) return fmt::format("{} B", bytes);
  if (number < kib * kib) return fmt::format("{:.1f} KiB", number / kib);
  if (number < kib * kib * kib) return fmt::format("{:.1f} MiB", number / kib / kib);
  return fmt::format("{:.1f} GiB", number / kib / kib / kib);
}

std::uint64_t unreadable_in(const novelo::Inspection& found) {
  std::uint64_t rows = 0;
  for (const auto& tenant : found.tenants) {
    for (const auto& table : tenant.tables) rows += table.unreadable;
  }
  return rows;
}

void show_tenant(Page& page, const novelo::TenantInspection& tenant) {
  page.gap();
  page.title(fmt::format("tenant {}", printable(tenant.name.text())));
  page.line("number", std::to_string(tenant.number));
  page.line("epoch", std::to_string(tenant.epoch));
  if (tenant.now) {
    page.line("engine time", novelo::to_string(*tenant.now));
    page.line("last id", std::to_string(tenant.last_id));
    page.line("configuration",
              tenant.configuration == 0 ? "none" : fmt::format("version {}", tenant.configuration));
  } else {
    page.line("engine", "none has written yet");
  }
  if (tenant.restored) {
    page.line("restored",
              fmt::format("and not opened since: {} ids and {} protocol numbers are left free",
                          tenant.restored->ids, tenant.restored->protocols));
  }
  page.line("conversations", listed(tenant.conversations));
  page.line("cases", listed(tenant.cases));
  page.line("callbacks", listed(tenant.callbacks));
  page.line("unsettled", listed(tenant.effects));
  if (tenant.held > 0)
    page.line("", fmt::format("of these, {} kept back until a person decides", tenant.held));
  if (tenant.maybe_done > 0)
    page.line("", fmt::format("of these, {} may have been done already", tenant.maybe_done));
  page.line("timers", listed(tenant.timers));
  if (tenant.next_timer) page.line("", "the next at " + novelo::to_string(*tenant.next_timer));
  page.line("quarantine", listed(tenant.quarantine));
  if (tenant.tables.empty()) page.line("tables", "none has rows");
  if (!tenant.tables.empty()) {
    page.line("tables", fmt::format("{:<22}{:>12}{:>14}", "name", "rows", "size"));
  }
  for (const auto& table : tenant.tables) {
    page.line("", fmt::format("{:<22}{:>12}{:>14}", novelo::to_string(table.table), table.rows,
                              bytes_of(table.bytes)));
    if (table.unreadable > 0) {
      page.warning(fmt::format("{} of them cannot be read", table.unreadable));
    }
  }
}

void show(Page& page, const InspectArguments& arguments, novelo::SqliteReader& reader,
          const novelo::Inspection& found) {
  page.title(fmt::format("{} {}", novelo::to_string(reader.kind()), arguments.file));
  page.line("schema", fmt::format("version {}", reader.schema_version()));
  if (reader.views_version() > 0) {
    page.line("views", fmt::format("version {}", reader.views_version()));
  }
  page.line("size", bytes_of(reader.file_bytes()));
  if (arguments.check) page.line("check", "every page was read, and is sound");
  if (found.tenants.empty()) page.line("tenants", "none");
  for (const auto& tenant : found.tenants) show_tenant(page, tenant);
  for (const auto& table : found.strays) {
    page.warning(
        fmt::format("{} rows of {} are no tenant's", table.rows, novelo::to_string(table.table)));
  }
}

json to_json(const std::vector<novelo::TableUse>& tables) {
  json list = json::array();
  for (const auto& table : tables) {
    list.push_back({{"table", novelo::to_string(table.table)},
                    {"rows", table.rows},
                    {"bytes", table.bytes},
                    {"unreadable", table.unreadable}});
  }
  return list;
}

json to_json(const std::optional<novelo::Timestamp>& at) {
  return at ? json(novelo::to_string(*at)) : json();
}

json to_json(const novelo::TenantInspection& tenant) {
  json restored;
  if (tenant.restored) {
    restored = {{"ids", std::to_string(tenant.restored->ids)},
                {"protocols", tenant.restored->protocols}};
  }
  return {{"name", tenant.name.text()},
          {"number", tenant.number},
          {"epoch", tenant.epoch},
          {"now", to_json(tenant.now)},
          {"last_id", std::to_string(tenant.last_id)},
          {"configuration", tenant.configuration},
          {"restored", restored},
          {"conversations", tenant.conversations},
          {"cases", tenant.cases},
          {"callbacks", tenant.callbacks},
          {"effects", tenant.effects},
          {"held", tenant.held},
          {"maybe_done", tenant.maybe_done},
          {"timers", tenant.timers},
          {"next_timer", to_json(tenant.next_timer)},
          {"quarantine", tenant.quarantine},
          {"tables", to_json(tenant.tables)}};
}

std::string to_json_text(const InspectArguments& arguments, novelo::SqliteReader& reader,
                         const novelo::Inspection& found) {
  json tenants = json::array();
  for (const auto& tenant : found.tenants) tenants.push_back(to_json(tenant));
  const json all = {{"file", arguments.file},
                    {"kind", novelo::to_string(reader.kind())},
                    {"schema", reader.schema_version()},
                    {"views", reader.views_version()},
                    {"bytes", reader.file_bytes()},
                    {"checked", arguments.check},
                    {"tenants", std::move(tenants)},
                    {"strays", to_json(found.strays)}};
  return all.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace

int inspect(const InspectArguments& arguments) {
  const auto reader = novelo::SqliteReader::open(arguments.file);
  if (!reader) return complain_of_file(reader.error());
  if (arguments.check) {
    if (const novelo::Status whole = (*reader)->check(); !whole)
      return complain_of_file(whole.error());
  }
  const auto found = novelo::inspect(**reader, (*reader)->tenants());
  if (!found) return complain_of_file(found.error());
  if (arguments.json) {
    fmt::print("{}\n", to_json_text(arguments, **reader, *found));
  } else {
    Page page(wants_colour(arguments.colour));
    show(page, arguments, **reader, *found);
    page.print();
  }
  return unreadable_in(*found) == 0 && found->strays.empty() ? sound : damaged;
}

}  // namespace cli
