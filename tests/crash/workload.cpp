#include "crash/workload.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace novelo::crash {
namespace {

constexpr std::array<std::string_view, shape_count> names = {
    "creation",  "small",   "tenants", "large", "spilling", "maintained", "overflowing",
    "reopening", "erasing", "crowded", "mixed", "desk_day", "desk_cases", "desk_changes"};

// What a script of bare commits is made of.
struct Make {
  std::uint64_t commits = 0;
  std::uint64_t most_rows = 4;
  std::uint64_t most_bytes = 200;
  std::uint64_t keys = 30;         // of each table: few, so that rows are written over
  std::uint64_t erase_one_in = 6;  // of the writes
  std::uint64_t maintain_one_in = 0;
  std::uint64_t reopen_one_in = 0;
  std::uint64_t open_one_in = 0;    // a tenant is taken over
  std::uint64_t refuse_one_in = 0;  // a row to be inserted is there already
  int tenants = 1;
};

Make make_of(Shape shape, Chance& chance) {
  Make make;
  make.commits = chance.between(8, 16);
  switch (shape) {
    case Shape::creation: make.commits = chance.between(0, 3); break;
    case Shape::tenants: make.tenants = 3; break;
    case Shape::large:
      make.commits = chance.between(3, 6);
      make.most_bytes = chance.between(2'000, 30'000);
      break;
    case Shape::spilling:
      make.commits = chance.between(1, 2);
      make.most_rows = 40;
      make.most_bytes = 6'000;
      break;
    case Shape::maintained: make.maintain_one_in = 3; break;
    case Shape::reopening: make.reopen_one_in = 4; break;
    case Shape::erasing:
      make.erase_one_in = 2;
      make.most_rows = 12;
      make.most_bytes = 1'500;
      break;
    case Shape::crowded:
      make.refuse_one_in = 3;
      make.most_bytes = 3'000;
      break;
    case Shape::mixed:
      make.tenants = 2;
      make.most_rows = 10;
      make.most_bytes = 2'500;
      make.maintain_one_in = 5;
      make.reopen_one_in = 8;
      make.open_one_in = 6;
      make.refuse_one_in = 8;
      break;
    default: break;
  }
  return make;
}

std::string bytes_of(Chance& chance, std::uint64_t most) {
  std::string bytes(chance.below(most + 1), '\0');
  // Half of the values are what was erased elsewhere might look like.
  const bool plain = chance.one_in(2);
  for (char& byte : bytes) byte = plain ? 'v' : static_cast<char>(chance.next());
  return bytes;
}

std::string key_of(std::uint64_t tenant, std::uint64_t number) {
  std::string key(16, '\0');
  key[7] = static_cast<char>(tenant);
  key[15] = static_cast<char>(number);
  return key;
}

class BareScript {
 public:
  BareScript(Host& host, const Make& make, Chance& chance)
      : host_(&host), make_(make), chance_(&chance) {}
  void run();

 private:
  std::vector<Write> writes(std::uint64_t tenant);
  void commit();

  Host* host_;
  Make make_;
  Chance* chance_;
  std::vector<Fence> fences_;
};

std::vector<Write> BareScript::writes(std::uint64_t tenant) {
  constexpr std::array<Table, 5> tables = {Table::entry, Table::conversation, Table::effect,
                                           Table::timer, Table::command};
  std::vector<Write> writes;
  for (std::uint64_t i = chance_->between(1, make_.most_rows); i > 0; --i) {
    Write write;
    write.table = tables[chance_->below(tables.size())];
    write.key = key_of(tenant, chance_->below(make_.keys));
    if (chance_->one_in(make_.erase_one_in)) {
      write.kind = Write::Kind::erase;
    } else {
      write.value = bytes_of(*chance_, make_.most_bytes);
    }
    writes.push_back(std::move(write));
  }
  if (make_.refuse_one_in > 0 && chance_->one_in(make_.refuse_one_in)) {
    // The second of these finds the first.
    const std::string key = key_of(tenant, 200);
    writes.push_back({Write::Kind::put, Table::meta, key, "1"});
    writes.push_back({Write::Kind::insert, Table::meta, key, "2"});
  }
  return writes;
}

void BareScript::commit() {
  std::vector<std::vector<Write>> all;
  std::vector<TenantWrites> parts;
  const bool together = fences_.size() > 1 && !chance_->one_in(3);
  const std::size_t only = chance_->below(fences_.size());
  all.reserve(fences_.size());
  for (std::size_t i = 0; i < fences_.size(); ++i) {
    if (!together && i != only) continue;
    all.push_back(writes(fences_[i].tenant));
    parts.push_back({fences_[i], all.back()});
  }
  host_->commit(parts);
}

void BareScript::run() {
  const auto name = [](std::size_t i) { return fmt::format("tenant-{}", i); };
  for (int i = 0; i < make_.tenants; ++i) {
    fences_.push_back(host_->open_tenant(name(static_cast<std::size_t>(i))));
  }
  for (std::uint64_t i = 0; i < make_.commits && !host_->given_up(); ++i) {
    commit();
    const auto now = [&](std::uint64_t one_in) { return one_in > 0 && chance_->one_in(one_in); };
    if (now(make_.maintain_one_in)) host_->maintain(1000);
    if (now(make_.reopen_one_in)) host_->close();
    if (now(make_.open_one_in)) {
      const std::size_t which = chance_->below(fences_.size());
      fences_[which] = host_->open_tenant(name(which));
    }
  }
}

}  // namespace

std::string_view to_string(Shape shape) {
  return names[static_cast<std::size_t>(shape)];
}

Workload::Workload(std::uint64_t of) : number(of), shape(static_cast<Shape>(of % shape_count)) {
  Chance chance(of * 7919 + 1);
  options.cache_kib = 1024;
  switch (shape) {
    case Shape::spilling: options.cache_kib = 64; break;
    case Shape::overflowing:
      options.checkpoint_pages = static_cast<std::uint32_t>(chance.between(4, 20));
      break;
    case Shape::crowded:
      options.max_pages = static_cast<std::uint32_t>(chance.between(34, 44));
      break;
    case Shape::mixed:
      options.checkpoint_pages = static_cast<std::uint32_t>(chance.between(10, 60));
      break;
    default: break;
  }
}

std::string Workload::name() const {
  return fmt::format("{} {}", number, to_string(shape));
}

const Start& Starts::of(const Workload& workload) {
  const int kind = workload.shape == Shape::creation ? 0 : workload.has_engine() ? 2 : 1;
  const auto found = made_.find(kind);
  if (found != made_.end()) return found->second;
  Start start;
  if (kind != 0) {
    CrashVfs files({});
    DeskLog log;
    Host host(files, start.history, {});
    if (kind == 1) host.store();
    if (kind == 2) open_desk(host, log);
    host.close();
    if (host.given_up()) throw std::runtime_error("a store cannot be made");
    start.image = files.disk().written();
    Host again(files, start.history, {});
    WitnessStore* const store = again.store();
    auto history = History::of(*store, start.history.now().tenants);
    start.history = std::move(*history);
    again.close();
  }
  return made_.emplace(kind, std::move(start)).first->second;
}

void run(const Workload& workload, Host& host, DeskLog& log) {
  Chance chance(workload.number);
  if (workload.has_engine()) {
    const DeskDay day = workload.shape == Shape::desk_day     ? DeskDay::talk
                        : workload.shape == Shape::desk_cases ? DeskDay::cases
                                                              : DeskDay::changes;
    run_desk(host, log, day, chance, chance.between(6, 14));
  } else {
    BareScript(host, make_of(workload.shape, chance), chance).run();
  }
  host.close();
}

}  // namespace novelo::crash
