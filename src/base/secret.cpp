#include "novelo/base/secret.hpp"

#include <openssl/crypto.h>

namespace novelo {

void wipe(void* memory, std::size_t bytes) noexcept {
  if (bytes > 0) OPENSSL_cleanse(memory, bytes);
}

}  // namespace novelo
