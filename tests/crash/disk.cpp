#include "crash/disk.hpp"

#include <algorithm>
#include <utility>

namespace novelo::crash {
namespace {

void overwrite(std::string& bytes, std::uint64_t at, std::string_view by) {
  if (bytes.size() < at + by.size()) bytes.resize(at + by.size(), '\0');
  std::copy(by.begin(), by.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

std::string_view to_string(Act act) {
  switch (act) {
    case Act::open: return "open";
    case Act::create: return "create";
    case Act::read: return "read";
    case Act::write: return "write";
    case Act::truncate: return "truncate";
    case Act::sync: return "sync";
    case Act::remove: return "remove";
    case Act::look: return "look";
  }
  return "";
}

Disk::Disk(Image image, bool keeps_power) : keeps_power_(keeps_power) {
  for (auto& [name, bytes] : image) {
    names_[name] = next_file();
    std::string durable = keeps_power ? std::string() : bytes;
    files_.push_back({std::move(bytes), std::move(durable), {}});
  }
  durable_names_ = names_;
}

std::optional<std::uint32_t> Disk::file_at(const std::string& name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

void Disk::change(File& file, Change change) const {
  if (change.truncates) {
    file.written.resize(change.at, '\0');
  } else {
    overwrite(file.written, change.at, change.bytes);
  }
  if (!keeps_power_) file.changes.push_back(std::move(change));
}

void Disk::apply(const Operation& operation) {
  switch (operation.act) {
    case Act::create:
      names_[operation.name] = operation.file;
      name_changes_.push_back({operation.name, operation.file});
      if (files_.size() <= operation.file) files_.resize(operation.file + 1);
      break;
    case Act::write: change(files_[operation.file], {false, operation.at, operation.bytes}); break;
    case Act::truncate: change(files_[operation.file], {true, operation.at, {}}); break;
    case Act::sync: {
      File& file = files_[operation.file];
      for (const Change& each : file.changes) {
        if (each.truncates) {
          file.durable.resize(each.at, '\0');
        } else {
          overwrite(file.durable, each.at, each.bytes);
        }
      }
      file.changes.clear();
      break;
    }
    case Act::remove:
      names_.erase(operation.name);
      name_changes_.push_back({operation.name, std::nullopt});
      break;
    case Act::open:
    case Act::read:
    case Act::look: break;
  }
  if (!operation.syncs_folder) return;
  name_changes_.clear();
  durable_names_ = names_;
}

void Disk::fail_sync(std::uint32_t file, Chance& chance) {
  std::vector<Change> left;
  for (Change& each : files_[file].changes) {
    if (chance.one_in(2)) left.push_back(std::move(each));
  }
  files_[file].changes = std::move(left);
}

// Each sector by itself: lost, kept, or torn.
void Disk::keep_some(std::string& bytes, const Change& change, Chance& chance,
                     const DiskRules& rules) {
  constexpr std::uint64_t torn = 16;
  if (change.truncates) {
    if (chance.one_in(2)) bytes.resize(change.at, '\0');
    return;
  }
  const std::uint64_t end = change.at + change.bytes.size();
  for (std::uint64_t from = change.at; from < end;) {
    const std::uint64_t sector = from - from % sector_bytes;
    const std::uint64_t to = std::min(end, sector + sector_bytes);
    const std::uint64_t draw = chance.next();
    const bool kept = (draw & 1U) != 0;
    const bool tears = kept && (draw >> 1U) % torn == 0;
    const std::uint64_t part = tears ? (draw >> 8U) % (to - from) : to - from;
    if (kept && part > 0) {
      overwrite(bytes, from, std::string_view(change.bytes).substr(from - change.at, part));
    }
    if (tears && rules.tears_neighbours) {
      if (bytes.size() < to) bytes.resize(to, '\0');
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(sector),
                bytes.begin() + static_cast<std::ptrdiff_t>(from), '\x5a');
    }
    from = to;
  }
}

Disk::Names Disk::names_left(const Operation* under_way, Chance& chance) const {
  std::vector<NameChange> changes = name_changes_;
  if (under_way != nullptr && under_way->act == Act::create) {
    changes.push_back({under_way->name, under_way->file});
  }
  if (under_way != nullptr && under_way->act == Act::remove) {
    changes.push_back({under_way->name, std::nullopt});
  }
  Names left = durable_names_;
  if (changes.empty()) return left;
  // Each name keeps the first few of its changes.
  std::map<std::string, bool> stopped;
  for (const NameChange& each : changes) {
    bool& stop = stopped[each.name];
    stop = stop || chance.one_in(2);
    if (stop) continue;
    if (each.file) {
      left[each.name] = *each.file;
    } else {
      left.erase(each.name);
    }
  }
  return left;
}

Image Disk::cut(const Operation* under_way, Chance& chance, const DiskRules& rules) const {
  Image image;
  for (const auto& [name, number] : names_left(under_way, chance)) {
    std::string& bytes = image[name];
    if (number >= files_.size()) continue;  // being made
    const File& file = files_[number];
    bytes = file.durable;
    std::uint64_t length = bytes.size();  // that it may have kept without its bytes
    const auto keep = [&](const Change& change) {
      keep_some(bytes, change, chance, rules);
      length = change.truncates ? change.at
                                : std::max<std::uint64_t>(length, change.at + change.bytes.size());
    };
    for (const Change& each : file.changes) keep(each);
    if (under_way != nullptr && under_way->file == number) {
      const bool truncates = under_way->act == Act::truncate;
      if (truncates || under_way->act == Act::write) {
        keep({truncates, under_way->at, under_way->bytes});
      }
    }
    if (bytes.size() < length && chance.one_in(4)) bytes.resize(length, '\0');
  }
  return image;
}

Image Disk::written() const {
  Image image;
  for (const auto& [name, file] : names_) image[name] = files_[file].written;
  return image;
}

bool Disk::settled() const {
  return name_changes_.empty() && std::all_of(files_.begin(), files_.end(), [](const File& file) {
           return file.changes.empty();
         });
}

}  // namespace novelo::crash
