# Unit tests of sim/wire. include() it after sim/wire has been added.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)

get_filename_component(wire_tests_root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

# Reads the tables of tests/frames.
if(NOT TARGET frames)
    add_library(frames STATIC "${wire_tests_root}/tests/frames/frames.c")
    target_include_directories(frames PUBLIC "${wire_tests_root}")
    target_compile_definitions(frames PRIVATE
        METERBENCH_FRAMES_DIR="${wire_tests_root}/tests/frames")
endif()

foreach(wire_test dlt645 dlt645_service dlt645_words explain modbus_pdu envelope lorawan key_wrap)
    add_executable(test_${wire_test} "${wire_tests_root}/tests/unit/test_${wire_test}.c")
    target_link_libraries(test_${wire_test} PRIVATE wire frames PkgConfig::CMOCKA)
    add_test(NAME unit.${wire_test} COMMAND test_${wire_test})
    set_tests_properties(unit.${wire_test} PROPERTIES TIMEOUT 60 LABELS unit)
endforeach()
target_link_libraries(test_envelope PRIVATE OpenSSL::Crypto)
