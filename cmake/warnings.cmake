# SPDX-License-Identifier: MIT
# ferry_flags: what every target of ours is compiled with. Link it, PRIVATE.
add_library(ferry_flags INTERFACE)
target_compile_options(ferry_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wvla -Wformat=2 -Wundef -fno-common -fvisibility=hidden
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>
  $<$<BOOL:${FERRY_WERROR}>:-Werror>
  -fstack-protector-strong)
target_compile_definitions(ferry_flags INTERFACE
  _GNU_SOURCE FERRY_VERSION="${PROJECT_VERSION}"
  $<$<BOOL:${FERRY_TEST_HOOKS}>:FERRY_TEST_HOOKS>
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
if(FERRY_SANITIZE)
  add_compile_options(-fsanitize=${FERRY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FERRY_SANITIZE})
endif()
