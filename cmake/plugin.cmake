# SPDX-License-Identifier: MIT
# ferry_add_plugin(NAME sources...): a plugin as ferry wants it, NAME.so in ${CMAKE_BINARY_DIR}/plugins, with
# ferry_plugin as its one exported symbol. This tree and outside authors (find_package(ferry)) use the same function.
#
# ferry_add_static_plugin(NAME sources...): the same sources as the archive ferry_NAME_static, built with
# FERRY_STATIC, so that a test can hold several plugins: its symbol is ferry_plugin_<name>.
# ferry_add_static_plugin(NAME OF PLUGIN): the archive of a plugin that was added in this folder. Its objects serve for both;
# only the source with FERRY_PLUGIN_DEFINE, where the two differ, is compiled once more.
#
# Link what a plugin needs to both, with target_link_libraries. Needs the target ferry::abi and the global property
# FERRY_PLUGIN_MAP, the path of ferry-plugin.map; whoever includes this file sets them.

# ferry_flags are this tree's own warnings; outside authors bring theirs.
function(ferry_plugin_common target)
  target_link_libraries(${target} PRIVATE ferry::abi)
  if(TARGET ferry_flags)
    target_link_libraries(${target} PRIVATE ferry_flags)
  endif()
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()

function(ferry_add_plugin name)
  if(NOT ARGN)
    message(FATAL_ERROR "ferry_add_plugin(${name}): no sources; name them after the plugin")
  endif()
  get_property(map GLOBAL PROPERTY FERRY_PLUGIN_MAP)
  add_library(${name} MODULE ${ARGN})
  ferry_plugin_common(${name})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins LINK_DEPENDS ${map})
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${map} -Wl,-z,now -Wl,-z,relro -Wl,--exclude-libs,ALL)
  # The runtime of a sanitizer is found when the program starts: with one, not all symbols can be known now.
  if(NOT FERRY_SANITIZE AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  # What stands below plugins/ in ferry's own tree comes with ferry.
  if(ferry_SOURCE_DIR AND CMAKE_CURRENT_SOURCE_DIR MATCHES "^${ferry_SOURCE_DIR}/plugins(/|$)")
    install(TARGETS ${name} LIBRARY DESTINATION lib/ferry/plugins COMPONENT ferry)
  endif()
endfunction()

function(ferry_add_static_plugin name)
  set(sources ${ARGN})
  if("${ARGV1}" STREQUAL "OF")
    ferry_share_objects("${ARGV2}" sources)
  endif()
  if(NOT sources)
    message(FATAL_ERROR "ferry_add_static_plugin(${name}): no sources; name them after the plugin")
  endif()
  add_library(ferry_${name}_static STATIC ${sources})
  ferry_plugin_common(ferry_${name}_static)
  target_link_libraries(ferry_${name}_static PUBLIC ferry::abi)
  target_compile_definitions(ferry_${name}_static PRIVATE FERRY_STATIC)
endfunction()

# The sources of `plugin` that define the symbol, and the objects of the others.
function(ferry_share_objects plugin out)
  if(NOT TARGET "${plugin}")
    message(FATAL_ERROR "ferry_add_static_plugin(... OF ${plugin}): there is no such plugin; ferry_add_plugin comes first")
  endif()
  get_target_property(sources ${plugin} SOURCES)
  set(objects $<TARGET_OBJECTS:${plugin}>)
  foreach(source ${sources})
    file(STRINGS ${source} defines REGEX "FERRY_PLUGIN_DEFINE" LIMIT_COUNT 1)
    if(defines)
      list(APPEND mains ${source})
      string(REPLACE "." "\\." pattern ${source})
      set(objects $<FILTER:${objects},EXCLUDE,/${pattern}\\.o$>)
    endif()
  endforeach()
  set(${out} ${mains} ${objects} PARENT_SCOPE)
endfunction()
