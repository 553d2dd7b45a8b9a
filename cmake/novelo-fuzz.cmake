# tests/fuzz/<name>_fuzz.cpp: one target for each reader of bytes from outside.
#
# With every test run each is replayed for a few seconds without a fuzzer: its corpus
# (tests/fuzz/corpus/<name>), inputs made of that by damage, and random ones. With -DNOVELO_FUZZ=ON
# (the preset "fuzz": Clang, AddressSanitizer) it is also a program of libFuzzer, build/fuzz/
# novelo_fuzz_<name>; scripts/fuzz builds and runs them.
if(NOT TARGET novelo_c OR NOT TARGET novelo::testing OR NOT TARGET novelo::email)
  return()
endif()
find_package(doctest 2.4 REQUIRED)

# What the targets share: small desks, what they say, damage.
set(novelo_fuzz_folder "${PROJECT_SOURCE_DIR}/tests/fuzz")
add_library(novelo_fuzz_support STATIC EXCLUDE_FROM_ALL
  "${novelo_fuzz_folder}/adapter_input.cpp" "${novelo_fuzz_folder}/asserts.cpp"
  "${novelo_fuzz_folder}/material.cpp" "${novelo_fuzz_folder}/small_desk.cpp"
  "${novelo_fuzz_folder}/store_file.cpp" "${PROJECT_SOURCE_DIR}/tests/support/clinic.cpp"
  "${PROJECT_SOURCE_DIR}/tests/support/payloads.cpp")
set_target_properties(novelo_fuzz_support PROPERTIES CXX_EXTENSIONS OFF)
target_include_directories(novelo_fuzz_support PUBLIC
  "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
target_compile_definitions(novelo_fuzz_support PUBLIC NOVELO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(novelo_fuzz_support PUBLIC novelo::testing novelo::email novelo::novelo
  doctest::doctest nlohmann_json::nlohmann_json fmt::fmt)
novelo_strict(novelo_fuzz_support)

# Whose inputs are JSON, or end with it.
set(novelo_fuzz_json configuration flows inputs journeys questions voice whatsapp)
add_library(novelo_fuzz_json_mutator OBJECT EXCLUDE_FROM_ALL
            "${novelo_fuzz_folder}/json_mutator.cpp")
set_target_properties(novelo_fuzz_json_mutator PROPERTIES CXX_EXTENSIONS OFF)
target_compile_features(novelo_fuzz_json_mutator PRIVATE cxx_std_20)
target_link_libraries(novelo_fuzz_json_mutator PRIVATE nlohmann_json::nlohmann_json)
novelo_strict(novelo_fuzz_json_mutator)

# Runs a target's inputs without a fuzzer.
add_library(novelo_fuzz_replay OBJECT EXCLUDE_FROM_ALL "${novelo_fuzz_folder}/replay.cpp")
set_target_properties(novelo_fuzz_replay PROPERTIES CXX_EXTENSIONS OFF)
target_link_libraries(novelo_fuzz_replay PRIVATE novelo_fuzz_support)
novelo_strict(novelo_fuzz_replay)

function(novelo_fuzz_program target name)
  add_executable(${target} "${novelo_fuzz_folder}/${name}_fuzz.cpp" ${ARGN})
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_link_libraries(${target} PRIVATE novelo_fuzz_support)
  if(name IN_LIST novelo_fuzz_json)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:novelo_fuzz_json_mutator>)
  endif()
  if(name STREQUAL "c_abi")
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:novelo_c_objects>)
    target_include_directories(${target} PRIVATE
      "${PROJECT_SOURCE_DIR}/bindings/c/include" "${PROJECT_SOURCE_DIR}/bindings/c/src")
    target_compile_definitions(${target} PRIVATE NOVELO_C_STATIC)
  endif()
  novelo_strict(${target})
endfunction()

# How many inputs a test makes: of its corpus by damage, and random ones.
set(novelo_fuzz_inputs_c_abi 50 50)
set(novelo_fuzz_inputs_store_file 1000 200)
set(novelo_fuzz_inputs_journeys 4000 400)
set(novelo_fuzz_inputs_configuration 5000 500)

file(GLOB novelo_fuzz_names CONFIGURE_DEPENDS RELATIVE "${novelo_fuzz_folder}"
     "${novelo_fuzz_folder}/*_fuzz.cpp")
list(TRANSFORM novelo_fuzz_names REPLACE "_fuzz\\.cpp$" "")
foreach(name IN LISTS novelo_fuzz_names)
  if(NOVELO_FUZZ)
    novelo_fuzz_program(novelo_fuzz_${name} ${name})
    target_link_options(novelo_fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endif()
  if(NOVELO_TESTS)
    novelo_fuzz_program(novelo_replay_${name} ${name} $<TARGET_OBJECTS:novelo_fuzz_replay>)
    target_compile_options(novelo_replay_${name} PRIVATE -O0)  # what is tried is the library
    if(NOT DEFINED novelo_fuzz_inputs_${name})
      set(novelo_fuzz_inputs_${name} 12000 1000)
    endif()
    add_test(NAME fuzz/${name} COMMAND novelo_replay_${name}
             "${novelo_fuzz_folder}/corpus/${name}" ${novelo_fuzz_inputs_${name}})
    set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 600)
  endif()
endforeach()
