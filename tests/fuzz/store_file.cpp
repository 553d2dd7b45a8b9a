#include "fuzz/store_file.hpp"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "fuzz/asserts.hpp"
#include "fuzz/checks.hpp"
#include "novelo/stores/sqlite.hpp"
#include "support/clinic.hpp"

namespace novelo::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t piece_bytes = 8;
constexpr std::size_t most_pieces = 32;
constexpr std::size_t header_bytes = 64;  // of a page, and the beginning of its list of cells

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  must(file.good(), "a file is written");
}

// In memory where there is such a place: what is tried here is no disk.
fs::path new_folder() {
  const fs::path memory("/dev/shm");
  std::error_code error;
  const fs::path where = fs::is_directory(memory, error) ? memory : fs::temp_directory_path();
  std::string pattern = (where / "novelo-store-file-XXXXXX").string();
  must(::mkdtemp(pattern.data()) != nullptr, "there is room for a folder");
  return pattern;
}

// A day at the clinic: chats, a call, a mail, a case, a callback, a note, a conversation closed.
void fill(Store& store) {
  clinic::Host host(store);
  // Without the flow, whose compilation takes longer than all the rest of an opening.
  nlohmann::json configuration = clinic::configuration_with_mail();
  configuration.erase("flows");
  for (nlohmann::json& queue : configuration["queues"]) {
    queue.erase("waiting_flow");
    queue.erase("waiting_when");
  }
  host.must(LoadConfiguration{configuration.dump()});
  host.sign_in("joao");
  const Outcome chat = host.whatsapp(clinic::ana, "Bom dia! Posso remarcar a consulta?");
  host.accept("joao");
  host.must(OpenCase{chat.conversation, CaseTypeName("appointment"), {}, {}}, "joao");
  host.must(AddNote{chat.conversation, "Prefere de manhã."}, "joao");
  host.sms("5541977776666", "Qual o endereço?");
  host.settle_all();
  const Outcome call = host.call("call-1", "5541966665555");
  host.settle_all();
  host.hung_up("call-1");
  host.must(CreateCallback{call.conversation, {}, {}, {}, host.now() + std::chrono::hours(2)});
  const Outcome closed = host.mail("ana@example.org", clinic::mailbox);
  host.must(CloseConversation{closed.conversation, "resolved", "Respondido.", {}}, "marta");
  (void)host.engine().receive(host.webhook("meta", "{\"entry\": 7}"), host.now());
  host.whatsapp("5541955554444", "Olá");  // its effects are not settled
}

struct Piece {
  std::uint8_t what;
  std::size_t page;
  std::size_t place;
  std::size_t count;
  std::size_t value;
};

Piece read_piece(std::span<const std::uint8_t> bytes) {
  const auto two = [&](std::size_t at) {
    return static_cast<std::size_t>(bytes[at]) << 8 | bytes[at + 1];
  };
  return {bytes[0], two(1), two(3), bytes[5], two(6)};
}

void put_number(std::string& bytes, std::size_t at, std::size_t value, std::size_t width) {
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
    bytes[at + i] = static_cast<char>(value >> 8 * (width - 1 - i));
  }
}

void fill_range(std::string& bytes, std::size_t at, std::size_t count, char value) {
  for (std::size_t i = at; i < std::min(at + count, bytes.size()); ++i) bytes[i] = value;
}

void move_pages(std::string& bytes, std::size_t to, std::size_t from, bool exchange) {
  for (std::size_t i = 0; i < page_bytes; ++i) {
    if (std::max(to, from) + i >= bytes.size()) return;
    if (exchange) {
      std::swap(bytes[to + i], bytes[from + i]);
    } else {
      bytes[to + i] = bytes[from + i];
    }
  }
}

void damage(std::string& bytes, const Piece& piece) {
  if (bytes.empty()) return;
  const std::size_t pages = bytes.size() / page_bytes + 1;
  const std::size_t page = piece.page % pages * page_bytes;
  // The first page begins with the header of the file.
  const std::size_t near = header_bytes + (page == 0 ? 100 : 0);
  const std::size_t place = (piece.what & 32) != 0 ? piece.place % near : piece.place % page_bytes;
  const std::size_t at = std::min(page + place, bytes.size() - 1);
  const std::size_t other = piece.value % pages * page_bytes;
  switch (piece.what & 15) {
    case 0: bytes[at] = static_cast<char>(piece.value); return;
    case 1: bytes[at] = static_cast<char>(bytes[at] ^ 1 << piece.value % 8); return;
    case 3: return put_number(bytes, at, piece.value % pages, 4);
    case 4: return fill_range(bytes, at, piece.count * 16, '\0');
    case 5: return fill_range(bytes, at, piece.count * 16, '\xff');
    case 6: return move_pages(bytes, page, other, false);
    case 7: return move_pages(bytes, page, other, true);
    case 8: bytes.replace(at, piece.count, bytes.substr(at / 2, piece.count)); return;
    case 9: bytes.resize(at); return;
    case 10: bytes += bytes.substr(other, page_bytes); return;
    default: return put_number(bytes, at, piece.value, 2);
  }
}

}  // namespace

StoreFileMaker::StoreFileMaker() : folder_(new_folder()) {
  use_asserts();
  const fs::path path = folder_ / "base.novelo";
  const fs::path log = folder_ / "base.novelo-wal";
  {
    auto store = SqliteStore::open(path.string());
    must(store.has_value(), "a store is made");
    fill(**store);
    bases_.push_back({read_file(path), read_file(log)});
  }
  bases_.push_back({read_file(path), {}});
  must(!bases_.front().log.empty(), "a store in use has a log");
}

StoreFileMaker::~StoreFileMaker() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string StoreFileMaker::write(std::uint8_t base, std::span<const std::uint8_t> bytes) const {
  Files files = bases_[base % bases_.size()];
  for (std::size_t i = 0; i < most_pieces && bytes.size() >= piece_bytes; ++i) {
    const Piece piece = read_piece(bytes.first(piece_bytes));
    bytes = bytes.subspan(piece_bytes);
    damage((piece.what & 16) != 0 ? files.log : files.file, piece);
  }
  const fs::path path = folder_ / "damaged.novelo";
  for (const char* beside : {"-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    fs::remove(path.string() + beside, ignored);
  }
  write_file(path, files.file);
  if (!files.log.empty()) write_file(path.string() + "-wal", files.log);
  return path.string();
}

}  // namespace novelo::fuzz
