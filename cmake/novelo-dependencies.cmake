# What the library itself links. Floors are those of Debian 12.
find_package(tl-expected 1.0 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(RapidJSON 1.1 REQUIRED)  # its headers, used by one source
find_package(SQLite3 3.40 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(date 3.0 REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET GLOBAL libutf8proc)
pkg_check_modules(gmime QUIET IMPORTED_TARGET GLOBAL gmime-3.0)

# The engine reads the system's time zone database. A copy of date built otherwise would look for
# downloaded text files, and its header would disagree with its library.
get_target_property(novelo_tz_definitions date::date-tz INTERFACE_COMPILE_DEFINITIONS)
if(NOT "USE_OS_TZDB=1" IN_LIST novelo_tz_definitions)
  message(FATAL_ERROR "novelo needs date::date-tz built with USE_OS_TZDB=1 "
                      "(Debian's libhowardhinnant-date-dev is)")
endif()

option(NOVELO_EMAIL "Build novelo::email, the e-mail adapter (GMime)" ${gmime_FOUND})
if(NOVELO_EMAIL AND NOT gmime_FOUND)
  message(FATAL_ERROR "NOVELO_EMAIL needs GMime 3 (Debian: libgmime-3.0-dev)")
endif()
