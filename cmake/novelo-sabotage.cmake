# novelo_sabotage: the library with the planted faults of tests/sabotage/faults.txt. Only the files
# that they stand in are compiled anew; everything else is the library's own.
find_package(CLI11 2 REQUIRED)
set(NOVELO_FAULTS "${PROJECT_SOURCE_DIR}/tests/sabotage/faults.txt" CACHE FILEPATH
    "The faults that are planted")
set(novelo_faults "${NOVELO_FAULTS}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${novelo_faults}")
file(STRINGS "${novelo_faults}" novelo_faulty REGEX "^file ")
list(TRANSFORM novelo_faulty REPLACE "^file " "")
list(REMOVE_DUPLICATES novelo_faulty)
set(novelo_planted "${PROJECT_BINARY_DIR}/sabotage")
set(novelo_faulty_from)
set(novelo_faulty_to "${novelo_planted}/faults.cpp")
foreach(file IN LISTS novelo_faulty)
  list(APPEND novelo_faulty_from "${PROJECT_SOURCE_DIR}/${file}")
  list(APPEND novelo_faulty_to "${novelo_planted}/${file}")
endforeach()

add_executable(novelo_plant "${PROJECT_SOURCE_DIR}/tests/sabotage/plant.cpp")
set_target_properties(novelo_plant PROPERTIES CXX_EXTENSIONS OFF)
target_compile_features(novelo_plant PRIVATE cxx_std_20)
novelo_strict(novelo_plant)
add_custom_command(
  OUTPUT ${novelo_faulty_to}
  COMMAND novelo_plant "${novelo_faults}" "${PROJECT_SOURCE_DIR}" "${novelo_planted}"
  DEPENDS novelo_plant "${novelo_faults}" ${novelo_faulty_from}
  COMMENT "Planting faults"
  VERBATIM)

add_executable(novelo_sabotage "${PROJECT_SOURCE_DIR}/tests/sabotage/main.cpp"
               ${novelo_faulty_to})
set_target_properties(novelo_sabotage PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}" CXX_EXTENSIONS OFF)
target_include_directories(novelo_sabotage PRIVATE "${PROJECT_SOURCE_DIR}/src"
                                                   "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(novelo_sabotage PRIVATE
  novelo::testing novelo::novelo CLI11::CLI11 fmt::fmt nlohmann_json::nlohmann_json
  date::date-tz PkgConfig::utf8proc)
if(TARGET novelo::email)
  target_link_libraries(novelo_sabotage PRIVATE novelo::email)
endif()
target_compile_options(novelo_sabotage PRIVATE -Wall -Wextra -Wno-maybe-uninitialized)
add_test(NAME sabotage COMMAND novelo_sabotage --seeds 150 --steps 600)
set_tests_properties(sabotage PROPERTIES TIMEOUT 900)
